// A caller of the door "runpod" with the client of RunPod, of which only the base URL is changed.
// usage: node client.mjs FOLDER BASE_URL KEY GRAPH; prints what came back as JSON.
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';

const [folder, baseUrl, key, file] = process.argv.slice(2);
const sdk = createRequire(`${folder}/`)('runpod-sdk').default;
const endpoint = sdk(key, { baseUrl }).endpoint('any');
const request = { input: { workflow: JSON.parse(await readFile(file)) } };

const sync = await endpoint.runSync(request);
const { id } = await endpoint.run(request);
let status = await endpoint.status(id);
while (!status.completed) {
  status = await endpoint.status(id);
}
const parts = [];
for await (const part of endpoint.stream(id)) {
  parts.push(part);
}
console.log(JSON.stringify({ sync, id, status, parts }));
