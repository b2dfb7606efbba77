import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { expectSoon, ParleyNode, RestClient } from '@parley/testkit';
import type { Browser, Locator } from 'playwright-core';
import { launchBrowser, Participant, registerByRest } from './browser.js';
import { fill } from './fill.js';

let browser: Browser;
let ama: Participant;
let tomas: Participant;
let round = 0;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
});

async function meet(node: ParleyNode): Promise<void> {
  const suffix = String.fromCharCode(97 + round++);
  [ama, tomas] = await Promise.all([
    Participant.join(browser, node.url, `Ama Okafor ${suffix}`),
    Participant.join(browser, node.url, `Tomas Reyes ${suffix}`),
  ]);
}

async function part(): Promise<void> {
  expect([...ama.faults, ...tomas.faults]).toEqual([]);
  await ama.context.close();
  await tomas.context.close();
}

/** Both look at their direct conversation, in which Ama has sent this. */
async function talk(...lines: string[]): Promise<void> {
  await ama.openDirect(tomas);
  for (const line of lines) {
    await ama.say(line);
    await ama.message(line).and(ama.page.locator('[data-state=sent]')).waitFor();
  }
  await tomas.openRow(ama.name);
  await tomas.message(lines.at(-1) ?? '').waitFor();
}

/** Opens a message's menu with the pointer and chooses. */
async function choose(person: Participant, text: string, item: string): Promise<void> {
  await person.message(text).hover();
  await person.message(text).getByRole('button', { name: 'More actions' }).click();
  await person.page.getByRole('menuitem', { name: item }).click();
}

function chip(person: Participant, text: string, emoji: string): Locator {
  return person.message(text).locator(`[data-testid=reaction][data-emoji="${emoji}"]`);
}

function hasFocus(element: Locator): Promise<boolean> {
  return element.evaluate((target) => target === document.activeElement);
}

/** The same row once its words are gone. */
function rowOf(person: Participant, seq: number): Locator {
  return person.page.locator(`[data-testid=message][data-seq="${seq}"]`);
}

describe('What people change, in two browsers', () => {
  let node: ParleyNode;

  beforeAll(async () => {
    node = await ParleyNode.start({ env: { RATE_LIMITS: 'off' } });
  });
  afterAll(async () => {
    await node?.stop();
  });
  beforeEach(() => meet(node));
  afterEach(part);

  it('M3, C5: ArrowUp edits my last message; the other sees it, also after a reload, and what it was', async () => {
    await talk('first', 'teh plan');
    await ama.composer.press('ArrowUp');
    const editor = ama.page.getByTestId('editor');
    expect(await editor.inputValue()).toBe('teh plan');
    await editor.fill('the plan');
    await editor.press('Enter');
    await editor.waitFor({ state: 'detached' });
    expect(await hasFocus(ama.composer)).toBe(true);
    await tomas.message('the plan').getByRole('button', { name: '(edited)' }).waitFor();
    await tomas.page.reload();
    await tomas.message('the plan').getByRole('button', { name: '(edited)' }).click();
    const versions = tomas.page.getByRole('dialog', { name: 'Earlier versions' }).getByTestId('version');
    await versions.first().waitFor();
    const texts = await versions.locator('.message-text').allTextContents();
    expect(texts).toEqual(['the plan', 'teh plan']);
    await tomas.page.keyboard.press('Escape');
    expect(await tomas.message('first').getByRole('button', { name: '(edited)' }).count()).toBe(0);
  });

  it('C5: Escape leaves the message as it was and gives the draft back', async () => {
    await talk('as it was');
    await ama.composer.fill('half a thought');
    await ama.message('as it was').hover();
    await ama.message('as it was').getByRole('button', { name: 'Edit' }).click();
    await ama.page.getByTestId('editor').fill('something else');
    await ama.page.keyboard.press('Escape');
    await ama.message('as it was').waitFor();
    expect(await hasFocus(ama.composer)).toBe(true);
    expect(await ama.composer.inputValue()).toBe('half a thought');
    const stored = await (await tomas.rest()).messages(tomas.conversationId);
    expect(stored.map(({ content, editedAt }) => [content, editedAt])).toEqual([['as it was', null]]);
  });

  it('C5: ArrowUp brings my last message into view, however much others wrote since', async () => {
    await talk('long ago');
    const rest = await tomas.rest();
    await fill(rest, tomas.conversationId, 40);
    await ama.message('line 40.').waitFor();
    await ama.composer.press('ArrowUp');
    const editor = ama.page.getByTestId('editor');
    await editor.waitFor();
    await expectSoon(async () => {
      expect(await hasFocus(editor)).toBe(true);
      const inView = await editor.evaluate((field) => {
        const { top, bottom } = field.getBoundingClientRect();
        const list = field.closest('[role=feed]')?.getBoundingClientRect();
        return list !== undefined && top >= list.top && bottom <= list.bottom;
      });
      expect(inView).toBe(true);
    });
    await editor.press('Escape');
  });

  it('M4: a deleted message is a tombstone for both and in its quotes, and stays one', async () => {
    await talk('the secret', 'something else');
    await choose(tomas, 'the secret', 'Reply');
    await tomas.say('which one?');
    await ama.message('which one?').getByTestId('quote').getByText('the secret').waitFor();
    await choose(ama, 'the secret', 'Delete…');
    await ama.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await rowOf(ama, 1).getByText('Message deleted').waitFor();
    await rowOf(tomas, 1).getByText('Message deleted').waitFor();
    await tomas.message('which one?').getByTestId('quote').getByText('Deleted message').waitFor();
    await ama.message('which one?').getByTestId('quote').getByText('Deleted message').waitFor();
    // The focus goes on to the next row.
    await ama.page.locator('[data-testid=message][data-seq="2"]:focus').waitFor();
    await tomas.page.reload();
    await rowOf(tomas, 1).getByText('Message deleted').waitFor();
    await tomas.message('which one?').getByTestId('quote').getByText('Deleted message').waitFor();
    expect(await tomas.page.getByText('the secret').count()).toBe(0);
  });

  it('M2: reactions are counted for both, name who gave them, and survive a reload', async () => {
    await talk('ship it');
    await tomas.message('ship it').hover();
    await tomas.message('ship it').getByRole('button', { name: 'React' }).click();
    await tomas.page.getByRole('combobox', { name: 'Search emoji' }).fill('rocket');
    await tomas.page.keyboard.press('Enter');
    const theirs = chip(ama, 'ship it', '🚀');
    await theirs.and(ama.page.locator('[aria-pressed=false]')).waitFor();
    await theirs.click();
    await chip(tomas, 'ship it', '🚀').and(tomas.page.getByLabel('🚀 2')).waitFor();
    await tomas.page.reload();
    await chip(tomas, 'ship it', '🚀').and(tomas.page.locator('[aria-pressed=true]')).hover();
    await tomas.page.getByRole('tooltip').getByText(`You and ${ama.name} reacted with 🚀`).waitFor();
  });

  it('M2: both press the same reaction many times, and both end with what is stored', async () => {
    const group = `Group ${ama.name}`;
    const li = await registerByRest(node.url, `li.wen.${round}`, `Li Wen ${round}`);
    await ama.openGroup(group, [tomas, { username: `li.wen.${round}`, name: `Li Wen ${round}` }]);
    await ama.say('again');
    await tomas.openRow(group);
    await tomas.message('again').waitFor();
    const rest = new RestClient(node.url, li.accessToken);
    const [message] = await rest.messages(ama.conversationId);
    // A third one keeps it there.
    await rest.react(message?.id ?? '', '👍');
    const press = async (person: Participant, times: number) => {
      for (let turn = 0; turn < times; turn += 1) await chip(person, 'again', '👍').dispatchEvent('click');
    };
    await Promise.all([press(ama, 20), press(tomas, 21)]);
    await expectSoon(async () => {
      const [stored] = await rest.messages(ama.conversationId);
      expect(stored?.reactions).toEqual([{ emoji: '👍', count: 2, reactedByMe: true }]);
      for (const person of [ama, tomas]) {
        const held = chip(person, 'again', '👍');
        const pressed = String(person === tomas);
        expect([await held.getAttribute('aria-label'), await held.getAttribute('aria-pressed')]).toEqual([
          '👍 2',
          pressed,
        ]);
      }
    });
  });

  it('C6, C2: a reply quotes, its draft survives a reload, and the quote leads to the message', async () => {
    await talk('where it began');
    const rest = await tomas.rest();
    await fill(rest, tomas.conversationId, 120);
    await ama.message('line 120.').waitFor();
    await choose(tomas, 'line 120.', 'Reply');
    await tomas.page.getByTestId('reply-bar').getByText('yourself').waitFor();
    await tomas.page.keyboard.press('Escape');
    await tomas.page.getByTestId('reply-bar').waitFor({ state: 'detached' });

    // Only what Ama has read is above the place where a conversation opens.
    await tomas.message('line 120.').locator('[data-receipt=read]').waitFor();
    await ama.page.reload();
    await ama.message('line 120.').waitFor();
    const id = ama.conversationId;
    await ama.page.goto(`/c/${id}/m/1`);
    await choose(ama, 'where it began', 'Reply');
    await ama.composer.fill('still true');
    await ama.page.goto(`/c/${id}`);
    await ama.page.getByTestId('reply-bar').getByText('where it began').waitFor();
    await ama.composer.press('Enter');
    await ama.page.getByTestId('reply-bar').waitFor({ state: 'detached' });
    const quote = tomas.message('still true').getByTestId('quote');
    await quote.waitFor();
    expect(await quote.textContent()).toContain(`${ama.name}where it began`);
    await tomas.page.reload();
    await tomas.message('still true').getByTestId('quote').click();
    await tomas.page.locator('[data-testid=message][data-seq="1"]:focus').waitFor();
    await tomas.page.locator('[data-testid=message][data-seq="1"][data-lit]').waitFor();
  });

  it('C3, U5: a mention is chosen from the list, stands out for whom it means and is counted apart', async () => {
    const group = `Group ${ama.name}`;
    await ama.openGroup(group, [tomas]);
    await ama.composer.pressSequentially('hello @tom');
    const list = ama.page.getByRole('listbox', { name: 'People to mention' });
    const option = list.getByRole('option', { name: tomas.name });
    await option.waitFor();
    const active = await ama.composer.getAttribute('aria-activedescendant');
    expect(active).toBe(await option.getAttribute('id'));
    // An input method's own Enter is not for the list, nor does it send.
    await ama.composer.evaluate((input) => {
      const init = { key: 'Enter', bubbles: true, cancelable: true, isComposing: true };
      input.dispatchEvent(new KeyboardEvent('keydown', init));
    });
    expect(await ama.composer.inputValue()).toBe('hello @tom');
    await ama.page.keyboard.press('Tab');
    expect(await ama.composer.inputValue()).toBe(`hello @${tomas.username} `);
    await ama.composer.pressSequentially('and @');
    await list.waitFor();
    await ama.page.keyboard.press('Escape');
    await list.waitFor({ state: 'detached' });
    await ama.page.keyboard.press('Enter');
    const row = tomas.row(group);
    await row.getByTestId('mention-badge').waitFor();
    expect(await row.textContent()).toContain('One mention');
    // Mentioned no more: counted no more.
    await ama.composer.press('ArrowUp');
    await ama.page.getByTestId('editor').fill('hello everybody');
    await ama.page.keyboard.press('Enter');
    await row.getByTestId('mention-badge').waitFor({ state: 'detached' });
    await ama.say(`welcome @${tomas.username}`);
    await row.getByTestId('mention-badge').waitFor();
    await tomas.openRow(group);
    await tomas.message('welcome').locator('.mention-me').waitFor();
    await tomas.message('welcome').and(tomas.page.locator('[data-mentions-me]')).waitFor();
    await row.getByTestId('mention-badge').waitFor({ state: 'detached' });
  });

  it('S4, M6: my message in a group tells how many read it, who and when', async () => {
    const group = `Group ${ama.name}`;
    await ama.openGroup(group, [tomas]);
    await ama.say('read me');
    const rail = ama.message('read me').locator('.receipt');
    await rail.hover();
    await ama.page.getByRole('tooltip').getByText('Read by 0 of 1').waitFor();
    await tomas.openRow(group);
    await ama.page.getByRole('tooltip').getByText(`Read by 1 of 1: ${tomas.name}`).waitFor();
    await rail.click();
    const dialog = ama.page.getByRole('dialog', { name: 'Seen by' });
    const reader = dialog.getByRole('region', { name: 'Read by' }).getByTestId('receipt-person');
    await reader.getByText(tomas.name).waitFor();
    expect(await reader.locator('time').count()).toBe(1);
    await ama.page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
  });

  it('M1, F6: everything is done by keyboard', async () => {
    await talk('one', 'two');
    const { keyboard } = tomas.page;
    const row = tomas.message('two');
    await tomas.composer.focus();
    // Files are attached by what comes before it.
    await keyboard.press('Shift+Tab');
    await keyboard.press('Shift+Tab');
    await expectSoon(async () => expect(await hasFocus(row.or(row.locator(':focus')).first())).toBe(true));
    await keyboard.press('Escape');
    await row.focus();
    await keyboard.press('Shift+F10');
    const react = tomas.page.locator('[role=menuitem]:focus', { hasText: 'React…' });
    await react.waitFor();
    // The keys of the menu are not also those of the toolbar, which would take the focus from it.
    await keyboard.press('ArrowRight');
    expect(await react.count()).toBe(1);
    await keyboard.press('Enter');
    await tomas.page.getByRole('combobox', { name: 'Search emoji' }).waitFor();
    await keyboard.press('ArrowRight');
    await keyboard.press('ArrowDown');
    await keyboard.press('Escape');
    await tomas.page.getByRole('combobox', { name: 'Search emoji' }).waitFor({ state: 'detached' });
    await expectSoon(async () => expect(await hasFocus(row)).toBe(true));
    // The toolbar is one stop, its buttons are reached by arrows.
    await keyboard.press('Tab');
    await keyboard.press('ArrowRight');
    expect(await hasFocus(row.getByRole('button', { name: 'Reply' }))).toBe(true);
    await keyboard.press('Escape');
    expect(await hasFocus(row)).toBe(true);
    await keyboard.press('r');
    await tomas.page.getByTestId('reply-bar').getByText('two').waitFor();
    expect(await hasFocus(tomas.composer)).toBe(true);
    await keyboard.type('three');
    await keyboard.press('Enter');
    await ama.message('three').getByTestId('quote').waitFor();
    await keyboard.press('ArrowUp');
    await tomas.page.getByTestId('editor').waitFor();
    await keyboard.press('End');
    await keyboard.type(' and a half');
    await keyboard.press('Enter');
    await ama.message('three and a half').waitFor();
    await tomas.message('three and a half').focus();
    await keyboard.press('Shift+F10');
    await tomas.page.locator('[role=menuitem]:focus').waitFor();
    await keyboard.press('End');
    await tomas.page.locator('[role=menuitem]:focus', { hasText: 'Delete…' }).waitFor();
    await keyboard.press('Enter');
    await tomas.page
      .getByRole('dialog')
      .getByRole('button', { name: 'Close' })
      .and(tomas.page.locator(':focus'))
      .waitFor();
    // Close, Cancel, Delete.
    await keyboard.press('Tab');
    await keyboard.press('Tab');
    await keyboard.press('Enter');
    await rowOf(ama, 3).getByText('Message deleted').waitFor();
    await expectSoon(async () => expect(await hasFocus(tomas.composer)).toBe(true));
  });

  it('4.1.3: what others change is read out', async () => {
    await talk('mine', 'another');
    const log = ama.page.getByRole('log');
    await choose(tomas, 'mine', 'React…');
    await tomas.page.getByRole('combobox', { name: 'Search emoji' }).press('Enter');
    await log.getByText(`${tomas.name} reacted with 👍 to: mine`).waitFor();
    await tomas.say('mistkae');
    await log.getByText(`${tomas.name}: mistkae`).waitFor();
    await tomas.composer.press('ArrowUp');
    await tomas.page.getByTestId('editor').fill('mistake');
    await tomas.page.keyboard.press('Enter');
    await log.getByText(`${tomas.name} edited: mistake`).waitFor();
    await choose(tomas, 'mistake', 'Delete…');
    await tomas.page.getByRole('dialog').getByRole('button', { name: 'Delete' }).click();
    await log.getByText(`${tomas.name} deleted a message`).waitFor();
  });

  it('M2: a message takes twenty kinds of reactions, and says so at the next one', async () => {
    await talk('popular');
    const rest = await tomas.rest();
    const [message] = await rest.messages(tomas.conversationId);
    const kinds = Array.from('😀😃😄😁😆😅🤣😂🙂🙃😉😊😇🥰😍🤩😘😗😚😙');
    for (const emoji of kinds) await rest.react(message?.id ?? '', emoji);
    await ama.message('popular').locator('[data-testid=reaction]').nth(19).waitFor();
    await choose(ama, 'popular', 'React…');
    await ama.page.getByRole('combobox', { name: 'Search emoji' }).fill('rocket');
    await ama.page.keyboard.press('Enter');
    const alert = ama.message('popular').getByRole('alert');
    await alert.getByText('A message can have 20 different reactions').waitFor();
    await alert.getByRole('button', { name: 'Dismiss' }).click();
    await alert.waitFor({ state: 'detached' });
    expect(await ama.message('popular').getByTestId('reaction').count()).toBe(20);
  });
});
