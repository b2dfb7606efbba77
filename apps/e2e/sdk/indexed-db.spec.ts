import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { OutboxEntry, OutboxStorage } from '@parley/client';
import { ROOT } from '@parley/testkit';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser } from '../journeys/browser.js';

/** A site of its own, with nothing but the storage on it. */
const SITE = 'https://sdk.example';
const MODULES = join(ROOT, 'packages/client/dist');

const PAGE = `<!doctype html><script type="module">
  import { indexedDbStorage } from '/outbox/indexed-db-storage.js';
  window.openOutbox = () => indexedDbStorage('parley-ada');
</script>`;

declare global {
  interface Window {
    /** Opened anew each time, as after a reload. */
    openOutbox(): OutboxStorage;
  }
}

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
    await context.route(`${SITE}/**`, (route) => {
      const { pathname } = new URL(route.request().url());
      return pathname.endsWith('.js')
        ? route.fulfill({ contentType: 'text/javascript', body: readFileSync(join(MODULES, pathname), 'utf8') })
        : route.fulfill({ contentType: 'text/html', body: PAGE });
    });
  });

  afterEach(() => context.close());

  async function tab(): Promise<Page> {
    const page = await context.newPage();
    await page.goto(SITE);
    return page;
  }

  const entry = (clientMessageId: string, content = clientMessageId): OutboxEntry => ({
    ...{ clientMessageId, conversationId: 'c', content, createdAt: '', order: 1 },
    metadata: { tags: [content, null, 1.5] },
  });
  const found = (page: Page) => page.evaluate(async () => window.openOutbox().load());
  const put = (page: Page, entries: OutboxEntry[]) =>
    page.evaluate(async (given) => {
      const storage = window.openOutbox();
      await Promise.all(given.map((each) => storage.put(each)));
    }, entries);
  const remove = (page: Page, id: string) => page.evaluate(async (given) => window.openOutbox().remove(given), id);

  it('has after a reload what was put and not removed, as it was put last', async () => {
    const page = await tab();
    await put(page, [entry('1'), entry('2')]);
    await put(page, [entry('2', 'changed')]);
    await remove(page, '1');
    await remove(page, 'never there');
    await page.reload();
    expect(await found(page)).toEqual([entry('2', 'changed')]);
  });

  it('is shared by tabs, also while both have it open', async () => {
    const [one, two] = [await tab(), await tab()];
    await put(one, [entry('1')]);
    await put(two, [entry('2')]);
    expect(await found(one)).toEqual([entry('1'), entry('2')]);
    await remove(two, '1');
    await one.close();
    expect(await found(two)).toEqual([entry('2')]);
  });

  it('tells the other tabs what was removed, once it is', async () => {
    const [one, two] = [await tab(), await tab()];
    await put(one, [entry('1')]);
    const told = await two.evaluateHandle(() => {
      const storage = window.openOutbox();
      const all: [string, Promise<OutboxEntry[]>][] = [];
      storage.onRemoved?.((id) => all.push([id, storage.load()]));
      return all;
    });
    await remove(one, '1');
    await two.waitForFunction((all) => all.length > 0, told);
    expect(await told.evaluate((all) => Promise.all(all.map(([id, left]) => left.then((each) => [id, each]))))).toEqual(
      [['1', []]],
    );
  });

  it('works again after the person cleared the site’s data', async () => {
    const page = await tab();
    const after = await page.evaluate(
      async ([first, second]) => {
        const storage = window.openOutbox();
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

  /** Puts a message with a file, and reads back what the file is after a reload. */
  async function keptFile(page: Page, prepare?: () => void): Promise<string[]> {
    if (prepare) await page.evaluate(prepare);
    await page.evaluate(async (given) => {
      const content = new Blob(['naïve ', new Uint8Array([0, 255])], { type: 'text/plain' });
      await window.openOutbox().put(given, new Map([['u', content]]));
      await window.openOutbox().put({ ...given, content: 'changed' });
    }, entry('1'));
    await page.reload();
    return page.evaluate(async () => {
      const contents = (await window.openOutbox().contents?.('1')) ?? new Map<string, Blob>();
      const all = [...contents].map(async ([id, content]) => {
        return `${id} ${content.type} ${[...new Uint8Array(await content.arrayBuffer())].join(' ')}`;
      });
      return Promise.all(all);
    });
  }
  const WHOLE = ['u text/plain 110 97 195 175 118 101 32 0 255'];

  it('S3.29: keeps the contents of a message’s files until it is removed', async () => {
    const page = await tab();
    expect(await keptFile(page)).toEqual(WHOLE);
    expect(await found(page)).toEqual(
      [entry('1', 'changed')].map((each) => ({ ...each, metadata: entry('1').metadata })),
    );
    await remove(page, '1');
    expect(await page.evaluate(async () => [...((await window.openOutbox().contents?.('1')) ?? [])])).toEqual([]);
  });

  it('keeps contents as bytes where the browser stores no Blob, as in private windows of WebKit', async () => {
    const page = await tab();
    const refuseBlobs = () => {
      const store = IDBObjectStore.prototype.put;
      IDBObjectStore.prototype.put = function (value: unknown, key?: IDBValidKey) {
        if (value instanceof Blob) throw new DOMException('', 'DataCloneError');
        return store.call(this, value, key);
      };
    };
    expect(await keptFile(page, refuseBlobs)).toEqual(WHOLE);
  });

  it('has what an earlier version of the page has stored', async () => {
    const page = await tab();
    await page.evaluate(async (given) => {
      const opening = indexedDB.open('parley-ada', 1);
      opening.onupgradeneeded = () =>
        opening.result.createObjectStore('entries', { keyPath: 'clientMessageId' }).put(given);
      await new Promise((resolve) => {
        opening.onsuccess = resolve;
      });
      opening.result.close();
    }, entry('1'));
    expect(await found(page)).toEqual([entry('1')]);
    expect(await keptFile(page)).toEqual(WHOLE);
  });

  it('tells that there is no room, and tries nothing else', async () => {
    const page = await tab();
    const refused = page.evaluate(async (given) => {
      let tries = 0;
      IDBObjectStore.prototype.put = () => {
        tries += 1;
        throw new DOMException(`try ${tries}`, 'QuotaExceededError');
      };
      await window.openOutbox().put(given, new Map([['u', new Blob(['x'])]]));
    }, entry('1'));
    await expect(refused).rejects.toThrow('try 1');
  });

  it('rejects where the browser keeps nothing', async () => {
    const page = await tab();
    const refused = page.evaluate(async () => {
      Object.defineProperty(window, 'indexedDB', { value: undefined });
      return window.openOutbox().load();
    });
    await expect(refused).rejects.toThrow("reading 'open'");
  });
});
