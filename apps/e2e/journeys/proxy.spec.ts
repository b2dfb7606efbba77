import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, ParleyNode } from '@parley/testkit';
import type { Browser } from 'playwright-core';
import { launchBrowser, Participant } from './browser.js';
import { type FrontProxy, type HeaderShape, startFrontProxy } from './front-proxy.js';
import { paintedPicture } from './painted.js';

const WITHOUT_PORT: HeaderShape = { Host: '$host', 'X-Forwarded-For': '$host' };
const BELIEVED: [string, HeaderShape][] = [
  ['nginx with `Host $host`, which lacks the port', { ...WITHOUT_PORT, 'X-Forwarded-Port': '$server_port' }],
  ['nginx with `Host $host` and the host as it was', { ...WITHOUT_PORT, 'X-Forwarded-Host': '$http_host' }],
  ['Apache without ProxyPreserveHost', { Host: '$proxy_host', 'X-Forwarded-Host': '$http_host' }],
  ['a proxy that passes Host on', { Host: '$http_host', 'X-Forwarded-Proto': '$scheme' }],
];

describe('Behind a proxy that changes Host', () => {
  let node: ParleyNode;
  let browser: Browser;
  let proxy: FrontProxy | undefined;
  let letter = 97;

  beforeAll(async () => {
    const env = { TRUST_PROXY: 'loopback', RATE_LIMITS: 'off' };
    [node, browser] = await Promise.all([ParleyNode.start({ env }), launchBrowser()]);
  });
  afterEach(() => proxy?.close());
  afterAll(async () => {
    await browser?.close();
    await node?.stop();
  });
  const warnings = () =>
    node
      .log()
      .split('\n')
      .filter((line) => line.includes('"level":"warn"'));
  const newName = () => `Ama Okafor ${String.fromCharCode(letter++)}`;

  it.each(BELIEVED)('everything works behind %s', async (_name, shape) => {
    const before = warnings().length;
    proxy = await startFrontProxy(node.url, shape);
    const ama = await Participant.register(browser, proxy.url, newName());
    const bo = await Participant.join(browser, proxy.url, newName());
    await ama.openDirect(bo);
    await ama.say('Hello');
    await ama.message('Hello').and(ama.page.locator('[data-state=sent]')).waitFor();
    await ama.page.reload();
    await ama.message('Hello').waitFor();
    expect([...ama.faults, ...bo.faults]).toEqual([]);
    expect(warnings()).toHaveLength(before);
    await Promise.all([ama.context.close(), bo.context.close()]);
  });

  it('where the address cannot be told, the page says so, before and after a reload, and the log what to do', async () => {
    const before = warnings().length;
    proxy = await startFrontProxy(node.url, WITHOUT_PORT);
    const ama = await Participant.register(browser, proxy.url, newName());
    const sentence = ama.page.getByText(`does not accept the address ${proxy.url}`);
    await ama.page
      .getByTestId('conn-banner')
      .and(ama.page.locator(':has-text("does not accept the address")'))
      .waitFor();
    await ama.page.reload();
    await ama.page.getByRole('heading', { name: 'The server does not accept this address' }).waitFor();
    await sentence.waitFor();
    expect(
      warnings()
        .slice(before)
        .map((line) => JSON.parse(line) as object),
    ).toEqual([
      expect.objectContaining({ origin: proxy.url, host: '127.0.0.1', remedy: expect.stringContaining('$http_host') }),
    ]);
    await ama.context.close();
  });
});

describe('Below a path of a host that serves other things as well', () => {
  const PATH = '/tools/chat';
  let node: ParleyNode;
  let browser: Browser;
  let proxy: FrontProxy;

  beforeAll(async () => {
    const env = { TRUST_PROXY: 'loopback', BASE_PATH: PATH };
    [node, browser] = await Promise.all([ParleyNode.start({ env }), launchBrowser()]);
    proxy = await startFrontProxy(node.url, { Host: '$http_host', 'X-Forwarded-Proto': '$scheme' }, PATH);
  });
  afterAll(async () => {
    await browser?.close();
    await proxy?.close();
    await node?.stop();
  });

  it('people register, talk, send pictures, come back and follow links, and nothing else of the host is asked', async () => {
    const ama = await Participant.at(browser, proxy.url, 'Ama Okafor');
    const { page, context } = ama;
    const elsewhere: string[] = [];
    page.on('request', (request) => {
      if (!/^(blob|data):/.test(request.url()) && !request.url().startsWith(`${proxy.url}/`))
        elsewhere.push(request.url());
    });
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    await ama.enter();
    const bo = await Participant.join(browser, proxy.url, 'Bo Lind');
    await ama.openDirect(bo);
    await ama.say('Hello');
    await bo.openRow('Ama Okafor');
    await page.getByTestId('choose-files').setInputFiles({
      ...{ name: 'harbour.png', mimeType: 'image/png' },
      buffer: paintedPicture(800, 600, 0),
    });
    await ama.say('The harbour');
    const picture = bo.message('The harbour').locator('img[src*="/api/files/"]');
    await eventually('the picture is drawn', () =>
      picture.evaluateAll((images) => images.some((each) => (each as HTMLImageElement).naturalWidth > 0)),
    );
    await ama.message('Hello').hover();
    await ama.message('Hello').getByRole('button', { name: 'More actions' }).click();
    await page.getByRole('menuitem', { name: 'Copy link' }).click();
    const copied = () => page.evaluate(() => navigator.clipboard.readText());
    const link = await eventually('the link is copied', async () => (await copied()) || null);
    expect(link).toBe(`${proxy.url}/c/${ama.conversationId}/m/1`);
    await page.goto(link);
    await ama.message('Hello').hover();
    // What shows it is a file of its own.
    await ama.message('Hello').getByRole('button', { name: 'React', exact: true }).click();
    await page.getByRole('combobox', { name: 'Search emoji' }).waitFor();
    await page.goto(node.url);
    await page.waitForURL(`${node.url}${PATH}/**`);
    expect(elsewhere.filter((url) => !url.startsWith(`${node.url}/`))).toEqual([]);
    expect([...ama.faults, ...bo.faults]).toEqual([]);
  });

  it('the page is there without a network, too, and is an app of its own among those of the host', async () => {
    const ama = await Participant.join(browser, proxy.url, 'Ama Away', { serviceWorkers: 'allow' });
    const { page, context } = ama;
    const scope = await page.evaluate(async () => (await navigator.serviceWorker.ready).scope);
    expect(scope).toBe(`${proxy.url}/`);
    const manifest = await page.evaluate(async () => {
      const { href } = document.querySelector('link[rel=manifest]') as HTMLLinkElement;
      return { href, ...((await (await fetch(href)).json()) as { id?: string; start_url: string }) };
    });
    // An `id` would be resolved against the host, and be that of every other one below it.
    expect(manifest).toMatchObject({ href: `${proxy.url}/app.webmanifest`, start_url: './', scope: './' });
    expect(manifest.id).toBeUndefined();
    await eventually('the page is kept', () =>
      page.evaluate(async (url) => (await caches.match(url)) !== undefined, scope),
    );
    await page.reload();
    await context.setOffline(true);
    await page.reload();
    await page.getByRole('heading', { name: 'The server cannot be reached' }).waitFor();
    await context.setOffline(false);
    await page.getByRole('button', { name: `Account of ${ama.name}` }).waitFor();
    expect(ama.faults).toEqual([]);
    await context.close();
  });
});
