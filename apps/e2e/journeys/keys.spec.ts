import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type Bystander, Participant, registerBystander } from './browser.js';
import { fill } from './fill.js';
import { serve } from './served.js';
import { soon } from './soon.js';
import { violationsIn } from './violations.js';

const served = serve();
let ama: Participant;
/** Who have written to Ama, the last one first in her list. */
let others: Bystander[];
let round = 0;

beforeEach(async () => {
  const suffix = String.fromCharCode(97 + round++);
  ama = await Participant.join(served.browser, served.node.url, `Ama Okafor ${suffix}`);
  const { id } = await (await ama.rest()).me();
  others = [];
  for (const name of ['Tomas Reyes', 'Li Wen', 'Noor Haddad']) {
    const other = await registerBystander(served.node.url, `${name} ${suffix}`);
    const direct = await other.rest.createConversation({ type: 'direct', memberIds: [id] });
    await other.rest.send(direct.id, { content: `hello from ${name}` });
    others.unshift(other);
    await ama.row(other.name).waitFor();
  }
});
afterEach(async () => {
  expect(ama.faults).toEqual([]);
  await ama.context.close();
});

const unreadOf = async (id: string) => (await (await ama.rest()).conversation(id)).unreadCount;
const isOpen = (name: string) => ama.page.getByRole('heading', { name, level: 2 }).waitFor();
const nameOf = (at: number) => others[at]?.name ?? '';
const directOf = async (at: number) => (await (others[at] as Bystander).rest.conversations())[0]?.id ?? '';

it('F4: Alt with arrows leads through the list, with Shift to what is unread, and Escape has all of it read', async () => {
  const { page } = ama;
  await page.keyboard.press('Alt+ArrowDown');
  await isOpen(nameOf(0));
  await page.keyboard.press('Alt+ArrowDown');
  await isOpen(nameOf(1));
  await page.keyboard.press('Alt+ArrowUp');
  await isOpen(nameOf(0));
  await ama.openRow(nameOf(1));
  await soon(() => ama.row(nameOf(1)).getByTestId('unread-badge').count(), 0);
  await page.keyboard.press('Alt+Shift+ArrowDown');
  await isOpen(nameOf(2));
  const id = ama.conversationId;
  // More than a screen, of which what is above is not seen.
  await ama.openRow(nameOf(0));
  await fill((others[2] as Bystander).rest, id, 40, (line) => `line ${line}. ${'words '.repeat(60)}`);
  await ama.openRow(nameOf(2));
  expect(await unreadOf(id)).toBeGreaterThan(20);
  await page.keyboard.press('Escape');
  await soon(() => unreadOf(id), 0);
  await soon(() => page.getByTestId('new-divider').count(), 0);
});

it('F4: Alt with arrows leads on from a message, too, and from a composer whose ArrowUp would edit', async () => {
  const { page } = ama;
  await ama.openRow(nameOf(1));
  await ama.say('mine');
  await ama.message('mine').and(page.locator('[data-state=sent]')).waitFor();
  // Mine has moved this conversation up; now it has one above it again.
  await (others[2] as Bystander).rest.send(await directOf(2), { content: 'the latest' });
  await ama.row(nameOf(2)).getByText('the latest').waitFor();
  await ama.composer.press('Alt+ArrowUp');
  await isOpen(nameOf(2));
  await page.keyboard.press('Alt+ArrowDown');
  await isOpen(nameOf(1));
  await ama.message('mine').focus();
  await page.keyboard.press('Alt+ArrowDown');
  await isOpen(nameOf(0));
});

it('F4: F6 leads from part to part and back, and Ctrl+/ shows every key', async () => {
  const { page } = ama;
  await ama.openRow(nameOf(0));
  const has = (selector: string) => page.locator(`${selector}:focus`).waitFor();
  await has('textarea');
  await page.keyboard.press('F6');
  await has('[data-testid=conversation-row]');
  await page.keyboard.press('F6');
  await has('[data-testid=message]');
  await page.keyboard.press('Shift+F6');
  await has('[data-testid=conversation-row]');
  await page.keyboard.press('Shift+F6');
  await has('textarea');
  await page.keyboard.press('Control+/');
  const dialog = page.getByRole('dialog', { name: 'Keyboard' });
  await dialog.getByText('The next one that is unread').waitFor();
  expect(await violationsIn(page)).toEqual([]);
  await page.keyboard.press('Alt+ArrowDown');
  await page.keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await has('textarea');
  await isOpen(nameOf(0));
});

it('F4: F6 leads to a message that is in view, where the last one is far below', async () => {
  const { page } = ama;
  await ama.openRow(nameOf(0));
  await fill((others[0] as Bystander).rest, ama.conversationId, 60, (line) => `line ${line}. ${'words '.repeat(60)}`);
  await ama.message('line 60.').waitFor();
  await page.getByRole('feed').hover();
  await page.mouse.wheel(0, -4_000);
  await ama.message('line 60.').waitFor({ state: 'detached' });
  await page.keyboard.press('Shift+F6');
  const row = page.locator('[data-testid=message]:focus');
  await row.waitFor();
  const [box, view] = [await row.boundingBox(), await page.getByRole('feed').boundingBox()];
  expect(box?.y).toBeGreaterThanOrEqual(view?.y ?? Number.NaN);
});

it('U2: title and icon of the tab tell what is unread, until it is read in another tab', async () => {
  const { page } = ama;
  const icon = () => page.locator('link[rel=icon]').getAttribute('href');
  await soon(() => page.title(), '(3) Conversations · Parley');
  expect(await icon()).toBe('/icon-unread.svg');
  expect((await page.request.get('/icon-unread.svg')).headers()['content-type']).toContain('svg');
  const second = await ama.context.newPage();
  for (const { name } of others) {
    await second.goto('/');
    await second.getByTestId('conversation-row').filter({ hasText: name }).click();
    await second.bringToFront();
    await second.getByRole('heading', { name, level: 2 }).waitFor();
    await second.waitForFunction(() => document.querySelector('[data-testid=composer]') !== null);
    const id = /\/c\/([^/]+)/.exec(second.url())?.[1] ?? '';
    await soon(() => unreadOf(id), 0);
  }
  await soon(() => page.title(), 'Conversations · Parley');
  await soon(icon, '/icon.svg');
});

it('L8: while older messages are scrolled to, the day of the top one stands above them', async () => {
  const { page } = ama;
  await ama.openRow(nameOf(0));
  await fill((others[0] as Bystander).rest, ama.conversationId, 40, (line) => `line ${line}. ${'words '.repeat(60)}`);
  await ama.message('line 40.').waitFor();
  const pill = page.getByTestId('day-pill');
  expect(await pill.count()).toBe(0);
  await page.getByRole('feed').hover();
  await page.mouse.wheel(0, -400);
  await pill.getByText('Today').waitFor();
  await pill.waitFor({ state: 'detached' });
});
