// Takes the pictures of n8n-templates/README.md: imports every template in the editor of a running n8n, as a user does,
// and says what messages the editor shows. It needs Chromium and the npm package playwright-core:
//   node pictures.mjs URL EMAIL PASSWORD FOLDER_OF_TEMPLATES [CHROMIUM]
import { chromium } from 'playwright-core';
import { mkdirSync, readdirSync } from 'node:fs';
import { basename, join, resolve } from 'node:path';

const [url, emailOrLdapLoginId, password, folder, executablePath = '/usr/bin/chromium'] = process.argv.slice(2);
const images = join(folder, 'images');
mkdirSync(images, { recursive: true });
const browser = await chromium.launch({ executablePath, args: ['--no-sandbox', '--disable-background-networking'] });
const context = await browser.newContext({ viewport: { width: 1500, height: 760 } });
const headers = { 'browser-id': 'pictures' };
await context.request.post(url + '/rest/login', { data: { emailOrLdapLoginId, password }, headers });
await context.addInitScript(() => localStorage.setItem('n8n-browserId', 'pictures'));

for (const file of readdirSync(folder).filter(name => name.endsWith('.json')).sort()) {
  const page = await context.newPage();
  await page.goto(url + '/workflow/new');
  await page.waitForSelector('.vue-flow');
  await page.waitForTimeout(1500);
  await page.locator('input[type=file]').first().setInputFiles(resolve(folder, file));
  await page.waitForSelector('.vue-flow__node');
  await page.waitForTimeout(1500);
  const messages = await page.locator('.el-notification, [role=alert]').allInnerTexts();
  console.log(file, messages.length === 0 ? 'no message' : messages.join(' | ').replace(/\s+/g, ' '));

  await page.addStyleTag({ content: '.el-notification, .vue-flow__panel { display: none !important }' });
  await page.mouse.click(1000, 110); // takes the selection off
  await page.keyboard.press('1'); // zooms so that all of it is seen
  await page.waitForTimeout(1500);
  const boxes = await page.locator('.vue-flow__node').evaluateAll(nodes => nodes.map(node => node.getBoundingClientRect().toJSON()));
  const top = Math.min(...boxes.map(box => box.top)) - 20;
  const bottom = Math.max(...boxes.map(box => box.bottom)) + 45;
  const clip = { x: 60, y: Math.max(82, top), width: 1370, height: 0 };
  clip.height = Math.min(720, bottom) - clip.y;
  await page.screenshot({ path: join(images, basename(file, '.json') + '.png'), clip });
  await page.close();
}
await browser.close();
