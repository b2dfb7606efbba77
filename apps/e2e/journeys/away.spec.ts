import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PASSWORD, Participant, registerBystander, signIn } from './browser.js';
import { fill } from './fill.js';
import { serve } from './served.js';

describe('What is kept while away', () => {
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
    await ama.openDirect(tomas);
  });
  afterEach(async () => {
    expect([...ama.faults, ...tomas.faults]).toEqual([]);
    await ama.context.close();
    await tomas.context.close();
  });

  const banner = () => ama.page.getByTestId('conn-banner');
  const texts = (person: Participant) => person.page.getByTestId('message').locator('.message-text').allTextContents();

  it('R2: messages written without a connection survive a reload, and arrive in order and once', async () => {
    await ama.say('before');
    await ama.message('before').and(ama.page.locator('[data-state=sent]')).waitFor();
    await ama.tap.cutLine();
    await banner().waitFor();
    for (const text of ['one', 'two', 'three']) await ama.say(text);
    await banner().getByText('3 messages will send when you are back').waitFor();
    await ama.page.reload();
    // Nothing is known yet but what waits.
    await banner().getByText('3 messages will send when you are back').waitFor();
    ama.tap.mendLine();
    await ama.page.getByRole('button', { name: 'Try now' }).click();
    await banner().waitFor({ state: 'detached' });
    await ama.message('three').and(ama.page.locator('[data-state=sent]')).waitFor();
    await tomas.openRow(ama.name);
    await tomas.message('three').waitFor();
    expect(await texts(tomas)).toEqual(['before', 'one', 'two', 'three']);
    expect(await texts(ama)).toEqual(['before', 'one', 'two', 'three']);
    const stored = await (await ama.rest()).messages(ama.conversationId);
    expect(stored.map(({ content }) => content)).toEqual(['before', 'one', 'two', 'three']);
  });

  it('R3: what 250 messages and their counts became meanwhile is there after the reconnection', async () => {
    await ama.say('before');
    await ama.message('before').and(ama.page.locator('[data-state=sent]')).waitFor();
    const id = ama.conversationId;
    await ama.page.goto('/');
    await ama.row(tomas.name).waitFor();
    await ama.tap.cutLine();
    await banner().waitFor();
    const rest = await tomas.rest();
    await fill(rest, id, 250);
    ama.tap.mendLine();
    await ama.page.getByRole('button', { name: 'Try now' }).click();
    await banner().waitFor({ state: 'detached' });
    await ama.row(tomas.name).getByText('line 250.').waitFor();
    await ama.page.waitForFunction(() => document.title.startsWith('(99+)'));
    await ama.openRow(tomas.name);
    await ama.message('line 1.').getByTestId('new-divider').waitFor();
    await ama.page.getByTestId('jump-latest').click();
    await ama.message('line 250.').waitFor();
    await ama.row(tomas.name).getByTestId('unread-badge').waitFor({ state: 'detached' });
    await ama.page.waitForFunction(() => !document.title.startsWith('('));
  });

  it('C2: a draft survives switching and reloading, is seen in the other tab, and goes when it is sent', async () => {
    const li = await registerBystander(served.node.url, `Li Wen ${String.fromCharCode(97 + round)}`);
    await ama.composer.fill('half a thou');
    await ama.openDirect(li);
    expect(await ama.composer.inputValue()).toBe('');
    await ama.page.reload();
    await ama.row(tomas.name).getByText('Draft: half a thou').waitFor();
    await ama.openRow(tomas.name);
    expect(await ama.composer.inputValue()).toBe('half a thou');
    const second = await ama.context.newPage();
    await second.goto(ama.page.url());
    await second.getByTestId('composer').waitFor();
    expect(await second.getByTestId('composer').inputValue()).toBe('half a thou');
    await ama.composer.fill('half a thought');
    await second.waitForFunction(
      () => document.querySelector<HTMLTextAreaElement>('[data-testid=composer]')?.value === 'half a thought',
    );
    await ama.composer.press('Enter');
    await ama.message('half a thought').and(ama.page.locator('[data-state=sent]')).waitFor();
    await second.waitForFunction(
      () => document.querySelector<HTMLTextAreaElement>('[data-testid=composer]')?.value === '',
    );
    const kept = await ama.page.evaluate(() => Object.values(localStorage));
    expect(kept.filter((value) => value.includes('half a'))).toEqual([]);
  });

  it('R9: a session that is ended elsewhere leads to the sign-in page, and what was written is sent after signing in again', async () => {
    await ama.composer.fill('not sent yet');
    const { accessToken } = await signIn(served.node.url, ama.username);
    await fetch(`${served.node.url}/api/auth/password`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${accessToken}` },
      body: JSON.stringify({ current: PASSWORD, new: `${PASSWORD} anew` }),
    });
    await ama.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await ama.page.getByLabel('Username').fill(ama.username);
    await ama.page.getByLabel('Password', { exact: true }).fill(`${PASSWORD} anew`);
    await ama.page.getByRole('button', { name: 'Sign in' }).click();
    await ama.composer.waitFor();
    expect(await ama.composer.inputValue()).toBe('not sent yet');
  });
});
