import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ParleyNode } from '@parley/testkit';
import type { Browser } from 'playwright-core';
import { launchBrowser, Participant } from './browser.js';

describe('Two people in two browsers', () => {
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
      Participant.register(browser, node.url, `Ama Okafor ${suffix}`),
      Participant.join(browser, node.url, `Tomas Reyes ${suffix}`),
    ]);
  });
  afterEach(async () => {
    expect([...ama.faults, ...tomas.faults]).toEqual([]);
    await ama.context.close();
    await tomas.context.close();
  });

  it('P3, U1: register, open a direct chat and talk', async () => {
    await ama.openDirect(tomas);
    await ama.say('Hello **Tomas**');
    const row = tomas.row(ama.name);
    await row.getByTestId('unread-badge').getByText('1', { exact: true }).waitFor();
    expect(await row.textContent()).toContain('Hello Tomas');
    await tomas.openRow(ama.name);
    expect(await tomas.message('Hello Tomas').locator('strong').textContent()).toBe('Tomas');
    await tomas.say('Hello Ama');
    await ama.message('Hello Ama').waitFor();
    await tomas.row(ama.name).getByTestId('unread-badge').waitFor({ state: 'detached' });
    // S3: read, seen by the sender as soon as the other looked at it.
    await ama.message('Hello Tomas').locator('[data-receipt=read]').waitFor();
  });

  it('P3: begun by both at the same instant it is one conversation', async () => {
    await Promise.all([ama.openDirect(tomas), tomas.openDirect(ama)]);
    expect(ama.conversationId).toBe(tomas.conversationId);
    await ama.say('from Ama');
    await tomas.message('from Ama').waitFor();
    expect(await ama.page.getByTestId('conversation-row').count()).toBe(1);
    expect(await tomas.page.getByTestId('conversation-row').count()).toBe(1);
  });

  it('S1, S2: my message is there at once and keeps its place and node when it is stored', async () => {
    await ama.openDirect(tomas);
    await ama.say('first');
    await ama.message('first').and(ama.page.locator('[data-state=sent]')).waitFor();
    ama.tap.holdAcks();
    const frames = await ama.composer.evaluate(async (input: HTMLTextAreaElement) => {
      const setter = Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, 'value')?.set;
      setter?.call(input, 'second');
      input.dispatchEvent(new Event('input', { bubbles: true }));
      await new Promise(requestAnimationFrame);
      let passed = 0;
      input.dispatchEvent(new KeyboardEvent('keydown', { key: 'Enter', bubbles: true, cancelable: true }));
      for (; !document.querySelector('[data-state=pending]'); passed += 1) await new Promise(requestAnimationFrame);
      Object.assign(window, { pendingRow: document.querySelector('[data-state=pending]') });
      return passed;
    });
    expect(frames).toBeLessThanOrEqual(2);
    expect(await ama.composer.inputValue()).toBe('');
    expect(await ama.composer.evaluate((input) => input === document.activeElement)).toBe(true);
    // `message:new` comes before the acknowledgement, which is still kept back.
    await tomas.row(ama.name).getByText('second').waitFor();
    await ama.page.locator('[data-state=pending]').waitFor({ state: 'detached' });
    ama.tap.releaseAcks();
    await ama.say('third');
    await ama.message('third').and(ama.page.locator('[data-state=sent]')).waitFor();
    expect(await ama.message('second').count()).toBe(1);
    const same = await ama.message('second').evaluate((row) => row === (window as { pendingRow?: unknown }).pendingRow);
    expect(same).toBe(true);
  });

  it('S5: a refused message says so, goes back to the composer, or is deleted', async () => {
    await ama.openDirect(tomas);
    ama.tap.refuseSends('forbidden');
    await ama.say('try me');
    await ama.say('drop me');
    const failed = ama.message('try me');
    await failed.getByText('Not sent.').waitFor();
    expect(await failed.getByTestId('receipt').getAttribute('aria-label')).toBe('Not sent');
    await ama.message('drop me').getByRole('button', { name: 'Delete' }).click();
    await ama.message('drop me').waitFor({ state: 'detached' });
    ama.tap.refuseSends(null);
    // S6: what failed does not block what comes after it.
    await ama.say('after it');
    await tomas.row(ama.name).getByText('after it').waitFor();
    await failed.getByRole('button', { name: 'Edit' }).click();
    await failed.waitFor({ state: 'detached' });
    await ama.composer.press('Enter');
    await ama.message('try me').and(ama.page.locator('[data-state=sent]')).waitFor();
    const stored = await (await ama.rest()).messages(ama.conversationId);
    expect(stored.map(({ content }) => content)).toEqual(['after it', 'try me']);
  });

  it('S8: sent too fast, a message waits as long as the server says, the composer too, and both go on by themselves', async () => {
    await ama.openDirect(tomas);
    ama.tap.refuseSends('rate_limited', 3_000);
    await ama.say('hasty');
    await ama.page.getByText('You are sending very fast. Sending goes on in').waitFor();
    await ama.composer.fill('kept');
    await ama.composer.press('Enter');
    expect(await ama.composer.inputValue()).toBe('kept');
    expect(await ama.message('hasty').getAttribute('data-state')).toBe('pending');
    ama.tap.refuseSends(null);
    await ama.message('hasty').and(ama.page.locator('[data-state=sent]')).waitFor();
    await ama.page.getByText('You are sending very fast').waitFor({ state: 'detached' });
    await ama.composer.press('Enter');
    await tomas.row(ama.name).getByText('kept').waitFor();
  });

  it('S6: twenty typed in a row arrive in the order of typing', async () => {
    await ama.openDirect(tomas);
    const texts = Array.from({ length: 20 }, (_, index) => `line ${String(index).padStart(2, '0')}`);
    for (const text of texts) await ama.say(text);
    await tomas.openRow(ama.name);
    await tomas.message('line 19').waitFor();
    const seen = await tomas.page.getByTestId('message').locator('.message-text').allTextContents();
    expect(seen).toEqual(texts);
  });

  it('U3: read moves only while the tab is in view', async () => {
    await ama.openDirect(tomas);
    await ama.say('one');
    await tomas.openRow(ama.name);
    await ama.message('one').locator('[data-receipt=read]').waitFor();
    await tomas.look(true);
    await ama.say('two');
    await tomas.row(ama.name).getByTestId('unread-badge').getByText('1', { exact: true }).waitFor();
    await ama.message('two').locator('[data-receipt=delivered]').waitFor();
    await ama.page.waitForTimeout(1_500);
    expect(await ama.message('two').getByTestId('receipt').getAttribute('data-receipt')).toBe('delivered');
    // L7: what came unseen is marked off.
    await tomas.message('two').getByTestId('new-divider').waitFor();
    await tomas.look(false);
    await ama.message('two').locator('[data-receipt=read]').waitFor();
    await tomas.row(ama.name).getByTestId('unread-badge').waitFor({ state: 'detached' });
  });

  it('R1: a lost connection is said, and what was written meanwhile is sent once it is back', async () => {
    await ama.openDirect(tomas);
    await ama.say('before');
    await ama.message('before').and(ama.page.locator('[data-state=sent]')).waitFor();
    await ama.tap.cutLine();
    await ama.page.getByTestId('conn-banner').waitFor();
    await ama.say('while away');
    await ama.page.getByTestId('conn-banner').getByText('1 message will send when you are back').waitFor();
    await tomas.openRow(ama.name);
    await tomas.say('you there?');
    ama.tap.mendLine();
    await ama.page.getByRole('button', { name: 'Try now' }).click();
    await ama.page.getByTestId('conn-banner').waitFor({ state: 'detached' });
    await ama.message('while away').and(ama.page.locator('[data-state=sent]')).waitFor();
    await tomas.message('while away').waitFor();
    // R3: what arrived while away is there, in order and once.
    const seen = await ama.page.getByTestId('message').locator('.message-text').allTextContents();
    expect(seen).toEqual(['before', 'you there?', 'while away']);
  });
});
