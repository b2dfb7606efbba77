import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ParleyNode } from '@parley/testkit';
import type { Browser } from 'playwright-core';
import { launchBrowser, Participant } from './browser.js';

describe('Leading a group', () => {
  let node: ParleyNode;
  let browser: Browser;
  let ama: Participant;
  let tomas: Participant;

  beforeAll(async () => {
    [node, browser] = await Promise.all([ParleyNode.start(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await node?.stop();
  });
  let round = 0;
  beforeEach(async () => {
    const suffix = String.fromCharCode(97 + round++);
    [ama, tomas] = await Promise.all([
      Participant.join(browser, node.url, `Ama Okafor ${suffix}`),
      Participant.join(browser, node.url, `Tomas Reyes ${suffix}`),
    ]);
    await ama.openGroup('Launch room', [tomas]);
    await tomas.openRow('Launch room');
  });
  afterEach(async () => {
    expect([...ama.faults, ...tomas.faults]).toEqual([]);
    await ama.context.close();
    await tomas.context.close();
  });

  const more = async (person: Participant, item: string) => {
    await person.page.getByRole('button', { name: 'More', exact: true }).click();
    await person.page.getByRole('menuitem', { name: item }).click();
  };
  const confirm = (person: Participant, verb: string) =>
    person.page.getByRole('dialog').getByRole('button', { name: verb }).click();
  const notice = (person: Participant, text: string) => person.page.getByTestId('message').getByText(text).waitFor();

  it('P6: a new name reaches everybody, with a line that says so', async () => {
    await more(ama, 'Rename');
    await ama.page.getByLabel('Name', { exact: true }).fill('War room');
    await confirm(ama, 'Rename');
    await tomas.page.getByRole('heading', { name: 'War room', level: 2 }).waitFor();
    await notice(tomas, `${ama.name} renamed the group to “War room”`);
    await notice(ama, 'You renamed the group to “War room”');
    await tomas.row('War room').waitFor();
  });

  it('P5, R9: members are added, promoted and removed; the removed one is told where the composer was', async () => {
    const li = await Participant.join(browser, node.url, `Li Wen ${String.fromCharCode(97 + round)}`);
    await ama.page.getByRole('button', { name: 'Members' }).click();
    await ama.page.getByRole('button', { name: 'Add people' }).click();
    await ama.page.getByRole('dialog').getByRole('combobox').fill(li.username);
    await ama.page.getByRole('option', { name: li.name }).click();
    await confirm(ama, 'Add');
    await li.openRow('Launch room');
    await notice(li, `${ama.name} added you`);
    const member = ama.page.getByTestId('member-row').filter({ hasText: li.name });
    await member.getByRole('button').click();
    await ama.page.getByRole('menuitem', { name: 'Make an admin' }).click();
    await member.getByText('Admin').waitFor();
    await notice(tomas, `${ama.name} made ${li.name} an admin`);
    await member.getByRole('button').click();
    await ama.page.getByRole('menuitem', { name: 'Remove from group' }).click();
    await confirm(ama, 'Remove');
    await li.page.getByTestId('composer-closed').getByText('You were removed').waitFor();
    await li.composer.waitFor({ state: 'detached' });
    expect(await li.row('Launch room').count()).toBe(0);
    await notice(ama, `You removed ${li.name}`);
    await li.page.reload();
    await li.page.getByText('There is nothing here').waitFor();
    await li.context.close();
  });

  it('C9: an archived conversation can be read, not written in, and taken out again', async () => {
    await ama.say('before the archive');
    await tomas.message('before the archive').waitFor();
    await more(ama, 'Archive');
    await confirm(ama, 'Archive');
    await tomas.page.getByTestId('composer-closed').getByText('archived').waitFor();
    expect(await tomas.page.getByRole('button', { name: 'Take out of the archive' }).count()).toBe(0);
    await ama.page.getByRole('button', { name: 'Take out of the archive' }).click();
    await tomas.composer.waitFor();
    await tomas.say('and after it');
    await ama.message('and after it').waitFor();
  });

  it('P5: a direct conversation has no panel of members, nor can it be left', async () => {
    await ama.openDirect(tomas);
    await ama.page.goto(`${ama.page.url()}?panel=members`);
    await ama.composer.waitFor();
    expect(await ama.page.getByRole('complementary', { name: 'Members' }).count()).toBe(0);
  });

  it('P5: the last owner is told to pass the group on first; a member simply leaves', async () => {
    await more(ama, 'Leave group');
    await confirm(ama, 'Leave group');
    await ama.page.getByRole('dialog').getByText('You are the only owner').waitFor();
    await confirm(ama, 'Cancel');
    await more(tomas, 'Leave group');
    await confirm(tomas, 'Leave group');
    await tomas.page.getByText('Say hello to somebody').waitFor();
    await notice(ama, `${tomas.name} left`);
  });
});
