// The request of the form in other languages. The key is always a placeholder.
import {parse, stringify} from './json.js';

const KEY = '$GATEWAY_KEY';
const quoted = (text) => `'${text.replaceAll("'", `'\\''`)}'`;

/** What is sent, as JSON. */
export const json = (body) => stringify(body, 2);

export function curl(url, body) {
  return [
    `curl -X POST ${quoted(url)} \\`,
    `  -H "X-API-Key: ${KEY}" \\`,
    `  -H 'Content-Type: application/json' \\`,
    `  -H 'Prefer: wait=60' \\`,
    `  -d ${quoted(json(body))}`,
  ].join('\n');
}

function pythonValue(value, indent = '') {
  if (value === null || value === undefined) {
    return 'None';
  }
  if (typeof value === 'boolean') {
    return value ? 'True' : 'False';
  }
  if (typeof value !== 'object') {
    return stringify(value);
  }
  const inner = `${indent}    `;
  const items = Array.isArray(value)
    ? value.map((it) => `${inner}${pythonValue(it, inner)},`)
    : Object.entries(value).map(([name, it]) => `${inner}${JSON.stringify(name)}: ${pythonValue(it, inner)},`);
  const [open, close] = Array.isArray(value) ? '[]' : '{}';
  return items.length === 0 ? open + close : `${open}\n${items.join('\n')}\n${indent}${close}`;
}

export function python(url, body) {
  return `import os
import requests

answer = requests.post(
    ${JSON.stringify(url)},
    headers={"X-API-Key": os.environ["GATEWAY_KEY"], "Prefer": "wait=60"},
    json=${pythonValue(body, '    ')},
)
answer.raise_for_status()
job = answer.json()
print(job["id"], job["status"])
for output in job["outputs"]:
    print(output["url"])
`;
}

// JavaScript would round whole numbers beyond 2⁵³, so a body with such numbers is a text.
function javascriptBody(text) {
  const isExact = JSON.stringify(JSON.parse(text), null, 2) === text;
  return isExact ? `JSON.stringify(${text.replaceAll('\n', '\n  ')})` : JSON.stringify(stringify(parse(text)));
}

export function javascript(url, body) {
  return `const answer = await fetch(${JSON.stringify(url)}, {
  method: 'POST',
  headers: {
    'X-API-Key': process.env.GATEWAY_KEY,
    'Content-Type': 'application/json',
    Prefer: 'wait=60',
  },
  body: ${javascriptBody(json(body))},
});
if (!answer.ok) throw new Error((await answer.json()).detail);
const job = await answer.json();
console.log(job.id, job.status, job.outputs.map((output) => output.url));
`;
}

/** A node to paste into n8n's editor; its Header Auth credential has the name X-API-Key. */
export function n8n(url, body, name) {
  return json({
    nodes: [
      {
        parameters: {
          method: 'POST',
          url,
          authentication: 'genericCredentialType',
          genericAuthType: 'httpHeaderAuth',
          sendHeaders: true,
          headerParameters: {parameters: [{name: 'Prefer', value: 'wait=60'}]},
          sendBody: true,
          specifyBody: 'json',
          jsonBody: json(body),
          options: {},
        },
        name,
        type: 'n8n-nodes-base.httpRequest',
        typeVersion: 4.2,
        position: [0, 0],
      },
    ],
    connections: {},
  });
}
