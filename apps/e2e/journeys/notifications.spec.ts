import { afterAll, afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { ParleyNode } from '@parley/testkit';
import type { Browser, Page } from 'playwright-core';
import { type Bystander, launchBrowser, Participant, registerBystander } from './browser.js';
import { soon } from './soon.js';
import { violationsIn } from './violations.js';

/** What a page has shown, in that order. */
interface Shown {
  title: string;
  body: string;
  isClosed: boolean;
  notification: Notification;
}
type Watched = typeof globalThis & { shown: Shown[]; asked: number; notes: number };

let node: ParleyNode;
let browser: Browser;
let ama: Participant;
let tomas: Bystander;
let li: Bystander;
let direct: string;
let round = 0;

beforeAll(async () => {
  // The headless shell, without `keepsPages`, shows no notifications.
  const started = ParleyNode.start({ env: { RATE_LIMITS: 'off' } });
  [node, browser] = await Promise.all([started, launchBrowser({ keepsPages: true })]);
});
afterAll(async () => {
  await browser?.close();
  await node?.stop();
});
beforeEach(async () => {
  const suffix = String.fromCharCode(97 + round++);
  ama = await Participant.join(browser, node.url, `Ama Okafor ${suffix}`, { permissions: ['notifications'] });
  await ama.context.addInitScript(watch);
  await ama.page.reload();
  tomas = await registerBystander(node.url, `Tomas Reyes ${suffix}`);
  li = await registerBystander(node.url, `Li Wen ${suffix}`);
  direct = await writeTo(tomas);
});
afterEach(async () => {
  expect(ama.faults).toEqual([]);
  await ama.context.close();
});

/** Writes down what the browser's own notifications show, and which notes are played. */
function watch(): void {
  const watched = globalThis as Watched;
  Object.assign(watched, { shown: [], asked: 0, notes: 0 });
  class Noted extends Notification {
    readonly entry: Shown;

    static override requestPermission() {
      watched.asked += 1;
      return super.requestPermission();
    }

    constructor(title: string, options: NotificationOptions = {}) {
      super(title, options);
      this.entry = { title, body: options.body ?? '', isClosed: false, notification: this };
      watched.shown.push(this.entry);
    }

    override close() {
      this.entry.isClosed = true;
      super.close();
    }
  }
  watched.Notification = Noted as typeof Notification;
  const note = AudioContext.prototype.createOscillator;
  AudioContext.prototype.createOscillator = function createOscillator(this: AudioContext) {
    watched.notes += 1;
    return note.call(this);
  };
}

async function writeTo(person: Bystander): Promise<string> {
  const me = await (await ama.rest()).me();
  return (await person.rest.createConversation({ type: 'direct', memberIds: [me.id] })).id;
}

const shownIn = (page: Page) =>
  page.evaluate(() => (globalThis as Watched).shown.map(({ title, body, isClosed }) => ({ title, body, isClosed })));
const shownInAll = async (pages: readonly Page[]) => (await Promise.all(pages.map(shownIn))).flat();

/** How many tabs tell of messages, and how many would in their place. */
const tellers = (page: Page) =>
  page.evaluate(async () => {
    const { held = [], pending = [] } = await navigator.locks.query();
    return [held, pending].map((locks) => locks.filter(({ name }) => name?.startsWith('parley-notifier-')).length);
  });

/** In the settings, and back to the list. */
async function choose(...labels: string[]): Promise<void> {
  await ama.page.getByRole('button', { name: `Account of ${ama.name}` }).click();
  await ama.page.getByRole('menuitem', { name: 'Settings' }).click();
  await ama.page.getByRole('link', { name: 'Notifications' }).click();
  const section = ama.page.getByRole('region', { name: 'Notifications' });
  await section.waitFor();
  expect(await violationsIn(ama.page)).toEqual([]);
  for (const label of labels) {
    await section.getByLabel(label).click();
    await soon(() => section.getByLabel(label).isChecked(), true);
  }
  await ama.page.getByRole('button', { name: 'Back to conversations' }).click();
  await section.waitFor({ state: 'detached' });
  // What tells of messages is fetched only then.
  await soon(() => tellers(ama.page), [1, 0]);
}

it('U6: of five tabs one tells of a message, which goes once that is read elsewhere, and a click leads to it', async () => {
  const { page } = ama;
  expect(await page.evaluate(() => (globalThis as Watched).asked)).toBe(0);
  await tomas.rest.send(direct, { content: 'before it was asked for' });
  await ama.row(tomas.name).getByTestId('unread-badge').waitFor();
  await choose('Show notifications on the desktop');
  const pages = [page];
  for (const _ of 'four') {
    const tab = await ama.context.newPage();
    await tab.goto('/');
    await tab.getByTestId('conversation-row').first().waitFor();
    pages.push(tab);
  }
  await soon(() => tellers(page), [1, 4]);
  const { seq } = await tomas.rest.send(direct, { content: '**Fail-over** starts' });
  await soon(() => shownInAll(pages), [{ title: tomas.name, body: 'Fail-over starts', isClosed: false }]);
  await (await ama.rest()).request('POST', `/conversations/${direct}/read`, { seq });
  await soon(async () => (await shownInAll(pages)).map(({ isClosed }) => isClosed), [true]);
  const last = await tomas.rest.send(direct, { content: 'and ends' });
  await soon(async () => (await shownInAll(pages)).length, 2);
  const counts = await Promise.all(pages.map(async (each) => (await shownIn(each)).length));
  const teller = pages[counts.indexOf(2)] as Page;
  await teller.evaluate(() => (globalThis as Watched).shown.at(-1)?.notification.dispatchEvent(new Event('click')));
  await teller.waitForURL(`${node.url}/c/${direct}/m/${last.seq}`);
  await teller.getByTestId('message').filter({ hasText: 'and ends' }).waitFor();
});

it('U6, U7: nothing is told of what is looked at or muted, and nothing of its words where that is private', async () => {
  const { page } = ama;
  await choose('Show notifications on the desktop', 'Without names and words');
  const other = await writeTo(li);
  await li.rest.send(other, { content: 'hello' });
  await soon(() => shownIn(page), [{ title: 'Parley', body: 'New message', isClosed: false }]);
  const looking = await ama.context.newPage();
  await looking.goto(`/c/${other}`);
  await soon(() => tellers(page), [1, 1]);
  await looking.getByText('hello').last().waitFor();
  await soon(async () => (await shownIn(page)).map(({ isClosed }) => isClosed), [true]);
  await li.rest.send(other, { content: 'seen as it comes' });
  await looking.getByTestId('message').filter({ hasText: 'seen as it comes' }).waitFor();
  await (await ama.rest()).request('PATCH', `/conversations/${direct}/settings`, { notifications: 'none' });
  await ama.row(tomas.name).getByText(', muted').waitFor();
  await tomas.rest.send(direct, { content: 'in vain' });
  await ama.row(tomas.name).getByTestId('unread-badge').waitFor();
  // Its reader goes elsewhere, and later closes it.
  await looking.evaluate(() => {
    document.hasFocus = () => false;
    dispatchEvent(new FocusEvent('blur'));
  });
  await li.rest.send(other, { content: 'nobody looks' });
  await soon(async () => (await shownIn(page)).length, 2);
  await looking.close();
  await li.rest.send(other, { content: 'nor then' });
  await soon(async () => (await shownIn(page)).length, 3);
  expect((await shownIn(page)).at(-1)).toEqual({ title: 'Parley', body: 'New message', isClosed: false });
});

it('U6: nothing fails where a browser shows no notifications of pages', async () => {
  const { page } = ama;
  await choose('Show notifications on the desktop');
  await page.evaluate(() => {
    class Refused extends Notification {
      constructor(title: string) {
        super(title);
        throw new TypeError('Illegal constructor.');
      }
    }
    globalThis.Notification = Refused as typeof Notification;
  });
  await tomas.rest.send(direct, { content: 'on a phone' });
  await ama.row(tomas.name).getByText('on a phone').waitFor();
  expect(await page.getByRole('alert').count()).toBe(0);
});

it('U8: a sound is played where that was chosen, of two notes', async () => {
  const { page } = ama;
  const notes = () => page.evaluate(() => (globalThis as Watched).notes);
  await choose('Show notifications on the desktop');
  await tomas.rest.send(direct, { content: 'quiet' });
  await soon(async () => (await shownIn(page)).length, 1);
  expect(await notes()).toBe(0);
  await choose('Play a sound');
  await tomas.rest.send(direct, { content: 'heard' });
  await soon(async () => (await shownIn(page)).length, 2);
  expect(await notes()).toBe(2);
});
