// A caller of the door "openai" with the client of OpenAI, of which only the base URL is changed.
// usage: node client.mjs FOLDER BASE_URL KEY CALL; prints what came back as JSON.
import { createRequire } from 'node:module';
import { readFile } from 'node:fs/promises';

const [folder, baseURL, apiKey, call, file] = process.argv.slice(2);
const { default: OpenAI, toFile } = createRequire(`${folder}/`)('openai');
const sent = [];
const client = new OpenAI({
  apiKey,
  baseURL,
  fetch: async (url, init) => {
    const answer = await fetch(url, init);
    sent.push(answer.status);
    return answer;
  },
});

const calls = {
  models: async () => (await client.models.list()).data.map((model) => model.id),
  generate: async () =>
    (await client.images.generate({ model: 'gpt-image-1', prompt: 'a cat', n: 2, size: '512x512', quality: 'high' })).data,
  link: async () =>
    (await client.images.generate({ model: 'txt2img', prompt: 'a cat', response_format: 'url' })).data,
  edit: async () => {
    const image = await toFile(await readFile(file), 'cat.png', { type: 'image/png' });
    return (await client.images.edit({ model: 'img2img', image: [image], prompt: 'as a watercolour' })).data;
  },
  editOne: async () => {
    const image = await toFile(await readFile(file), 'cat.png', { type: 'image/png' });
    return (await client.images.edit({ model: 'img2img', image, prompt: 'as a watercolour' })).data;
  },
  editMask: async () => {
    const image = await toFile(await readFile(file), 'cat.png', { type: 'image/png' });
    return (await client.images.edit({ model: 'inpaint', image, mask: image, prompt: 'as a watercolour' })).data;
  },
  size: async () => client.images.generate({ model: 'txt2img', prompt: 'a cat', size: 'large' }),
  model: async () => client.images.generate({ model: 'no-such-model', prompt: 'a cat' }),
};

try {
  console.log(JSON.stringify({ sent, value: await calls[call]() }));
} catch (error) {
  console.log(JSON.stringify({ sent, class: error.constructor.name, status: error.status, message: error.message, code: error.code }));
}
