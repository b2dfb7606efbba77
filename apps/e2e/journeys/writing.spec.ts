import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { expectSoon } from '@parley/testkit';
import type { BrowserContextOptions } from 'playwright-core';
import { type Bystander, Participant, registerBystander } from './browser.js';
import { serve } from './served.js';

const PHONE: BrowserContextOptions = { hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } };

const served = serve();
let ama: Participant;
let tomas: Bystander;
let round = 0;

beforeEach(() => {
  round += 1;
});
afterEach(async () => {
  expect(ama.faults).toEqual([]);
  await ama.context.close();
});

async function meet(options?: BrowserContextOptions): Promise<void> {
  ama = await Participant.join(served.browser, served.node.url, `Ama Okafor ${nth()}`, options);
  tomas = await registerBystander(served.node.url, `Tomas Reyes ${nth()}`);
  await ama.openDirect(tomas);
}

const nth = () => String.fromCharCode(96 + round);
const stored = async () => (await tomas.rest.messages(ama.conversationId)).map(({ content }) => content);
const send = () => ama.page.getByRole('button', { name: 'Send' });

/** Chooses what Enter does, in the menu of the account. */
async function chooseEnter(item: string): Promise<void> {
  await ama.page.getByRole('button', { name: `Account of ${ama.name}` }).click();
  await ama.page.getByRole('menuitemradio', { name: item, exact: true }).click();
}

describe('S9: the Enter key', () => {
  it('makes a new line by touch, in the editor too, and the button sends', async () => {
    await meet(PHONE);
    await ama.composer.tap();
    await ama.page.keyboard.type('one');
    await ama.page.keyboard.press('Enter');
    await ama.page.keyboard.type('two');
    expect(await ama.composer.inputValue()).toBe('one\ntwo');
    expect(await ama.composer.getAttribute('enterkeyhint')).toBe('enter');
    await send().tap();
    await ama.page.locator('[data-state=sent]').filter({ hasText: 'one' }).waitFor();
    await ama.message('one').locator('.message-text').dispatchEvent('contextmenu', { pointerType: 'touch', button: 0 });
    await ama.page.getByRole('menuitem', { name: 'Edit' }).tap();
    const editor = ama.page.getByTestId('editor');
    await editor.press('Enter');
    await ama.page.keyboard.type('three');
    expect(await editor.inputValue()).toBe('one\ntwo\nthree');
    expect(await editor.getAttribute('enterkeyhint')).toBe('enter');
    await ama.page.getByRole('button', { name: 'Save' }).tap();
    await expectSoon(async () => expect(await stored()).toEqual(['one\ntwo\nthree']));
  });

  it('sends by touch where that is chosen, also after a reload', async () => {
    await meet(PHONE);
    const { pathname } = new URL(ama.page.url());
    await ama.page.goto('/');
    await chooseEnter('Sends');
    await ama.page.goto(pathname);
    await ama.composer.tap();
    expect(await ama.composer.getAttribute('enterkeyhint')).toBe('send');
    await ama.page.keyboard.type('at once');
    await ama.page.keyboard.press('Enter');
    await ama.message('at once').waitFor();
  });

  it('makes a new line with a keyboard where that is chosen; Ctrl+Enter sends, an input method’s Enter never', async () => {
    await meet();
    await chooseEnter('Makes a new line');
    await ama.composer.focus();
    await ama.page.keyboard.type('one');
    await ama.page.keyboard.press('Enter');
    await ama.page.keyboard.type('two');
    for (const init of [{ isComposing: true }, { keyCode: 229 }]) {
      await ama.composer.evaluate((input, more) => {
        const key = { key: 'Enter', ctrlKey: true, bubbles: true, cancelable: true, ...more };
        input.dispatchEvent(new KeyboardEvent('keydown', key));
      }, init);
    }
    expect(await ama.composer.inputValue()).toBe('one\ntwo');
    await ama.page.keyboard.press('Control+Enter');
    await ama.page.locator('[data-state=sent]').filter({ hasText: 'two' }).waitFor();
    expect(await stored()).toEqual(['one\ntwo']);
  });

  it('S10: sends nothing that nobody would see', async () => {
    await meet();
    for (const text of ['```\n\n```', '\u3164\u2800', '> \n> ', '```\n\u200b\n```']) {
      await ama.composer.fill(text);
      expect(await send().isDisabled()).toBe(true);
      await ama.composer.press('Enter');
      expect(await ama.composer.inputValue()).toBe(text);
    }
    expect(await ama.page.getByTestId('message').count()).toBe(0);
  });
});

describe('S5: a send that is refused for good', () => {
  it('is not to be tried again: its text goes back to the composer, before what is written there', async () => {
    await meet();
    const { id } = await tomas.rest.send(ama.conversationId, { content: 'a question' });
    await ama.message('a question').hover();
    await ama.message('a question').getByRole('button', { name: 'Reply' }).click();
    ama.tap.refuseSends('forbidden');
    await ama.say('my answer');
    const failed = ama.page.locator('[data-state=failed]');
    await failed.waitFor();
    const names = await failed.getByRole('alert').getByRole('button').allTextContents();
    expect(names).toEqual(['Edit', 'Delete']);
    await ama.composer.fill('and more');
    await failed.getByRole('button', { name: 'Edit' }).click();
    await failed.waitFor({ state: 'detached' });
    expect(await ama.composer.inputValue()).toBe('my answer\nand more');
    expect(await ama.composer.evaluate((field) => field === document.activeElement)).toBe(true);
    await ama.page.getByTestId('reply-bar').getByText('a question').waitFor();
    ama.tap.refuseSends(null);
    await ama.composer.press('Enter');
    await expectSoon(async () => {
      const last = (await tomas.rest.messages(ama.conversationId)).at(-1);
      expect([last?.content, last?.replyTo?.id]).toEqual(['my answer\nand more', id]);
    });
  });

  it('is not shown in another tab any more once it was deleted', async () => {
    await meet();
    ama.tap.refuseSends('forbidden');
    await ama.say('too hasty');
    const failed = ama.page.locator('[data-state=failed]');
    await failed.waitFor();
    const second = await ama.context.newPage();
    await second.goto(ama.page.url());
    await second.locator('[data-state=failed]').getByText('too hasty').waitFor();
    await failed.getByRole('button', { name: 'Delete' }).click();
    await second.locator('[data-state=failed]').waitFor({ state: 'detached' });
  });

  it('can be copied where one cannot write any more', async () => {
    await meet();
    ama.tap.refuseSends('conflict');
    await ama.say('too late');
    const failed = ama.page.locator('[data-state=failed]');
    await failed.waitFor();
    await tomas.rest.send(ama.conversationId, { content: 'bye' });
    await tomas.rest.archive(ama.conversationId);
    await failed.getByRole('button', { name: 'Copy text' }).waitFor();
    expect(await failed.getByRole('button').allTextContents()).toEqual(['Copy text', 'Delete']);
  });
});

describe('C6: a reply whose target is deleted meanwhile', () => {
  const bar = () => ama.page.getByTestId('reply-bar');

  /** Ama is about to answer this. */
  async function answers(text: string): Promise<string> {
    await meet();
    const { id } = await tomas.rest.send(ama.conversationId, { content: text });
    await ama.page.getByRole('log').getByText(text).waitFor();
    await ama.message(text).hover();
    await ama.message(text).getByRole('button', { name: 'Reply' }).click();
    await bar().getByText(text).waitFor();
    return id;
  }

  /** Whether the page, its fields, its title or what it stores contain this. */
  function says(words: string): Promise<boolean> {
    return ama.page.evaluate((text) => {
      const fields = [...document.querySelectorAll('textarea, input')].map((each) => (each as HTMLInputElement).value);
      const kept = [...Object.values(localStorage), ...Object.values(sessionStorage)];
      const told = [
        document.title,
        document.documentElement.outerHTML,
        ...fields,
        ...kept,
        JSON.stringify(history.state),
      ];
      return told.some((each) => String(each).includes(text));
    }, words);
  }

  it('keeps nothing of its words: not in the bar, the draft, the log or the list, nor after a reload', async () => {
    const id = await answers('the secret');
    await ama.composer.fill('my answer');
    await tomas.rest.react(id, '👍');
    await tomas.rest.delete(id);
    await bar().getByText('Deleted message').waitFor();
    await expectSoon(async () => expect(await says('the secret')).toBe(false));
    await ama.page.reload();
    await bar().getByText('Deleted message').waitFor();
    expect(await says('the secret')).toBe(false);
    expect(await ama.composer.inputValue()).toBe('my answer');
    await ama.composer.press('Enter');
    await ama.page.locator('[data-state=sent]').filter({ hasText: 'my answer' }).waitFor();
    await ama.message('my answer').getByTestId('quote').getByText('Deleted message').waitFor();
  });

  it('is sent all the same, also when it waited for the connection', async () => {
    const id = await answers('the secret');
    await ama.tap.cutLine();
    await ama.say('my answer');
    await tomas.rest.delete(id);
    ama.tap.mendLine();
    await ama.page.locator('[data-state=sent]').filter({ hasText: 'my answer' }).waitFor();
    await ama.message('my answer').getByTestId('quote').getByText('Deleted message').waitFor();
    await expectSoon(async () => expect(await says('the secret')).toBe(false));
  });

  it('closes what is open over it: earlier versions go with the message', async () => {
    await meet();
    const { id } = await tomas.rest.send(ama.conversationId, { content: 'the secret' });
    await tomas.rest.edit(id, 'the other secret');
    await ama.message('the other secret').getByRole('button', { name: '(edited)' }).click();
    await ama.page.getByRole('dialog').getByText('the secret').waitFor();
    await tomas.rest.delete(id);
    await ama.page.getByRole('dialog').waitFor({ state: 'detached' });
    await expectSoon(async () => expect(await says('secret')).toBe(false));
  });
});

describe('A41: text that a browser would run, without the policy that forbids it', () => {
  const RUNS = 'window.__pwned=1';
  const TAG = `<img src=x onerror="${RUNS}">`;
  const ROOM = `Room ${TAG}`;
  /** As it is sent, and how it is shown. */
  const TEXTS = [
    ['a < b && c', 'a < b && c'],
    ['<http://x.example>', '<http://x.example>'],
    [`\`\`\`\n<script>${RUNS}</script>\n\`\`\``, `<script>${RUNS}</script>`],
    [`<svg onload="${RUNS}" without its end`, `<svg onload="${RUNS}" without its end`],
    [`[x](javascript:${RUNS})`, `[x](javascript:${RUNS})`],
    [`[x](data:text/html,${RUNS})`, `[x](data:text/html,${RUNS})`],
    [`java\tscript:${RUNS} JAVASCRIPT:${RUNS}`, `java\tscript:${RUNS} JAVASCRIPT:${RUNS}`],
    [`code \`${TAG}\``, `code ${TAG}`],
  ] as const;
  const shown = () => ama.page.getByTestId('message').locator('.message-text').allTextContents();

  /** Ama is in a group of somebody whose name and whose group's name are such texts. */
  async function enterRoom(): Promise<string> {
    ama = await Participant.join(served.browser, served.node.url, `Ama Okafor ${nth()}`, { bypassCSP: true });
    tomas = await registerBystander(served.node.url, `Tomas Reyes ${nth()}`);
    await tomas.rest.request('PATCH', '/users/me', { displayName: TAG });
    const { id: amas } = await (await ama.rest()).me();
    const { id } = await tomas.rest.createConversation({ type: 'group', name: ROOM, memberIds: [amas] });
    await ama.openRow(ROOM);
    return id;
  }

  it('is shown as it was written: in names, messages, an edit, a quote, what is found, and the title; links are to pages only', async () => {
    const room = await enterRoom();
    const { page } = ama;
    let dialogs = 0;
    page.on('dialog', (dialog) => {
      dialogs += 1;
      void dialog.dismiss();
    });
    const ids: string[] = [];
    for (const [content] of TEXTS) ids.push((await tomas.rest.send(room, { content })).id);
    await expectSoon(async () => expect(await shown()).toEqual(TEXTS.map(([, text]) => text)));
    expect(await ama.row(ROOM).textContent()).toContain(`code ${TAG}`);
    expect(await page.title()).toContain(ROOM);

    await tomas.rest.edit(ids[0] ?? '', `edited \`${TAG}\``);
    await expectSoon(async () => expect((await shown())[0]).toBe(`edited ${TAG} (edited)`));
    await tomas.rest.send(room, { content: 'an answer', replyToId: ids.at(-1) });
    const quote = await ama.message('an answer').getByTestId('quote').textContent();
    expect(quote).toContain(`${TAG}code ${TAG}`);
    ama.tap.refuseSends('forbidden');
    await ama.say(`${TAG} of my own`);
    await page.locator('[data-state=failed] .message-text', { hasText: `${TAG} of my own` }).waitFor();

    await page.keyboard.press('Control+f');
    await page.keyboard.type('onerror');
    const hit = page.getByTestId('search-hit').filter({ hasText: `code \`${TAG}\`` });
    await hit.getByText(TAG, { exact: true }).waitFor();
    expect(await hit.locator('mark').textContent()).toBe('onerror');

    const hrefs = await page.locator('.message-text a').evaluateAll((all) => all.map((a) => a.getAttribute('href')));
    expect(hrefs).toEqual(['http://x.example']);
    const ran = await page.evaluate(() => [
      Reflect.get(window, '__pwned') === undefined,
      document.querySelectorAll('[src="x"], [onerror], [onload]').length,
    ]);
    expect([...ran, dialogs]).toEqual([true, 0, 0]);
  });
});
