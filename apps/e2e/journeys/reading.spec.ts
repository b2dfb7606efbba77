import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Bystander, Participant, registerBystander } from './browser.js';
import { fill } from './fill.js';
import { serve } from './served.js';
import { soon } from './soon.js';
import { violationsIn } from './violations.js';

/** Several windows of messages. */
const LINES = 240;
const MENTIONS = [30, 120, 200];

describe('Reading a group', () => {
  const served = serve();
  let ama: Participant;
  let tomas: Bystander;
  let group: string;
  let groupId: string;
  let round = 0;

  beforeEach(async () => {
    const suffix = String.fromCharCode(97 + round++);
    ama = await Participant.join(served.browser, served.node.url, `Ama Okafor ${suffix}`);
    tomas = await registerBystander(served.node.url, `Tomas Reyes ${suffix}`);
    const me = await (await ama.rest()).me();
    group = `Launch room ${suffix}`;
    groupId = (await tomas.rest.createConversation({ type: 'group', name: group, memberIds: [me.id] })).id;
    await ama.row(group).waitFor();
  });
  afterEach(async () => {
    expect(ama.faults).toEqual([]);
    await ama.context.close();
  });

  const focused = () => ama.page.evaluate(() => document.activeElement?.querySelector('.message-text')?.textContent);

  it('U5, L6: a button tells of unread mentions above, and leads to one after the other, also where they are not loaded', async () => {
    const { page } = ama;
    await fill(tomas.rest, groupId, LINES, (line) =>
      MENTIONS.includes(line) ? `line ${line}. @${ama.username} look` : `line ${line}.`,
    );
    await ama.row(group).getByTestId('mention-badge').waitFor();
    await ama.openRow(group);
    const pill = page.getByTestId('mentions-above');
    await ama.message('line 1.').getByTestId('new-divider').waitFor();
    expect(await pill.count()).toBe(0);
    await page.getByTestId('jump-latest').click();
    await ama.message(`line ${LINES}.`).waitFor();
    for (const [words, line] of [
      ['3 mentions', 200],
      ['2 mentions', 120],
      ['1 mention', 30],
    ] as const) {
      await pill.getByText(words, { exact: false }).waitFor();
      expect(await violationsIn(page)).toEqual([]);
      await pill.press('Enter');
      await soon(focused, `line ${line}. @${ama.username} look`);
    }
    await pill.waitFor({ state: 'detached' });
  });

  it('U5: what was in view, and what is deleted or edited meanwhile, is no mention above', async () => {
    const { page } = ama;
    const look = `@${ama.username} look`;
    const deleted = await tomas.rest.send(groupId, { content: look });
    const edited = await tomas.rest.send(groupId, { content: look });
    await fill(tomas.rest, groupId, LINES);
    await ama.openRow(group);
    await ama.message(look).first().waitFor();
    await page.reload();
    // It begins after what was read.
    await ama.composer.waitFor();
    await tomas.rest.request('DELETE', `/messages/${deleted.id}`);
    await tomas.rest.request('PATCH', `/messages/${edited.id}`, { content: 'never mind' });
    await page.getByTestId('jump-latest').click();
    await ama.message(`line ${LINES}.`).waitFor();
    expect(await page.getByTestId('mentions-above').count()).toBe(0);
  });

  it('P6: what the system says in a row is one quiet line, which is opened and closed by keyboard', async () => {
    const { page } = ama;
    await ama.openRow(group);
    const rename = (name: string) => tomas.rest.request('PATCH', `/conversations/${groupId}`, { name });
    for (const name of ['Ops', 'Operations']) await rename(`${name} ${round}`);
    const notes = page.locator('[data-testid=message]:has(.message-note)');
    await notes.filter({ hasText: `renamed the group to “Operations ${round}”` }).waitFor();
    await rename('War room');
    await tomas.rest.send(groupId, { content: 'a word in between' });
    await ama.message('a word in between').waitFor();
    const run = notes.filter({ hasText: 'War room' });
    const more = run.getByRole('button', { name: /^\d+ earlier changes$/ });
    await more.waitFor();
    expect(await notes.count()).toBe(1);
    expect(await run.getByText(`“Ops ${round}”`).count()).toBe(0);
    await ama.message('a word in between').focus();
    await page.keyboard.press('ArrowUp');
    await soon(() => run.evaluate((row) => row === document.activeElement), true);
    await page.keyboard.press('Enter');
    await soon(() => more.evaluate((button) => button === document.activeElement), true);
    await page.keyboard.press('Enter');
    await run.getByText(`“Ops ${round}”`).waitFor();
    expect(await violationsIn(page)).toEqual([]);
    await page.keyboard.press('Enter');
    await run.getByText(`“Ops ${round}”`).waitFor({ state: 'detached' });
    await page.reload();
    await more.waitFor();
  });
});
