import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hostToken, ParleyNode, RestClient } from '@parley/testkit';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, PASSWORD, Participant, registerByRest } from './browser.js';

const ISSUER = { issuer: 'https://shop.example', audience: 'parley', secret: 'a secret of at least sixteen' };
const PICTURE = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);

describe('Inside another product', () => {
  let node: ParleyNode;
  let browser: Browser;
  /** The product: a page with ours in a frame. */
  let shop: Server;
  const at = (host: string) => `http://${host}:${(shop.address() as AddressInfo).port}`;

  beforeAll(async () => {
    shop = createServer((_request, answer) => {
      answer.setHeader('Content-Type', 'text/html');
      answer.end(`<iframe src="${node.url}" style="width: 900px; height: 700px"></iframe>`);
    });
    await new Promise<void>((resolve) => shop.listen(0, resolve));
    const env = {
      RATE_LIMITS: 'off',
      FRAME_ANCESTORS: `${at('localhost')}, ${at('127.0.0.1')}`,
      IMAGE_ORIGINS: 'https://pictures.example',
    };
    [node, browser] = await Promise.all([ParleyNode.start({ env, issuer: ISSUER }), launchBrowser()]);
    await registerByRest(node.url, 'framed', 'Framed');
  });
  afterAll(async () => {
    await browser?.close();
    await node?.stop();
    shop?.close();
  });

  async function framedIn(host: string, onConsole = (_text: string): void => undefined): Promise<Page> {
    const page = await (await browser.newContext()).newPage();
    page.on('console', (message) => onConsole(message.text()));
    await page.goto(at(host));
    return page;
  }
  const signIn = async (page: Page) => {
    const frame = page.frameLocator('iframe');
    await frame.getByLabel('Username').fill('framed');
    await frame.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await frame.getByRole('button', { name: 'Sign in' }).click();
    await frame.getByRole('button', { name: 'Account of Framed' }).waitFor();
  };

  it('a frame of the same site signs in and stays so', async () => {
    const page = await framedIn('127.0.0.1');
    await page.frameLocator('iframe').getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await page.frameLocator('iframe').getByText('shown inside another site').count()).toBe(0);
    await signIn(page);
    await page.reload();
    await page.frameLocator('iframe').getByRole('button', { name: 'Account of Framed' }).waitFor();
    await page.context().close();
  });

  it('a frame of another site says that signing in is not remembered, and leads to a window of its own', async () => {
    const page = await framedIn('localhost');
    const frame = page.frameLocator('iframe');
    await frame.getByRole('alert').getByText('shown inside another site').waitFor();
    const [opened] = await Promise.all([
      page.context().waitForEvent('page'),
      frame.getByRole('link', { name: 'Open it in a window of its own' }).click(),
    ]);
    await opened.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await opened.getByText('shown inside another site').count()).toBe(0);
    await page.context().close();
  });

  it('a page that was not named shows no frame of ours', async () => {
    const told: string[] = [];
    const page = await framedIn('other.localhost', (text) => told.push(text));
    expect(told).toContainEqual(expect.stringContaining('frame-ancestors'));
    await page.context().close();
  });

  it('a picture is shown where its origin is allowed, and initials wherever it does not load', async () => {
    const ama = await Participant.join(browser, node.url, 'Ama Okafor');
    const served = { contentType: 'image/png', body: PICTURE };
    await ama.context.route(/^https:\/\/(pictures|shop|other)\.example\//, (route) =>
      route.request().url().endsWith('/gone.png') ? route.abort() : route.fulfill(served),
    );
    const shown = async (name: string, picture: string) => {
      await new RestClient(node.url, await hostToken({ externalId: name, name, picture }, ISSUER)).me();
      await ama.openDirect({ name, username: name.toLowerCase() });
      const tile = ama.row(name).locator('span[aria-hidden]').first();
      await tile.waitFor();
      return tile;
    };
    for (const [name, url] of [
      ['Linh', 'https://pictures.example/a.png'],
      ['Maro', 'https://shop.example/a.png'],
    ] as const) {
      await (await shown(name, url)).locator('img:not(.invisible)').waitFor();
    }
    for (const [name, url] of [
      ['Nuru', 'https://pictures.example/gone.png'],
      ['Olek', 'https://other.example/a.png'],
    ] as const) {
      const tile = await shown(name, url);
      await tile.locator('img').waitFor({ state: 'detached' });
      expect(await tile.innerText()).toBe(name.slice(0, 2).toUpperCase());
    }
    await ama.context.close();
  });
});
