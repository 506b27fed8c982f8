"use strict";

const selector = document.getElementById("document");
let headers = {};

async function show(url) {
  const response = await fetch(url, { headers });
  if (response.ok && selector.value === url) {
    ui.specActions.updateUrl(url);
    ui.specActions.updateSpec(await response.text());
  }
}

// Whatever URL a document names, its requests go to the gateway that serves this page.
const requestsOfThePage = {
  statePlugins: {
    spec: {
      wrapActions: {
        updateSpec: (updateSpec) => (text) =>
          updateSpec(text && JSON.stringify({ ...JSON.parse(text), servers: [{ url: "/" }] })),
      },
    },
  },
};

async function listWorkflows() {
  const sent = headers;
  const response = await fetch("/workflows", { headers: sent });
  const { workflows } = response.ok ? await response.json() : { workflows: [] };
  if (sent !== headers) {
    return;
  }
  const before = selector.value;
  selector.length = 1;
  for (const { name, title } of workflows) {
    const path = name.split("/").map(encodeURIComponent).join("/");
    selector.add(new Option(title === name ? name : `${name}: ${title}`, `/workflows/${path}/openapi.json`));
  }
  document.getElementById("documents").hidden = selector.length === 1;
  selector.value = before;
  if (selector.selectedIndex < 0) {
    selector.selectedIndex = 0;
    show(selector.value);
  }
}

function headersOf({ apiKey, bearer, basic }) {
  if (apiKey) {
    return { [apiKey.schema.get("name")]: apiKey.value };
  }
  if (bearer) {
    return { Authorization: `Bearer ${bearer.value}` };
  }
  if (basic) {
    const { username = "", password = "" } = basic.value;
    const bytes = new TextEncoder().encode(`${username}:${password}`);
    return { Authorization: `Basic ${btoa(String.fromCharCode(...bytes))}` };
  }
  return {};
}

// The workflows need a key, so they are listed once one is typed in.
const workflowsOfTheKey = {
  statePlugins: {
    auth: {
      wrapActions: {
        authorize: (authorize) => (credentials) => {
          headers = headersOf(credentials);
          listWorkflows();
          return authorize(credentials);
        },
        logout: (logout) => (schemes) => {
          headers = {};
          listWorkflows();
          return logout(schemes);
        },
      },
    },
  },
};

const ui = SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#docs",
  plugins: [requestsOfThePage, workflowsOfTheKey],
  deepLinking: true,
  tryItOutEnabled: true,
  defaultModelsExpandDepth: 0,
  // The key that is typed in stays in this page and is gone when it is closed.
  persistAuthorization: false,
  // By default the document would be sent to a validator on the internet.
  validatorUrl: null,
});

selector.addEventListener("change", () => show(selector.value));
