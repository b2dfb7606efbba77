import { spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bareEnvironment, eventually, freshDirectory, ParleyNode, ROOT, TcpProxy } from '@parley/testkit';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser } from '../journeys/browser.js';
import { Person } from '../sdk/person.js';
import { Document } from './document.js';

const WEB = join(ROOT, 'apps/web/node_modules');
const INDEX =
  '<!doctype html><html lang="en"><title>Chat</title><script type="module" src="react.tsx"></script></html>';

declare global {
  interface Window {
    /** What the page said of its connection, also for a moment only. */
    said: string[];
  }
}

/** The product that the page belongs to: its files, and tokens of whoever is signed in, of which the first has expired. */
async function productOf(directory: string, token: (lifetime?: number) => Promise<string>): Promise<Server> {
  let given = 0;
  const server = createServer((request, response) => {
    if (request.url === '/token') {
      given += 1;
      void token(given === 1 ? -1 : undefined).then((text) => response.end(text));
    } else {
      const path = request.url === '/' ? 'index.html' : (request.url ?? '');
      response.setHeader('Content-Type', path.endsWith('.js') ? 'text/javascript' : 'text/html');
      response.end(readFileSync(join(directory, 'dist', path)));
    }
  });
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  return server;
}

/** With the packages of the web app, as Vite builds it for everybody. */
function build(directory: string, values: Record<string, string>): void {
  const named = Object.entries(values).map(([name, value]) => [`VITE_${name}`, value]);
  const { status, stderr } = spawnSync(process.execPath, [join(WEB, 'vite/bin/vite.js'), 'build'], {
    cwd: directory,
    env: { ...bareEnvironment(), ...(Object.fromEntries(named) as Record<string, string>) },
    encoding: 'utf8',
  });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
}

describe('The example for React', () => {
  const [, expected = ''] = new Document('docs/examples/README.md').blocks
    .filter(({ language }) => language === 'text')
    .map(({ text }) => text);
  let directory: string;
  let ada: Person;
  let bob: Person;
  let id: string;
  let product: Server;
  let parley: ParleyNode;
  let proxy: TcpProxy;
  let browser: Browser;

  beforeAll(async () => {
    directory = freshDirectory('react-example');
    symlinkSync(WEB, join(directory, 'node_modules'));
    copyFileSync(join(ROOT, 'docs/examples/react.tsx'), join(directory, 'react.tsx'));
    writeFileSync(join(directory, 'index.html'), INDEX);
    product = await productOf(directory, (lifetime) => ada.newToken(lifetime));
    const env = { MESSAGES_PER_MINUTE: '20', FRONTEND_URL: origin() };
    [parley, browser] = await Promise.all([ParleyNode.start({ env }), launchBrowser()]);
    proxy = await TcpProxy.start({ host: '127.0.0.1', port: Number(new URL(parley.url).port) });
    ada = await Person.named('ada', parley.url);
    bob = await Person.named('bob', parley.url);
    ({ id } = await ada.rest.createConversation({ type: 'group', name: 'React', memberIds: [bob.id] }));
    build(directory, { PARLEY_URL: `http://127.0.0.1:${proxy.port}`, TOKEN_URL: '/token', CONVERSATION: id });
  });
  afterAll(async () => {
    await browser?.close();
    await proxy?.close();
    await parley?.stop();
    product?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  const origin = () => `http://127.0.0.1:${(product.address() as AddressInfo).port}`;
  const lines = (page: Page) => page.getByRole('log', { name: 'Messages' }).getByRole('listitem').allInnerTexts();
  const shows = (page: Page, wanted: string[]) =>
    eventually(`it shows ${wanted.join(', ')}`, async () => (await lines(page)).join() === wanted.join());
  const said = (page: Page) => page.evaluate(() => window.said.join('; '));

  async function opened(): Promise<Page> {
    const page = await browser.newPage();
    await page.addInitScript(() => {
      window.said = [];
      new MutationObserver(() => {
        const now = document.querySelector('output')?.textContent ?? '';
        if (window.said.at(-1) !== now) window.said.push(now);
      }).observe(document, { subtree: true, childList: true, characterData: true });
    });
    await page.goto(origin());
    return page;
  }

  async function write(page: Page, text: string): Promise<void> {
    await page.getByLabel('Message', { exact: true }).fill(text);
    await page.keyboard.press('Enter');
  }

  it('comes back with a new token, misses nothing, repeats nothing, and shows what waits', async () => {
    const page = await opened();
    await write(page, 'hello');
    await shows(page, ['hello']);
    await proxy.mode('refuse');
    await eventually('the page says so', async () => (await said(page)).includes('offline'));
    await bob.rest.send(id, { content: 'said while you were away' });
    await write(page, 'thanks');
    await write(page, 'goodbye');
    await shows(page, ['hello', 'thanks (on its way)', 'goodbye (on its way)']);
    await proxy.mode('pass');
    const shown = expected.trimEnd().split('\n');
    await shows(page, shown);
    // Where the machine is slower than the limit nothing had to wait yet.
    for (let more = 1; !(await said(page)).includes('limited until'); more += 1) await write(page, `more ${more}`);
    const stored = await bob.rest.messages(id);
    expect(stored.slice(0, 4).map(({ content }) => content)).toEqual(shown);
  });

  it('says why a message is refused for good, and lets go of it', async () => {
    const page = await opened();
    await write(page, 'x'.repeat(20_000));
    const refused = page.getByRole('listitem').filter({ hasText: 'content_too_long' });
    await refused.getByRole('button', { name: 'Discard' }).waitFor();
    expect(await refused.getByRole('button').allInnerTexts()).toEqual(['Discard']);
    await refused.getByRole('button').click();
    await refused.waitFor({ state: 'detached' });
  });
});
