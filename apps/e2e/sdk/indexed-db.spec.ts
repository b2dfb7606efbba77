import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { OutboxEntry, OutboxStorage } from '@parley/client';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { ROOT } from '../harness/places.js';
import { launchBrowser } from '../journeys/browser.js';

/** A site of its own, with nothing but the storage on it. */
const SITE = 'https://sdk.example';
const STORAGE = readFileSync(join(ROOT, 'packages/client/dist/outbox/indexed-db-storage.js'), 'utf8');

type Call = (storage: OutboxStorage, entries: OutboxEntry[]) => Promise<unknown>;

describe('The outbox in a browser’s database', () => {
  let browser: Browser;
  let context: BrowserContext;

  beforeAll(async () => {
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser.close();
  });

  beforeEach(async () => {
    context = await browser.newContext();
    await context.route(`${SITE}/**`, (route) =>
      route.request().url().endsWith('.js')
        ? route.fulfill({ contentType: 'text/javascript', body: STORAGE })
        : route.fulfill({ contentType: 'text/html', body: '<!doctype html>' }),
    );
  });

  afterEach(() => context.close());

  async function tab(): Promise<Page> {
    const page = await context.newPage();
    await page.goto(SITE);
    return page;
  }

  /** Calls the page's storage; it is opened anew each time, as after a reload. */
  function call(page: Page, act: Call, entries: OutboxEntry[] = []): Promise<unknown> {
    return page.evaluate(
      async ({ code, given }) => {
        const module = (await import('/storage.js' as string)) as { indexedDbStorage(name: string): OutboxStorage };
        const run = new Function(`return ${code}`)() as Call;
        return run(module.indexedDbStorage('parley-ada'), given);
      },
      { code: String(act), given: entries },
    );
  }

  const entry = (clientMessageId: string, content = clientMessageId): OutboxEntry => ({
    ...{ clientMessageId, conversationId: 'c', content, createdAt: '', order: 1 },
    metadata: { tags: [content, null, 1.5] },
  });
  const found = async (page: Page) =>
    ((await call(page, (storage) => storage.load())) as OutboxEntry[]).map(({ content }) => content);

  it('has after a reload what was put and not removed, as it was put last', async () => {
    const page = await tab();
    await call(
      page,
      async (storage, [one, two, changed]) => {
        await Promise.all([storage.put(one as OutboxEntry), storage.put(two as OutboxEntry)]);
        await storage.put(changed as OutboxEntry);
        await storage.remove('1');
        await storage.remove('never there');
      },
      [entry('1'), entry('2'), entry('2', 'changed')],
    );
    await page.reload();
    expect(await call(page, (storage) => storage.load())).toEqual([entry('2', 'changed')]);
  });

  it('is shared by tabs, also while both have it open', async () => {
    const [one, two] = [await tab(), await tab()];
    await call(one, (storage, [first]) => storage.put(first as OutboxEntry), [entry('1')]);
    await call(two, (storage, [second]) => storage.put(second as OutboxEntry), [entry('2')]);
    expect(await found(one)).toEqual(['1', '2']);
    await call(two, (storage) => storage.remove('1'));
    await one.close();
    expect(await found(two)).toEqual(['2']);
  });

  it('works again after the person cleared the site’s data', async () => {
    const page = await tab();
    const after = await call(
      page,
      async (storage, [first, second]) => {
        await storage.put(first as OutboxEntry);
        await new Promise((resolve, reject) => {
          const deleting = indexedDB.deleteDatabase('parley-ada');
          deleting.onsuccess = resolve;
          deleting.onerror = reject;
        });
        await storage.put(second as OutboxEntry);
        return storage.load();
      },
      [entry('1'), entry('2')],
    );
    expect(after).toEqual([entry('2')]);
  });

  it('rejects where the browser keeps nothing', async () => {
    const page = await tab();
    const refused = call(page, (storage) => {
      Object.defineProperty(window, 'indexedDB', { value: undefined });
      return storage.load();
    });
    await expect(refused).rejects.toThrow();
  });
});
