import { afterEach, beforeEach, expect, it } from '@jest/globals';
import type { Page } from 'playwright-core';
import { type Bystander, Participant, registerBystander } from './browser.js';
import { serve } from './served.js';
import { soon } from './soon.js';
import { violationsIn } from './violations.js';

const served = serve();
let ama: Participant;
let tomas: Bystander;
let li: Bystander;
/** The group of all three. */
let group: string;
let groupId: string;
let round = 0;

beforeEach(async () => {
  const suffix = String.fromCharCode(97 + round++);
  ama = await Participant.join(served.browser, served.node.url, `Ama Okafor ${suffix}`);
  tomas = await registerBystander(served.node.url, `Tomas Reyes ${suffix}`);
  li = await registerBystander(served.node.url, `Li Wen ${suffix}`);
  const me = await (await ama.rest()).me();
  group = `Launch room ${suffix}`;
  const others = [me.id, (await li.rest.me()).id];
  groupId = (await tomas.rest.createConversation({ type: 'group', name: group, memberIds: others })).id;
  const direct = await li.rest.createConversation({ type: 'direct', memberIds: [me.id] });
  await li.rest.send(direct.id, { content: 'hello' });
  await ama.openRow(li.name);
  // It is read once it was seen for a moment.
  await ama.page.waitForFunction(() => !document.title.startsWith('('));
  await ama.openRow(group);
});
afterEach(async () => {
  expect(ama.faults).toEqual([]);
  await ama.context.close();
});

async function chooseOwn(page: Page, entry: string): Promise<void> {
  await page.getByRole('button', { name: 'More', exact: true }).click();
  await page.getByRole('menuitem', { name: entry, exact: true }).click();
}

async function mute(page: Page, level: string): Promise<void> {
  await chooseOwn(page, 'Mute…');
  const dialog = page.getByRole('dialog', { name: `Mute ${group}` });
  await dialog.getByLabel('Until I end it').check();
  await dialog.getByLabel(level).check();
  expect(await violationsIn(page)).toEqual([]);
  await dialog.getByRole('button', { name: 'Mute', exact: true }).click();
  await dialog.waitFor({ state: 'detached' });
}

it.each([1280, 390])(
  'U7: what is muted counts in the list alone, in all tabs, but for what mentions me (%i px)',
  async (width) => {
    const { page } = ama;
    await page.setViewportSize({ width, height: 800 });
    await mute(page, 'Messages that mention me');
    const second = await ama.context.newPage();
    await second.goto('/');
    const row = (at: Page) => at.getByTestId('conversation-row').filter({ hasText: group });
    await row(second).getByText(', muted').waitFor();
    await page.goto('/');
    await tomas.rest.send(groupId, { content: 'the build is green' });
    for (const at of [page, second]) {
      await row(at).getByTestId('unread-badge').getByText('1').waitFor();
      await soon(() => at.title(), 'Conversations · Parley');
    }
    await tomas.rest.send(groupId, { content: `@${ama.username} look` });
    await row(page).getByTestId('mention-badge').waitFor();
    await soon(() => page.title(), '(1) Conversations · Parley');
    await soon(() => second.title(), '(1) Conversations · Parley');
    expect(await violationsIn(page)).toEqual([]);
    await row(page).click();
    await ama.composer.waitFor();
    await chooseOwn(page, 'End the mute');
    await row(second).getByText(', muted').waitFor({ state: 'detached' });
  },
);

it('U7: with nothing coming through, a mention does not count either, also after a reload', async () => {
  const { page } = ama;
  await mute(page, 'Nothing');
  await page.goto('/');
  await tomas.rest.send(groupId, { content: `@${ama.username} look` });
  await ama.row(group).getByTestId('unread-badge').waitFor();
  expect(await ama.row(group).getByTestId('mention-badge').count()).toBe(0);
  await page.reload();
  await ama.row(group).getByTestId('unread-badge').waitFor();
  expect(await page.title()).toBe('Conversations · Parley');
  // Nothing is unread that counts.
  await page.keyboard.press('Alt+Shift+ArrowDown');
  expect(new URL(page.url()).pathname).toBe('/');
});

it('what is pinned stays on top, and what is hidden comes back with the next message', async () => {
  const { page } = ama;
  const names = () => page.getByTestId('conversation-row').evaluateAll((rows) => rows.map((row) => row.dataset.roving));
  await chooseOwn(page, 'Pin to the top');
  await page.getByRole('list', { name: 'Pinned conversations' }).waitFor();
  const direct = (await (await ama.rest()).conversations()).find(({ type }) => type === 'direct');
  await li.rest.send(direct?.id ?? '', { content: 'the latest' });
  await ama.row(li.name).getByText('the latest').waitFor();
  expect(await names()).toEqual([group, li.name]);
  await chooseOwn(page, 'Unpin');
  await soon(names, [li.name, group]);
  await chooseOwn(page, 'Hide until the next message');
  await page.waitForURL(`${served.node.url}/`);
  await soon(names, [li.name]);
  await page.reload();
  await ama.row(li.name).waitFor();
  expect(await names()).toEqual([li.name]);
  await tomas.rest.send(groupId, { content: 'back again' });
  await ama.row(group).getByText('back again').waitFor();
});

/** The server answers changes of the group's settings with this, until the route is taken away. */
async function refuse(code: string, status: number, retryable: boolean): Promise<void> {
  const error = { code, message: '', retryable, requestId: 'r' };
  await ama.page.route(`**/conversations/${groupId}/settings`, (route) => route.fulfill({ status, json: { error } }));
}

it('U7: what could not be hidden stays open and says so; what is refused for good cannot be tried again', async () => {
  const { page } = ama;
  await refuse('forbidden', 403, false);
  await chooseOwn(page, 'Hide until the next message');
  const failure = page.getByTestId('failed-change');
  await failure.getByText('It could not be hidden. You may not do this here.').waitFor();
  expect(await violationsIn(page)).toEqual([]);
  expect(ama.conversationId).toBe(groupId);
  expect(await failure.getByRole('button', { name: 'Try again' }).count()).toBe(0);
  await failure.getByRole('button', { name: 'Dismiss' }).press('Enter');
  await failure.waitFor({ state: 'detached' });
  await soon(() => ama.composer.evaluate((input) => input === document.activeElement), true);
});

it.each([
  ['Pin to the top', 'It could not be pinned.', () => ama.page.getByRole('list', { name: 'Pinned conversations' })],
  ['Mark as unread', 'It could not be marked as unread.', () => ama.page.getByTestId('unread-mark')],
])('U4, U7, X3: where “%s” fails it says so, and is tried again', async (entry, words, done) => {
  const { page } = ama;
  await tomas.rest.send(groupId, { content: 'something to mark' });
  await ama.message('something to mark').waitFor();
  // Else its row has a badge for the unread message, in whose place the mark is.
  const rest = await ama.rest();
  const unread = async () => (await rest.conversations()).find(({ id }) => id === groupId)?.unreadCount;
  await soon(unread, 0);
  await refuse('service_unavailable', 503, true);
  await chooseOwn(page, entry);
  const failure = page.getByTestId('failed-change');
  await failure.getByText(words).waitFor();
  await page.unroute(`**/conversations/${groupId}/settings`);
  await failure.getByRole('button', { name: 'Try again' }).press('Enter');
  await failure.waitFor({ state: 'detached' });
  await ama.openRow(li.name);
  await done().waitFor();
});

it('U4: marked as unread from a message on, it begins there when it is opened again, which ends the mark', async () => {
  const { page } = ama;
  for (const text of ['one', 'two', 'three']) await tomas.rest.send(groupId, { content: text });
  await ama.message('three').waitFor();
  await ama.message('two').hover();
  await ama.message('two').getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Mark as unread' }).click();
  await ama.row(group).getByTestId('unread-mark').waitFor();
  const second = await ama.context.newPage();
  await second.goto('/');
  const other = second.getByTestId('conversation-row').filter({ hasText: group });
  await other.getByTestId('unread-mark').waitFor();
  await second.keyboard.press('Control+k');
  await soon(
    () =>
      second
        .getByRole('option')
        .first()
        .innerText()
        .then((text) => text.includes(group)),
    true,
  );
  await second.keyboard.press('Escape');
  await ama.openRow(li.name);
  await ama.openRow(group);
  const marked = page.getByTestId('message').filter({ has: page.getByTestId('new-divider') });
  await marked.getByText('two').waitFor();
  await ama.row(group).getByTestId('unread-mark').waitFor({ state: 'detached' });
  await other.getByTestId('unread-mark').waitFor({ state: 'detached' });
});
