import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { FilesMetadata, Message } from '@parley/protocol';
import { eventually, freshDirectory, ParleyNode } from '@parley/testkit';
import type { Browser, BrowserContextOptions, Page } from 'playwright-core';
import { type Bystander, launchBrowser, Participant, registerBystander } from './browser.js';
import { keptFiles } from './kept-files.js';
import { violationsIn } from './violations.js';

const PNG = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
  'base64',
);
const MOST_BYTES = 50_000;
const PHONE: BrowserContextOptions = { hasTouch: true, isMobile: true, viewport: { width: 390, height: 844 } };

let node: ParleyNode;
let browser: Browser;
let ama: Participant;
let tomas: Bystander;
let round = 0;

beforeAll(async () => {
  const env = { RATE_LIMITS: 'off', MAX_FILE_BYTES: String(MOST_BYTES), FILES_PER_MESSAGE: '4' };
  [node, browser] = await Promise.all([ParleyNode.start({ env }), launchBrowser({ hasMicrophone: true })]);
});
afterAll(async () => {
  await browser?.close();
  await node?.stop();
});
beforeEach(() => {
  round += 1;
});
afterEach(async () => {
  expect(ama.faults).toEqual([]);
  await ama.context.close();
});

async function meet(options?: BrowserContextOptions): Promise<void> {
  const nth = String.fromCharCode(96 + round);
  ama = await Participant.join(browser, node.url, `Ama Okafor ${nth}`, options);
  tomas = await registerBystander(node.url, `Tomas Reyes ${nth}`);
  await ama.openDirect(tomas);
  await button('Attach files').waitFor();
}

const button = (name: string) => ama.page.getByRole('button', { name, exact: true });
const tray = () => ama.page.getByTestId('attachment-tray');
const chosen = () => ama.page.getByTestId('chosen-file');
const pending = (name: string) => ama.page.getByTestId('pending-file').filter({ hasText: name });
const hasFocus = () =>
  eventually('the composer has the focus', () => ama.composer.evaluate((field) => field === document.activeElement));
const aFile = (name: string, size = 3_000) => ({ name, mimeType: 'text/plain', buffer: randomBytes(size) });

async function choose(...files: ReturnType<typeof aFile>[]): Promise<void> {
  const [dialog] = await Promise.all([ama.page.waitForEvent('filechooser'), button('Attach files').click()]);
  expect(dialog.isMultiple()).toBe(true);
  await dialog.setFiles(files);
}

/** The newest message, as the other one has it. */
async function arrived(what: string, is: (message: Message, files: FilesMetadata['files']) => boolean) {
  return eventually(what, async () => {
    const last = (await tomas.rest.messages(ama.conversationId)).at(-1);
    const files = (last?.metadata as Partial<FilesMetadata> | undefined)?.files ?? [];
    return last && is(last, files) && { last, files };
  });
}

async function contentOf(fileId: string): Promise<Buffer> {
  const headers = { authorization: `Bearer ${tomas.rest.token}` };
  return Buffer.from(await (await fetch(`${node.url}/api/files/${fileId}`, { headers })).arrayBuffer());
}

/** Keeps uploads on their way, as long as they are not let go. */
async function holdUploads(page: Page): Promise<() => Promise<void>> {
  let pass: () => void = () => undefined;
  const passed = new Promise<void>((resolve) => {
    pass = resolve;
  });
  await page.route('**/api/files', async (route) => {
    await passed;
    await route.continue();
  });
  return async () => {
    pass();
    await page.unroute('**/api/files');
  };
}

/** Opens another conversation. */
async function lookElsewhere(): Promise<void> {
  await ama.openDirect(await registerBystander(node.url, `Li Wen ${ama.name.at(-1)}`));
}

describe('A1: files are attached', () => {
  it('by the dialog, several at once; what is taken out is not sent, the rest is one message in its order', async () => {
    await meet();
    const files = ['one.txt', 'naïve 報告.txt', 'three.txt'].map((name) => aFile(name));
    await choose(...files);
    await chosen().nth(2).waitFor();
    expect(await hasFocus()).toBe(true);
    await ama.page.getByRole('log').getByText('3 files attached').waitFor();
    expect(await violationsIn(ama.page)).toEqual([]);
    await button('Remove one.txt').click();
    expect(await chosen().count()).toBe(2);
    await ama.say('both of them');
    expect(await hasFocus()).toBe(true);
    const sent = await arrived('it', (_, all) => all.length === 2);
    expect([sent.last.type, sent.last.content]).toEqual(['file', 'both of them']);
    expect(sent.files.map(({ fileName }) => fileName)).toEqual(['naïve 報告.txt', 'three.txt']);
    expect(await contentOf(sent.files[0]?.fileId ?? '')).toEqual(files[1]?.buffer);
    expect(await tray().count()).toBe(0);
    expect(await ama.page.getByTestId('pending-file').count()).toBe(0);
  });

  it('C8: by paste of a picture, which gets a name; a picture beside its text is left out', async () => {
    await meet();
    await ama.context.grantPermissions(['clipboard-read', 'clipboard-write']);
    const copy = (withText: boolean) =>
      ama.page.evaluate(
        async ([base64, text]) => {
          const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
          const items = { 'image/png': new Blob([bytes], { type: 'image/png' }) };
          await navigator.clipboard.write([
            new ClipboardItem(text ? { ...items, 'text/plain': new Blob([text], { type: 'text/plain' }) } : items),
          ]);
        },
        [PNG.toString('base64'), withText ? 'words of it' : ''] as const,
      );
    await copy(true);
    await ama.composer.press('Control+v');
    await eventually('its text is there', async () => (await ama.composer.inputValue()) === 'words of it');
    expect(await tray().count()).toBe(0);
    await ama.composer.fill('');
    await copy(false);
    await ama.composer.press('Control+v');
    await chosen()
      .filter({ hasText: /^Picture 2/ })
      .locator('img')
      .waitFor();
    await ama.composer.press('Enter');
    const { last, files } = await arrived('it', (_, all) => all.length === 1);
    expect([last.type, last.content, files[0]?.fileType]).toEqual(['image', '', 'image/png']);
  });

  it('by drop on the conversation, which says so while they are held above it, and not beside it', async () => {
    await meet();
    const path = join(freshDirectory('dropped'), 'dropped.txt');
    writeFileSync(path, 'dropped');
    const session = await ama.context.newCDPSession(ama.page);
    const drag = (type: 'dragEnter' | 'dragOver' | 'drop', x: number) =>
      session.send('Input.dispatchDragEvent', {
        ...{ type, x, y: 400 },
        data: { items: [], files: [path], dragOperationsMask: 1 },
      });
    const zone = ama.page.getByTestId('drop-zone');
    await drag('dragEnter', 800);
    await zone.waitFor();
    await drag('dragOver', 100);
    await zone.waitFor({ state: 'detached' });
    await drag('dragOver', 800);
    await zone.waitFor();
    await drag('dragOver', 801);
    await drag('drop', 801);
    await chosen().filter({ hasText: 'dropped.txt' }).waitFor();
    expect(await zone.count()).toBe(0);
    expect(await hasFocus()).toBe(true);
  });

  it('by touch from a menu, whose camera is asked for', async () => {
    await meet(PHONE);
    await button('Attach files').tap();
    await ama.page.getByRole('menuitem', { name: 'Take a picture' }).waitFor();
    expect(await ama.page.getByTestId('take-picture').getAttribute('capture')).toBe('environment');
    const [dialog] = await Promise.all([
      ama.page.waitForEvent('filechooser'),
      ama.page.getByRole('menuitem', { name: 'Take a picture' }).tap(),
    ]);
    await dialog.setFiles([{ name: 'IMG_1.png', mimeType: 'image/png', buffer: PNG }]);
    await chosen().locator('img').waitFor();
    expect(await violationsIn(ama.page)).toEqual([]);
  });
});

describe('A3: what is against a rule', () => {
  it('is refused before it is sent, in words that say the rule, and the others are taken', async () => {
    await meet();
    await choose(aFile('large.txt', MOST_BYTES + 1), aFile('empty.txt', 0), aFile('good.txt'));
    const alert = tray().getByRole('alert');
    await alert.getByText('large.txt is too large. A file may have 48.8 kB at most.').waitFor();
    await alert.getByText('empty.txt is empty').waitFor();
    expect(await chosen().allTextContents()).toEqual(['good.txt2.93 kB']);
    await choose(...['a', 'b', 'c', 'd'].map((name) => aFile(name)));
    await alert.getByText('A message takes 4 files at most. Not added: d.').waitFor();
    expect(await violationsIn(ama.page)).toEqual([]);
    await alert.getByRole('button', { name: 'Dismiss' }).click();
    expect(await chosen().count()).toBe(4);
  });
});

describe('A2: files on their way', () => {
  it('show how far they are, and messages can be written meanwhile, which come after', async () => {
    await meet();
    const letGo = await holdUploads(ama.page);
    await choose(aFile('slow.txt'));
    await ama.say('with a file');
    await pending('slow.txt').getByRole('progressbar', { name: 'Sending slow.txt' }).waitFor();
    await ama.say('meanwhile');
    expect(await violationsIn(ama.page)).toEqual([]);
    expect(await tomas.rest.messages(ama.conversationId)).toEqual([]);
    await letGo();
    await arrived('both', ({ content }) => content === 'meanwhile');
    const all = await tomas.rest.messages(ama.conversationId);
    expect(all.map(({ content }) => content)).toEqual(['with a file', 'meanwhile']);
  });

  it('are taken out while they are sent; a message without text goes with its last file', async () => {
    await meet();
    const letGo = await holdUploads(ama.page);
    await choose(aFile('wrong.txt'));
    await ama.composer.press('Enter');
    await pending('wrong.txt').hover();
    await pending('wrong.txt').getByRole('button', { name: 'Remove wrong.txt' }).click();
    await ama.page.getByTestId('message').waitFor({ state: 'detached' });
    await letGo();
  });

  it('leave the focus with their message where it was on what can be done with them', async () => {
    await meet();
    const letGo = await holdUploads(ama.page);
    await choose(aFile('slow.txt'));
    await ama.composer.press('Enter');
    await pending('slow.txt').getByRole('button', { name: 'Remove slow.txt' }).focus();
    await letGo();
    await arrived('it', (_, all) => all.length === 1);
    await pending('slow.txt').waitFor({ state: 'detached' });
    expect(await ama.page.evaluate(() => document.activeElement?.localName)).toBe('article');
  });

  it('that have changed on the disk meanwhile, and were not copied as in a private window, say that they are gone', async () => {
    await meet();
    const path = join(freshDirectory('changed'), 'notes.txt');
    writeFileSync(path, 'as attached');
    await ama.page.route('**/api/files', (route) => route.abort());
    await ama.page.getByTestId('choose-files').setInputFiles(path);
    await chosen().waitFor();
    const isTried = ama.page.waitForEvent('requestfailed', (request) => request.url().endsWith('/api/files'));
    await ama.composer.press('Enter');
    await isTried;
    writeFileSync(path, 'written meanwhile');
    await ama.page.unroute('**/api/files');
    await pending('notes.txt').getByRole('alert').waitFor();
    expect(await pending('notes.txt').getByRole('alert').textContent()).toContain('not there any more');
    expect(await tomas.rest.messages(ama.conversationId)).toEqual([]);
  });

  it('that the server refuses say why, each for itself, and can be tried again or taken out', async () => {
    await meet();
    await ama.page.route('**/api/files', (route) => {
      const isGood = route.request().postDataBuffer()?.includes('filename="good.txt"');
      const error = { code: 'too_large', message: '', details: [{ path: 'quota', message: '' }], retryable: false };
      return isGood ? route.continue() : route.fulfill({ status: 413, json: { error: { ...error, requestId: 'r' } } });
    });
    await choose(aFile('good.txt'), aFile('bad.txt'), aFile('worse.txt'));
    await ama.say('three');
    await pending('bad.txt').getByText('all the room that you have').waitFor();
    await pending('worse.txt').getByText('all the room that you have').waitFor();
    const row = ama.page.locator('[data-state=failed]');
    await row.getByText('files were refused').waitFor();
    expect(await pending('good.txt').getByRole('alert').count()).toBe(0);
    expect(await violationsIn(ama.page)).toEqual([]);
    await pending('worse.txt').getByRole('button', { name: 'Remove worse.txt' }).click();
    await pending('worse.txt').waitFor({ state: 'detached' });
    await ama.page.unroute('**/api/files');
    await pending('bad.txt').getByRole('button', { name: 'Try again to send bad.txt' }).click();
    const { files } = await arrived('it', (_, all) => all.length > 0);
    expect(files.map(({ fileName }) => fileName)).toEqual(['good.txt', 'bad.txt']);
    expect(await tomas.rest.messages(ama.conversationId)).toHaveLength(1);
  });

  it('R2: that were attached offline survive a reload, and are sent once', async () => {
    await meet();
    await ama.tap.cutLine();
    await ama.page.route('**/api/files', (route) => route.abort());
    const file = aFile('kept.txt');
    await choose(file);
    await ama.say('from the train');
    await pending('kept.txt').waitFor();
    await eventually('it is kept', async () => (await ama.page.evaluate(keptFiles)) > 0);
    await ama.page.reload();
    await ama.page.getByText('1 message will send when you are back').waitFor();
    await ama.page.unroute('**/api/files');
    ama.tap.mendLine();
    await ama.page.getByRole('button', { name: 'Try now' }).click();
    const { files } = await arrived('it', ({ content }) => content === 'from the train');
    expect(files.map(({ fileName }) => fileName)).toEqual(['kept.txt']);
    expect(await contentOf(files[0]?.fileId ?? '')).toEqual(file.buffer);
    expect(await tomas.rest.messages(ama.conversationId)).toHaveLength(1);
  });
});

describe('C2: files that are not sent yet', () => {
  it('stay with their conversation while others are read', async () => {
    await meet();
    await choose(aFile('draft.txt'));
    await lookElsewhere();
    expect(await tray().count()).toBe(0);
    await ama.row(tomas.name).getByText('Draft: 1 file').waitFor();
    await ama.openRow(tomas.name);
    await chosen().filter({ hasText: 'draft.txt' }).waitFor();
  });
});

describe('A voice message', () => {
  const time = () => ama.page.getByTestId('recording-time');
  /** Or more: a busy machine does not show each of them. */
  const oneSecond = () =>
    time()
      .getByText(/^0:0[1-9]$/)
      .waitFor();

  it('is recorded and sent by keyboard alone; the composer has the focus again', async () => {
    await meet();
    await button('Record a voice message').press('Enter');
    await oneSecond();
    await ama.page.getByRole('log').getByText('Recording', { exact: true }).waitFor();
    expect(await violationsIn(ama.page)).toEqual([]);
    expect(await button('Send the voice message').evaluate((each) => each === document.activeElement)).toBe(true);
    await ama.page.keyboard.press('Enter');
    const { last, files } = await arrived('it', (_, all) => all.length === 1);
    expect([last.type, last.content]).toEqual(['file', '']);
    expect(files[0]?.fileName).toMatch(/^Voice message [\d-]+ [\d.]+\.webm$/);
    expect(files[0]?.fileType).toMatch(/^(audio|video)\/webm$/);
    expect(await hasFocus()).toBe(true);
  });

  it('leaves the files that are attached while it is recorded for the next message', async () => {
    await meet();
    await button('Record a voice message').click();
    await time().getByText('0:01').waitFor();
    await ama.page.getByTestId('choose-files').setInputFiles(aFile('later.txt'));
    await chosen().waitFor();
    await button('Send the voice message').dblclick();
    const { files } = await arrived('it', (_, all) => all.length === 1);
    expect(files[0]?.fileName).toMatch(/^Voice message/);
    await time().waitFor({ state: 'detached' });
    expect(await chosen().allTextContents()).toEqual(['later.txt2.93 kB']);
    expect(await tray().getByRole('alert').count()).toBe(0);
  });

  it('is discarded, or kept as a file where its conversation is left', async () => {
    await meet();
    await button('Record a voice message').click();
    await time().waitFor();
    await button('Discard the recording').click();
    await time().waitFor({ state: 'detached' });
    expect([await hasFocus(), await tray().count()]).toEqual([true, 0]);
    await button('Record a voice message').click();
    await oneSecond();
    await lookElsewhere();
    await ama.openRow(tomas.name);
    await chosen().filter({ hasText: 'Voice message' }).waitFor();
  });

  it('says why the microphone cannot be used', async () => {
    await meet();
    await ama.page.evaluate(() => {
      navigator.mediaDevices.getUserMedia = () => Promise.reject(new DOMException('', 'NotAllowedError'));
    });
    await button('Record a voice message').click();
    await tray().getByRole('alert').getByText('The microphone may not be used here.').waitFor();
    expect(await hasFocus()).toBe(true);
  });
});

describe('With FILES=off', () => {
  it('nothing can be attached, recorded or dropped', async () => {
    const without = await ParleyNode.start({ env: { RATE_LIMITS: 'off', FILES: 'off' } });
    try {
      ama = await Participant.join(browser, without.url, 'Ama Okafor');
      await ama.openDirect(await registerBystander(without.url, 'Tomas Reyes'));
      await ama.say('only words');
      await ama.page.locator('[data-state=sent]').waitFor();
      expect(await button('Attach files').count()).toBe(0);
      expect(await button('Record a voice message').count()).toBe(0);
      await ama.page.locator('section', { has: ama.composer }).evaluate((area) => {
        const dataTransfer = new DataTransfer();
        dataTransfer.items.add(new File(['x'], 'a.txt'));
        for (const type of ['dragenter', 'drop']) {
          area.dispatchEvent(new DragEvent(type, { bubbles: true, cancelable: true, dataTransfer }));
        }
      });
      expect(await ama.page.getByTestId('drop-zone').count()).toBe(0);
      expect(await tray().count()).toBe(0);
      // It would say that its server has gone.
      await ama.page.goto('about:blank');
    } finally {
      // Else the page would still notice that its server has gone.
      await ama.context.close();
      await without.stop();
    }
  });
});
