// Clients of ComfyUI as they come from npm, of which only the address and the key are changed.
// usage: node client.mjs FOLDER CLIENT HOST PATH KEY GRAPH; prints what came back as JSON. PATH is that of the base URL, "" or "/k/KEY".
import { createRequire } from 'node:module';

const [folder, name, host, path, key, text] = process.argv.slice(2);
const require = createRequire(`${folder}/`);
const graph = JSON.parse(text);
const length = (bytes) => (bytes ? bytes.byteLength ?? bytes.length : 0);

const clients = {
  // @saintno/comfyui-sdk: waits on the WebSocket, and gives up after 10 s without a message.
  saintno: async () => {
    const { ComfyApi, CallWrapper, PromptBuilder } = require('@saintno/comfyui-sdk');
    const api = new ComfyApi(`http://${host}${path}`, 'saintno', { credentials: { type: 'bearer_token', token: key } });
    await api.init().waitForReady();
    const builder = new PromptBuilder(graph, [], ['images']).setOutputNode('images', '2');
    const result = await new Promise((resolve, reject) => {
      new CallWrapper(api, builder)
        .onFailed((error) => reject(error))
        .onFinished((data) => resolve(data))
        .run()
        .then((ran) => ran || reject(new Error('it did not run')));
    });
    const files = [];
    for (const image of result.images.images) {
      files.push(length(await (await api.getImage(image)).arrayBuffer()));
    }
    api.destroy();
    return files;
  },

  // The same with three prompts at a time: it takes the success of any prompt for that of its own.
  three: async () => {
    const { ComfyApi, CallWrapper, PromptBuilder } = require('@saintno/comfyui-sdk');
    const api = new ComfyApi(`http://${host}${path}`, 'three', { credentials: { type: 'bearer_token', token: key } });
    await api.init().waitForReady();
    const run = (index) => {
      const own = structuredClone(graph);
      own['1'].inputs.seed += 1000 + index;
      const builder = new PromptBuilder(own, [], ['images']).setOutputNode('images', '2');
      return new Promise((resolve, reject) => {
        new CallWrapper(api, builder)
          .onFailed((error) => reject(error))
          .onFinished((data) => resolve(data))
          .run()
          .then((ran) => ran || reject(new Error('it did not run')));
      });
    };
    const results = await Promise.all([0, 1, 2].map(run));
    const files = [];
    for (const image of results.flatMap((result) => result.images.images)) {
      files.push(length(await (await api.getImage(image)).arrayBuffer()));
    }
    api.destroy();
    return files;
  },

  // @stable-canvas/comfyui-client: ends with the first "executed"; its key goes into ?token=.
  stable: async () => {
    const { Client, plugins } = require('@stable-canvas/comfyui-client');
    const client = new Client({ api_host: host, fetch, WebSocket: require('ws') });
    client.use(new plugins.LoginAuthPlugin({ token: key }));
    client.connect();
    const result = await client.enqueue(graph);
    client.close();
    const files = [];
    for (const image of result.images) {
      const url = new URL(image.data);
      url.searchParams.set('token', key);
      files.push(length(await (await fetch(url)).arrayBuffer()));
    }
    return files;
  },

  // The server of SillyTavern: sends no key but in the path, and polls the history every 100 ms.
  tavern: async () => {
    const express = require('express');
    const tavern = `${folder}/node_modules/sillytavern`;
    const { setConfigFilePath } = await import(`${tavern}/src/util.js`);
    setConfigFilePath(`${tavern}/default/config.yaml`);
    const { router } = await import(`${tavern}/src/endpoints/stable-diffusion.js`);
    const app = express().use(express.json()).use('/sd', router);
    const server = await new Promise((resolve) => {
      const listening = app.listen(0, '127.0.0.1', () => resolve(listening));
    });
    const post = async (what, body) => {
      const answer = await fetch(`http://127.0.0.1:${server.address().port}/sd/comfy/${what}`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json' },
        body: JSON.stringify({ url: `http://${host}${path}`, ...body }),
      });
      if (!answer.ok) {
        throw new Error(`${what}: ${answer.status} ${await answer.text()}`);
      }
      return answer;
    };
    await post('ping', {});
    const image = await (await post('generate', { prompt: JSON.stringify({ prompt: graph }) })).json();
    return [Buffer.from(image.data, 'base64').length];
  },

  // comfy-ui-client: knows neither a header nor a password.
  plain: async () => {
    const { ComfyUIClient } = require('comfy-ui-client');
    const client = new ComfyUIClient(`${host}${path}`, 'plain-client');
    await client.connect();
    const images = await client.getImages(graph);
    await client.disconnect();
    const files = [];
    for (const image of Object.values(images).flat()) {
      files.push(length(await image.blob.arrayBuffer()));
    }
    return files;
  },
};

try {
  console.log(JSON.stringify({ files: await clients[name]() }));
} catch (error) {
  console.log(JSON.stringify({ error: `${error?.constructor?.name}: ${error?.message ?? error}` }));
}
process.exit(0);
