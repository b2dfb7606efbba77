import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, TestUser } from '@parley/testkit';
import { Participant, registerBystander } from './browser.js';
import { serve } from './served.js';
import { violationsIn } from './violations.js';

describe('Leading a group', () => {
  const served = serve();
  let ama: Participant;
  let tomas: Participant;

  let round = 0;
  beforeEach(async () => {
    const suffix = String.fromCharCode(97 + round++);
    [ama, tomas] = await Promise.all([
      Participant.join(served.browser, served.node.url, `Ama Okafor ${suffix}`),
      Participant.join(served.browser, served.node.url, `Tomas Reyes ${suffix}`),
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

  it('P6 S1.34: a new name, and for how long messages are kept, reach everybody, with a line that says so', async () => {
    await more(ama, 'Rename');
    await ama.page.getByLabel('Name', { exact: true }).fill('War room');
    await confirm(ama, 'Rename');
    await tomas.page.getByRole('heading', { name: 'War room', level: 2 }).waitFor();
    await notice(tomas, `${ama.name} renamed the group to “War room”`);
    await notice(ama, 'You renamed the group to “War room”');
    await tomas.row('War room').waitFor();
    for (const person of [tomas, ama]) await person.page.getByRole('button', { name: 'Members' }).click();
    const keeping = (person: Participant) => person.page.getByRole('button', { name: 'Keeping messages' });
    await keeping(ama).click();
    expect(await keeping(tomas).count()).toBe(0);
    const days = ama.page.getByLabel('Days');
    await days.fill('0');
    await ama.page.getByText('A whole number from 1').waitFor();
    await days.fill('1e2');
    await ama.page.getByText('A whole number from 1').waitFor();
    await days.fill('30');
    expect(await violationsIn(ama.page)).toEqual([]);
    await confirm(ama, 'Save');
    await notice(tomas, `${ama.name} decided that messages are kept here for 30 days`);
    await keeping(ama).click();
    expect(await days.inputValue()).toBe('30');
  });

  it('an owner takes a group along; members are not offered that', async () => {
    for (const { page } of [ama, tomas]) await page.getByRole('button', { name: 'Members' }).click();
    await ama.page.getByRole('button', { name: 'Export' }).click();
    const [saved] = await Promise.all([ama.page.waitForEvent('download'), confirm(ama, 'Export')]);
    expect(saved.suggestedFilename()).toMatch(/^parley-conversation-[\d-]+\.jsonl$/);
    await tomas.page.getByRole('button', { name: 'Leave group' }).waitFor();
    expect(await tomas.page.getByRole('button', { name: 'Export' }).count()).toBe(0);
  });

  it('P5, R9: members are added, promoted and removed; the removed one is told where the composer was', async () => {
    const li = await Participant.join(served.browser, served.node.url, `Li Wen ${String.fromCharCode(97 + round)}`);
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
    const next = ama.page.getByTestId('member-row').filter({ hasText: tomas.name }).getByRole('button');
    await eventually('the next member has the focus', () =>
      next.evaluate((button) => button === document.activeElement),
    );
    await li.page.reload();
    await li.page.getByText('There is nothing here').waitFor();
    await li.context.close();
  });

  it('P5: a member who leaves takes no focus along that was moved elsewhere before', async () => {
    for (const { page } of [ama, tomas]) await page.getByRole('button', { name: 'Members' }).click();
    const member = ama.page.getByTestId('member-row').filter({ hasText: tomas.name });
    await member.getByRole('button').focus();
    await ama.composer.focus();
    await ama.composer.blur();
    await tomas.page.getByRole('button', { name: 'Leave group' }).click();
    await confirm(tomas, 'Leave');
    await member.waitFor({ state: 'detached' });
    expect(await ama.page.evaluate(() => document.activeElement === document.body)).toBe(true);
  });

  it('P5: a link to the group leads who has no account into it, until it is taken back', async () => {
    await ama.page.getByRole('button', { name: 'Members' }).click();
    const links = ama.page.getByRole('button', { name: 'Links to this group' });
    await links.press('Enter');
    await dialog(ama).getByText('There is no link to this group.').waitFor();
    expect(await violationsIn(ama.page)).toEqual([]);
    await dialog(ama).getByRole('button', { name: 'Make a link' }).press('Enter');
    const link = await dialog(ama).getByLabel('Link', { exact: true }).inputValue();
    expect(await violationsIn(ama.page)).toEqual([]);
    await ama.page.keyboard.press('Escape');

    const guest = await Participant.at(served.browser, served.node.url, `Zoe Lind ${String.fromCharCode(97 + round)}`);
    await guest.page.goto(link);
    await guest.page.getByRole('heading', { name: 'Launch room' }).waitFor();
    await guest.page.getByText('2 people are in this group.').waitFor();
    expect(await violationsIn(guest.page)).toEqual([]);
    await guest.page.getByRole('link', { name: 'Create an account' }).press('Enter');
    await guest.page.getByLabel('Username').fill(guest.username);
    // Behind the `#` it is in no log of a server.
    const { hash, search } = new URL(guest.page.url());
    expect([hash, search]).toEqual([new URL(link).hash, '?next=%2Fjoin']);
    await guest.page.getByLabel('Password', { exact: true }).fill('correct horse battery');
    await guest.page.getByLabel('Your name').fill(guest.name);
    await guest.page.getByRole('button', { name: 'Create account' }).click();
    const join = guest.page.getByRole('button', { name: 'Join', exact: true });
    await join.waitFor();
    expect(await violationsIn(guest.page)).toEqual([]);
    await join.press('Enter');
    await guest.page.getByRole('heading', { name: 'Launch room', level: 2 }).waitFor();
    await notice(guest, 'You joined by a link');
    await notice(tomas, `${guest.name} joined by a link`);
    await guest.say('hello everybody');
    await ama.message('hello everybody').waitFor();

    await links.press('Enter');
    const invite = dialog(ama).getByTestId('invite');
    await invite.getByText('1 person has joined').waitFor();
    await invite.getByRole('button', { name: 'Take back' }).press('Enter');
    await dialog(ama).getByText('There is no link to this group.').waitFor();
    await guest.page.goto(link);
    await guest.page.getByText('This link is not good any more. Ask for a new one.').waitFor();
    expect(guest.faults).toEqual([]);
    await guest.context.close();
  });

  it('C9: an archived conversation can be read, not written in, and taken out again', async () => {
    await ama.say('before the archive');
    await tomas.message('before the archive').waitFor();
    await more(ama, 'Archive');
    await confirm(ama, 'Archive');
    await tomas.page.getByTestId('composer-closed').getByText('archived').waitFor();
    expect(await tomas.page.getByRole('button', { name: 'Take out of the archive' }).count()).toBe(0);
    const takeOut = ama.page.getByRole('button', { name: 'Take out of the archive' });
    const request = /\/api\/conversations\/[^/]+$/;
    await ama.page.route(request, (route) => route.abort());
    await takeOut.click();
    await closed(ama).getByText('The server cannot be reached.').waitFor();
    await ama.page.unroute(request);
    await takeOut.click();
    await tomas.composer.waitFor();
    await tomas.say('and after it');
    await ama.message('and after it').waitFor();
    await more(ama, 'Archive');
    await confirm(ama, 'Archive');
    await closed(ama).getByText('This conversation is archived').waitFor();
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

  /** Opens a dialog from the menu of a member, by keyboard. */
  const askOf = async (leader: Participant, member: Participant, item: string) => {
    await leader.page
      .getByTestId('member-row')
      .filter({ hasText: member.name })
      .getByRole('button', { name: 'Change' })
      .press('Enter');
    await leader.page.getByRole('menuitem', { name: item }).press('Enter');
  };
  const dialog = ({ page }: Participant) => page.getByRole('dialog');
  const closed = ({ page }: Participant) => page.getByTestId('composer-closed');
  const gone = { state: 'detached' } as const;

  it('a message is reported by keyboard alone, and those who lead the group see and resolve it', async () => {
    const li = await registerBystander(served.node.url, `Li Wen ${String.fromCharCode(97 + round)}`);
    const rest = await ama.rest();
    await rest.addMembers(ama.conversationId, [(await li.rest.me()).id]);
    await li.rest.send(ama.conversationId, { content: 'cheap watches' });
    const { keyboard } = tomas.page;
    const row = tomas.message('cheap watches');
    await row.focus();
    await keyboard.press('Shift+F10');
    await tomas.page.getByRole('menuitem', { name: 'Report…' }).press('Enter');
    await dialog(tomas).getByText('The admins of this group will see your report.').waitFor();
    expect(await violationsIn(tomas.page)).toEqual([]);
    await keyboard.press('Tab');
    await keyboard.press('Space');
    await keyboard.press('Tab');
    await keyboard.type('Every day');
    for (const key of ['Tab', 'Tab', 'Tab', 'Enter']) await keyboard.press(key);
    await dialog(tomas).getByText('Thank you. The admins of this group have your report.').waitFor();
    expect(await violationsIn(tomas.page)).toEqual([]);
    await keyboard.press('Enter');
    await dialog(tomas).waitFor(gone);
    await eventually('the message has the focus again', () =>
      row.evaluate((element) => element === document.activeElement),
    );
    await tomas.page.getByRole('button', { name: 'Members' }).click();
    await tomas.page.getByRole('button', { name: 'Leave group' }).waitFor();
    expect(await tomas.page.getByRole('button', { name: 'Reports' }).count()).toBe(0);

    await ama.page.getByRole('button', { name: 'Members' }).click();
    await ama.page.getByRole('button', { name: 'Reports' }).click();
    const report = ama.page.getByTestId('report');
    await report.getByText(`Spam: ${tomas.name} about ${li.name}`).waitFor();
    await report.getByText('Every day').waitFor();
    expect(await violationsIn(ama.page)).toEqual([]);
    await report.getByRole('link', { name: 'Show message' }).press('Enter');
    await ama.message('cheap watches').and(ama.page.locator('[data-lit]')).waitFor();
    await ama.page.getByRole('button', { name: 'Members' }).click();
    await ama.page.getByRole('button', { name: 'Reports' }).click();
    await report.getByRole('button', { name: 'Resolve' }).press('Enter');
    await dialog(ama).getByText('There is nothing to decide.').waitFor();
  });

  it('of many reports the latest are shown, older ones on demand, and new ones by themselves', async () => {
    const [id, leader, member] = [ama.conversationId, await ama.rest(), await tomas.rest()];
    const report = async (line: number) => {
      const { id: messageId } = await leader.send(id, { content: `line ${line}` });
      await member.request('POST', `/messages/${messageId}/reports`, { reason: 'other', comment: `comment ${line}` });
    };
    const { page } = ama;
    const reports = page.getByTestId('report');
    const shows = (count: number) => eventually(`${count} are shown`, async () => (await reports.count()) === count);
    await report(1);
    await page.getByRole('button', { name: 'Members' }).click();
    await page.route(/\/reports\?/, (route) => route.abort());
    await page.getByRole('button', { name: 'Reports' }).click();
    await dialog(ama).getByRole('alert').waitFor();
    await page.unroute(/\/reports\?/);
    await report(2);
    await shows(2);
    expect(await dialog(ama).getByRole('alert').count()).toBe(0);
    for (let line = 3; line <= 53; line += 1) await report(line);
    await shows(50);
    await dialog(ama).getByRole('button', { name: 'Show more' }).press('Enter');
    await shows(53);
    expect(await dialog(ama).getByRole('button', { name: 'Show more' }).count()).toBe(0);
    await reports.last().getByText('comment 1').waitFor();
    await reports.first().getByRole('button', { name: 'Resolve' }).press('Enter');
    await shows(52);
    await reports.last().getByText('comment 1').waitFor();
  });

  it('somebody blocked is refused direct messages, and their words in groups are folded until asked for', async () => {
    const [id, theirs] = [ama.conversationId, await tomas.rest()];
    const BLOCKED = 'Message from somebody you blocked';
    const words = await theirs.send(id, { content: 'first words' });
    await (await ama.rest()).send(id, { content: 'an answer', replyToId: words.id });
    await ama.message('an answer').getByTestId('quote').getByText('first words').waitFor();
    await ama.openDirect(tomas);
    await more(ama, 'Block');
    expect(await violationsIn(ama.page)).toEqual([]);
    await confirm(ama, 'Block');
    await dialog(ama).waitFor(gone);
    await tomas.openDirect(ama);
    await tomas.say('can you hear me');
    const refused = tomas.message('can you hear me');
    await refused.getByText('Not sent. This person does not receive your direct messages.').waitFor();
    await refused.getByRole('button', { name: 'Delete' }).press('Enter');

    await ama.openRow('Launch room');
    await theirs.send(id, { content: 'second words' });
    await ama.row('Launch room').getByText(BLOCKED).waitFor();
    await ama.page.getByRole('log').getByText(BLOCKED).waitFor();
    await ama.message('an answer').getByTestId('quote').getByText(BLOCKED).waitFor();
    const folded = ama.page.getByTestId('folded');
    await eventually('both messages are folded', async () => (await folded.count()) === 2);
    await ama.page.keyboard.press('Control+f');
    await ama.page.getByRole('searchbox').fill('words');
    const found = ama.page.getByTestId('search-hit').getByText(BLOCKED);
    await eventually('both are found, and folded there too', async () => (await found.count()) === 2);
    expect(await ama.page.locator('body').textContent()).not.toMatch(/(first|second) words/);
    expect(await violationsIn(ama.page)).toEqual([]);
    await ama.page.keyboard.press('Escape');
    await folded.first().getByRole('button', { name: 'Show message' }).press('Enter');
    await ama.message('first words').waitFor();
    expect(await ama.message('first words').evaluate((row) => row === document.activeElement)).toBe(true);

    await ama.page.getByRole('button', { name: `Account of ${ama.name}` }).press('Enter');
    await ama.page.getByRole('menuitem', { name: 'Blocked people…' }).press('Enter');
    const unblock = dialog(ama).getByRole('button', { name: `Unblock ${tomas.name}` });
    await unblock.waitFor();
    expect(await violationsIn(ama.page)).toEqual([]);
    await unblock.press('Enter');
    await dialog(ama).getByText('You block nobody.').waitFor();
    await ama.page.keyboard.press('Escape');
    await ama.message('second words').waitFor();
    await tomas.say('and now');
    await ama.row(tomas.name).getByText('and now').waitFor();
  });

  it('who unblocks somebody in their conversation reads why that failed, and can try again', async () => {
    await ama.openDirect(tomas);
    await more(ama, 'Block');
    await confirm(ama, 'Block');
    await dialog(ama).waitFor(gone);
    await ama.page.route('**/api/users/*/block', (route) => route.abort());
    await more(ama, 'Unblock');
    await confirm(ama, 'Unblock');
    await dialog(ama).getByRole('alert').waitFor();
    await ama.page.unroute('**/api/users/*/block');
    await confirm(ama, 'Unblock');
    await dialog(ama).waitFor(gone);
    await tomas.openDirect(ama);
    await tomas.say('thank you');
    await ama.message('thank you').waitFor();
  });

  it('somebody silenced is told until when where the composer was, and writes again at the end', async () => {
    const { page, tap } = tomas;
    const banner = page.getByTestId('conn-banner');
    const silence = async () => {
      await askOf(ama, tomas, 'Silence…');
      await dialog(ama).getByRole('radio', { name: '10 minutes' }).check();
      expect(await violationsIn(ama.page)).toEqual([]);
      await confirm(ama, 'Silence');
      await dialog(ama).waitFor(gone);
    };
    await page.clock.install();
    await page.reload();
    await tomas.say('before it');
    await ama.message('before it').waitFor();
    await tap.cutLine();
    await banner.waitFor();
    await tomas.say('written meanwhile');
    await ama.page.getByRole('button', { name: 'Members' }).click();
    await silence();
    const member = ama.page.getByTestId('member-row').filter({ hasText: tomas.name });
    await member.getByText('Silenced').waitFor();
    tap.mendLine();
    await page.getByRole('button', { name: 'Try now' }).click();
    await banner.waitFor(gone);
    await closed(tomas)
      .getByText(/^You may not write in this group until .*\d:\d\d\. You can/)
      .waitFor();
    await tomas.composer.waitFor(gone);
    const refused = tomas.message('written meanwhile');
    await refused.getByText('Not sent. You may not write in this group for a time.').waitFor();
    expect(await refused.getByRole('button', { name: 'Edit' }).count()).toBe(0);
    expect(await violationsIn(page)).toEqual([]);

    await askOf(ama, tomas, 'End the silence');
    await member.getByText('Silenced').waitFor(gone);
    await tomas.say('after it');
    await ama.message('after it').waitFor();
    await silence();
    await closed(tomas).waitFor();
    await tap.cutLine();
    await page.clock.fastForward('10:01');
    await tomas.composer.waitFor();
  });

  it('somebody silenced in a group of over a hundred is told so, too, and writes again at the end', async () => {
    const [leader, { id: userId }] = [await ama.rest(), await (await tomas.rest()).me()];
    const guests = Array.from({ length: 100 }, (_, each) =>
      TestUser.ofHost(served.node.url, { externalId: `guest-${each}`, name: `Guest ${each}` }),
    );
    const memberIds = (await Promise.all(guests)).map(({ id }) => id);
    const { id } = await leader.createConversation({ type: 'group', name: 'Town hall', memberIds });
    await leader.addMembers(id, [userId]);
    const path = `/conversations/${id}/members/${userId}/silence`;
    const silence = () => leader.request('PUT', path, { seconds: 600 });
    await tomas.page.clock.install();
    await tomas.page.reload();
    await tomas.openRow('Town hall');
    await silence();
    await closed(tomas).getByText('You may not write in this group until').waitFor();
    await leader.request('DELETE', path);
    await tomas.say('after it');
    await tomas.message('after it').waitFor();
    await silence();
    await closed(tomas).waitFor();
    await tomas.tap.cutLine();
    await tomas.page.clock.fastForward('10:01');
    await tomas.composer.waitFor();
  });

  it('somebody banned is removed and cannot be added, until they are unbanned', async () => {
    const add = async () => {
      await ama.page.getByRole('button', { name: 'Add people' }).click();
      await dialog(ama).getByRole('combobox').fill(tomas.username);
      await ama.page.getByRole('option', { name: tomas.name }).click();
      await confirm(ama, 'Add');
    };
    await ama.page.getByRole('button', { name: 'Members' }).click();
    await askOf(ama, tomas, 'Ban…');
    expect(await violationsIn(ama.page)).toEqual([]);
    await confirm(ama, 'Ban');
    await closed(tomas).getByText('You were removed').waitFor();
    await ama.page.getByTestId('member-row').filter({ hasText: tomas.name }).waitFor(gone);
    await add();
    await dialog(ama).getByText('Somebody of them is banned from this group. Unban them first.').waitFor();
    await confirm(ama, 'Cancel');
    await ama.page.getByRole('button', { name: 'Banned people' }).press('Enter');
    await dialog(ama).getByTestId('listed-person').getByText(`Banned by ${ama.name}`).waitFor();
    expect(await violationsIn(ama.page)).toEqual([]);
    await dialog(ama)
      .getByRole('button', { name: `Unban ${tomas.name}` })
      .press('Enter');
    await dialog(ama).getByText('Nobody is banned from this group.').waitFor();
    await ama.page.keyboard.press('Escape');
    await add();
    await tomas.openRow('Launch room');
    await tomas.say('back again');
    await ama.message('back again').waitFor();
  });
});
