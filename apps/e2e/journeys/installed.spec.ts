import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { expectSoon, ParleyNode } from '@parley/testkit';
import type { Browser } from 'playwright-core';
import { type Bystander, launchBrowser, Participant, registerBystander } from './browser.js';
import { violationsIn } from './violations.js';

let node: ParleyNode;
let browser: Browser;
let ama: Participant;
let tomas: Bystander;

beforeAll(async () => {
  [node, browser] = await Promise.all([ParleyNode.start({ env: { RATE_LIMITS: 'off' } }), launchBrowser()]);
  tomas = await registerBystander(node.url, 'Tomas Reyes');
});
afterAll(async () => {
  await browser?.close();
  await node?.stop();
});
afterEach(async () => {
  expect(ama.faults).toEqual([]);
  await ama.context.close();
});

/** Waits until the app's page is kept, with its program. */
async function kept(): Promise<void> {
  await ama.page.evaluate(() => navigator.serviceWorker.ready);
  await ama.page.reload();
  // On a phone the list, with the account, is not beside the conversation.
  await ama.page.locator('#main').waitFor();
  await expectSoon(async () => {
    expect(await ama.page.evaluate(() => navigator.serviceWorker.controller !== null)).toBe(true);
    const files = await ama.page.evaluate(async () => {
      const names = await caches.keys();
      const urls = await Promise.all(
        names.map(async (name) => (await (await caches.open(name)).keys()).map(({ url }) => url)),
      );
      return urls.flat();
    });
    expect(files.some((url) => url.includes('/assets/index-'))).toBe(true);
  });
}

it.each([1280, 390])(
  'the page is there without a network, with what waits to be sent, and goes on by itself (%i px)',
  async (width) => {
    ama = await Participant.join(browser, node.url, `Ama Okafor ${width > 720 ? 'wide' : 'narrow'}`, {
      serviceWorkers: 'allow',
    });
    const { page, context } = ama;
    await page.setViewportSize({ width, height: 800 });
    const manifest = await (await page.request.get('/app.webmanifest')).json();
    expect(manifest).toMatchObject({ name: 'Parley', display: 'standalone', start_url: './' });
    expect(await page.locator('link[rel=manifest]').getAttribute('href')).toBe('/app.webmanifest');
    await ama.openDirect(tomas);
    const id = ama.conversationId;
    await kept();
    await ama.composer.waitFor();
    await context.setOffline(true);
    await ama.say('written without a network');
    await page.locator('[data-state=pending]').waitFor();
    await page.reload();
    await page.getByRole('heading', { name: 'The server cannot be reached' }).waitFor();
    await page.getByTestId('waiting-message').getByText('written without a network').waitFor();
    expect(await violationsIn(page)).toEqual([]);
    await context.setOffline(false);
    await page.locator('[data-state=sent]').filter({ hasText: 'written without a network' }).waitFor();
    const { items } = await tomas.rest.request<{ items: { content: string }[] }>(
      'GET',
      `/conversations/${id}/messages`,
    );
    expect(items.map(({ content }) => content)).toEqual(['written without a network']);
  },
);

/** As an older build would have been kept, after the present one so that it is taken for the latest. */
async function keepOld(): Promise<void> {
  await ama.page.evaluate(async () => {
    const old = await caches.open('parley-build-"old"');
    await old.put(
      `${location.origin}/`,
      new Response('<p>an old build</p>', { headers: { 'Content-Type': 'text/html' } }),
    );
  });
}

it('an old build is never shown where the server answers, and is forgotten then', async () => {
  ama = await Participant.join(browser, node.url, 'Ama Okafor old', { serviceWorkers: 'allow' });
  const { page } = ama;
  await kept();
  await keepOld();
  await page.reload();
  await page.getByRole('button', { name: `Account of ${ama.name}` }).waitFor();
  await expectSoon(async () => {
    expect((await page.evaluate(() => caches.keys())).filter((name) => name.includes('old'))).toEqual([]);
  });
});

it('an old build does not come back by a file that is looked for while it is forgotten', async () => {
  ama = await Participant.join(browser, node.url, 'Ama Okafor again', { serviceWorkers: 'allow' });
  const { page, context } = ama;
  await kept();
  await keepOld();
  // As where the next build is complete just after the worker has looked which ones there are.
  const [worker] = context.serviceWorkers();
  const forgotten = await worker?.evaluate(() => {
    const list = CacheStorage.prototype.keys;
    CacheStorage.prototype.keys = async function keys(this: CacheStorage) {
      const listed = await list.call(this);
      for (const name of listed) if (name.includes('old')) await this.delete(name);
      return listed;
    };
    return true;
  });
  expect(forgotten).toBe(true);
  const names = await page.evaluate(async () => {
    const program = document.querySelector<HTMLScriptElement>('script[type=module][src]');
    if (!program || !(await fetch(program.src)).ok) throw new Error('The program was not answered.');
    return caches.keys();
  });
  expect(names.filter((name) => name.includes('old'))).toEqual([]);
  expect(names).toHaveLength(1);
});

it('R10: a page that was kept tells of a newer build as soon as the server is back', async () => {
  ama = await Participant.join(browser, node.url, 'Ama Okafor kept', { serviceWorkers: 'allow' });
  const { page, context } = ama;
  await kept();
  // The server's page as a newer build would have it. Routes of the driver see nothing of what a worker may answer.
  await page.addInitScript(() => {
    const real = globalThis.fetch;
    globalThis.fetch = async (input, init) => {
      const answer = await real(input, init);
      if (new URL(answer.url).pathname !== '/') return answer;
      return new Response((await answer.text()).replace(/assets\/index-[^"]+\.js/, 'assets/index-newer.js'));
    };
  });
  await context.setOffline(true);
  await page.reload();
  await page.getByRole('heading', { name: 'The server cannot be reached' }).waitFor();
  await context.setOffline(false);
  await page.getByTestId('update-bar').waitFor();
});

it('R10: a newer build is told of quietly, drafts are kept, and nothing reloads by itself', async () => {
  ama = await Participant.join(browser, node.url, 'Ama Okafor new');
  const { page, tap } = ama;
  await ama.openDirect(tomas);
  await ama.composer.fill('half a senten');
  await page.evaluate(() => Object.assign(globalThis, { isSamePage: true }));
  // The server's page as a newer build would have it: with a program of another name.
  let build: string | null = 'newer';
  await page.route(`${node.url}/`, async (route) => {
    const answer = await route.fetch();
    const own = await answer.text();
    const body = build === null ? own : own.replace(/assets\/index-[^"]+\.js/, `assets/index-${build}.js`);
    await route.fulfill({ response: answer, body });
  });
  const bar = page.getByTestId('update-bar');
  /** The server is asked what it has after each connection. */
  const reconnect = async () => {
    await page.getByTestId('conn-banner').waitFor({ state: 'detached' });
    const asked = page.waitForResponse(`${node.url}/`);
    await tap.cutLine();
    await page.getByTestId('conn-banner').waitFor();
    tap.mendLine();
    await asked;
  };
  await reconnect();
  await bar.waitFor();
  await bar.getByRole('button', { name: 'Later' }).click();
  await bar.waitFor({ state: 'detached' });
  // Not told of the same build again, but of the next one: what comes into the bar is counted until then.
  const shown = await page.evaluateHandle(() => {
    const counted = { times: 0 };
    const isBar = (added: Node) => added instanceof Element && added.matches('[data-testid=update-bar]');
    new MutationObserver((changes) => {
      for (const { addedNodes } of changes) counted.times += [...addedNodes].filter(isBar).length;
    }).observe(document.body, { childList: true, subtree: true });
    return counted;
  });
  await reconnect();
  build = 'newest';
  await reconnect();
  await bar.waitFor();
  expect(await shown.jsonValue()).toEqual({ times: 1 });
  // Nor of one that the server does not have any more.
  build = null;
  await reconnect();
  await bar.waitFor({ state: 'detached' });
  build = 'newest';
  await reconnect();
  await page.getByRole('status').getByText('Update ready.').waitFor();
  expect(await violationsIn(page)).toEqual([]);
  await ama.composer.pressSequentially('ce');
  expect(await page.evaluate(() => 'isSamePage' in globalThis)).toBe(true);
  await page.unroute(`${node.url}/`);
  await bar.getByRole('button', { name: 'Reload' }).click();
  await page.waitForFunction(() => !('isSamePage' in globalThis));
  await ama.composer.waitFor();
  expect(await ama.composer.inputValue()).toBe('half a sentence');
});
