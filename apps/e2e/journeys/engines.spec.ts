import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { AttachedFile, FilesMetadata, Message } from '@parley/protocol';
import { eventually, freePort, freshDirectory, ParleyNode, RestClient } from '@parley/testkit';
import { sendFiles } from './album.js';
import { PASSWORD, registerByRest } from './browser.js';
import { type EnginePage, engines } from './engines.js';
import { fill } from './fill.js';
import { paintedPicture } from './painted.js';

const HISTORY = 400;
const BURSTS = 18;
/** Less than what is fetched ahead: at the very top there would be nothing to scroll. */
const TURNS = 6;
const TURN_PX = 120;
/** Behind everything else that a busy machine has to do. */
const LOOKED_INTO_MS = 60_000;

let node: ParleyNode;
let rest: RestClient;
let port: number;
let dataDirectory: string;

/** Starts it again and again where it was: pages come back to it. */
async function startNode(): Promise<void> {
  node = await ParleyNode.start({ env: { RATE_LIMITS: 'off' }, port, dataDirectory });
}

beforeAll(async () => {
  [port, dataDirectory] = await Promise.all([freePort(), ParleyNode.directory()]);
  await startNode();
  rest = new RestClient(node.url, (await registerByRest(node.url, 'tomas', 'Tomas Reyes')).accessToken);
});
afterAll(async () => {
  await node?.stop();
  if (dataDirectory) rmSync(dataDirectory, { recursive: true });
});

/** The middle of what a selector finds, once it is there. */
function find(page: EnginePage, selector: string): Promise<{ x: number; y: number }> {
  return eventually(`${selector} is there`, () => page.evaluate(middleOf, selector));
}

function middleOf(selector: string) {
  const box = document.querySelector(selector)?.getBoundingClientRect();
  return box ? { x: Math.round(box.x + box.width / 2), y: Math.round(box.y + box.height / 2) } : null;
}

interface Watch {
  /** Pixels that the rows in view have moved by, all frames together. */
  moved: number;
  /** Pixels that the wheel was to scroll. */
  asked: number;
  /** Frames in which the list had another height than before. */
  changes: number;
}

/** From now on each frame is compared with the one before it. */
function watch() {
  const feed = document.querySelector('[role=feed]') as HTMLElement;
  const state: Watch = { moved: 0, asked: 0, changes: 0 };
  const look = () => {
    const { top } = feed.getBoundingClientRect();
    const rows = [...feed.querySelectorAll<HTMLElement>('[data-seq]')];
    const places = new Map(rows.map((row) => [row.dataset.seq, row.getBoundingClientRect().top - top]));
    return { places, height: feed.scrollHeight };
  };
  let before = look();
  const frame = () => {
    const now = look();
    const inView = [...now.places].filter(([, place]) => place > 0 && place < feed.clientHeight);
    const steps = inView.map(([seq, place]) => place - (before.places.get(seq) ?? Number.NaN));
    const known = steps.filter((step) => !Number.isNaN(step)).sort((a, b) => a - b);
    state.moved += known[Math.floor(known.length / 2)] ?? Number.NaN;
    if (now.height !== before.height) state.changes += 1;
    before = now;
    requestAnimationFrame(frame);
  };
  feed.addEventListener('wheel', ({ deltaY }) => (state.asked -= deltaY), { passive: true });
  Object.assign(window, { watched: state });
  requestAnimationFrame(frame);
}

function watched(): Watch {
  return (window as unknown as { watched: Watch }).watched;
}

/** Of the drawn rows that end well above the view. */
function above(): number[] {
  const feed = document.querySelector('[role=feed]') as HTMLElement;
  const { top } = feed.getBoundingClientRect();
  const rows = [...feed.querySelectorAll<HTMLElement>('[data-seq]')];
  return rows.filter((row) => row.getBoundingClientRect().bottom < top - 200).map((row) => Number(row.dataset.seq));
}

/** Once nothing has moved for a while. */
async function atRest(page: EnginePage): Promise<Watch> {
  let last = await page.evaluate(watched);
  for (;;) {
    await new Promise((resolve) => setTimeout(resolve, 400));
    const next = await page.evaluate(watched);
    if (Object.is(next.moved, last.moved) && next.changes === last.changes) return next;
    last = next;
  }
}

/** Pastes or drops one file. No driver has a clipboard or drags files in all of them: the events are made here. */
function give(type: 'paste' | 'drop', selector: string, [name, mediaType, base64]: readonly [string, string, string]) {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
  const transfer = new DataTransfer();
  transfer.items.add(new File([bytes], name, { type: mediaType }));
  const target = document.querySelector(selector);
  const send = (kind: string) => {
    const event = new Event(kind, { bubbles: true, cancelable: true });
    const key = type === 'paste' ? 'clipboardData' : 'dataTransfer';
    target?.dispatchEvent(Object.defineProperty(event, key, { value: transfer }));
    return event.defaultPrevented;
  };
  if (type === 'paste') return send('paste');
  send('dragenter');
  return send('dragover') && send('drop');
}

const PNG = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const WORDS = Buffer.from('words in a file').toString('base64');
const COMPOSER = '[data-testid=composer]';
const CHOSEN = '[data-testid=chosen-file]';
/** Of what can be heard: it was played, and has come to its end. */
function isPlayed(selector: string): boolean {
  const player = document.querySelector<HTMLAudioElement>(selector);
  return player !== null && player.ended && player.currentTime > 0;
}

const countOf = (selector: string) => document.querySelectorAll(selector).length;

describe.each(engines())('In %s', (name, open) => {
  let page: EnginePage;
  let ama: RestClient;
  let id: string;
  const username = `ama.${name.toLowerCase()}`;

  beforeAll(async () => {
    const { user, accessToken } = await registerByRest(node.url, username, 'Ama Okafor');
    ama = new RestClient(node.url, accessToken);
    ({ id } = await rest.createConversation({ type: 'group', name: `Works in ${name}`, memberIds: [user.id] }));
    await fill(rest, id, HISTORY, (line) => `line ${line}. ${'words and more '.repeat((line * 7) % 40)}`);
    page = await open();
  });
  afterAll(async () => {
    await page?.close();
  });

  it('a person signs in, opens a group and writes', async () => {
    await page.goto(`${node.url}/signin`);
    await page.click(await find(page, 'input[autocomplete=username]'));
    await page.type(username);
    await page.click(await find(page, 'input[type=password]'));
    await page.type(`${PASSWORD}\n`);
    await page.click(await find(page, '[data-testid=conversation-row]'));
    await page.click(await find(page, '[data-testid=composer]'));
    await page.type(`written in ${name}\n`);
    await eventually('the message is shown as sent', async () => {
      const last = (await rest.messages(id)).at(-1);
      return (
        last?.content === `written in ${name}` && page.evaluate(middleOf, `[data-state=sent][data-seq="${last.seq}"]`)
      );
    });
    await eventually('the end is in view', () =>
      page.evaluate(() => !document.querySelector('[data-testid=jump-latest]')),
    );
  });

  it('S1.31: pictures are drawn, and one of them over the whole window', async () => {
    const hills = [0, 1, 2].map((hue) => ({ name: `hills-${hue}.png`, content: paintedPicture(300, 200, hue) }));
    const { seq } = await sendFiles(rest, id, hills);
    const drawn = () => document.querySelectorAll('.file-cell[data-loaded]').length;
    await eventually('all are loaded', async () => (await page.evaluate(drawn)) === hills.length);
    await page.click(await find(page, `[data-seq="${seq}"] .file-cell`));
    const whole = '[data-testid=lightbox] .lightbox-picture';
    await eventually('it is drawn over the window', () =>
      page.evaluate((selector) => {
        const picture = document.querySelector<HTMLImageElement>(`${selector} img`);
        return picture?.complete && picture.naturalWidth === 300;
      }, whole),
    );
    await page.click(await find(page, '[data-testid=lightbox] [aria-label=Close]'));
    await eventually('it is closed', () => page.evaluate((selector) => !document.querySelector(selector), whole));
  });

  it('L2, L5: scrolling back through pages and rows that change their height, the reader keeps the place', async () => {
    const history = await rest.messages(id);
    const feed = await find(page, '[role=feed]');
    await page.evaluate(watch);
    const slips: number[] = [];
    let last = await atRest(page);
    for (let burst = 0; burst < BURSTS; burst += 1) {
      for (let turn = 1; turn <= TURNS; turn += 1) {
        await page.wheel(feed, -TURN_PX);
        // Some in one frame, yet never so many that no row is left to compare.
        if (turn % 3 === 0)
          await eventually(
            'the wheel has turned',
            async () => (await page.evaluate(watched)).asked >= last.asked + turn * TURN_PX,
          );
      }
      await atRest(page);
      // Rows that were measured already change while the list still scrolls.
      const changed = (await page.evaluate(above)).slice(0, 3);
      await page.wheel(feed, -TURN_PX);
      await Promise.all(
        history.flatMap(({ id: messageId, seq, content }) =>
          changed.includes(seq) ? [rest.edit(messageId, `${content} ${'and more words '.repeat(10 + (seq % 9))}`)] : [],
        ),
      );
      const now = await atRest(page);
      const slip = Math.round(now.moved - last.moved - (now.asked - last.asked));
      if (slip !== 0) slips.push(slip);
      last = now;
    }
    expect(last.asked).toBe(BURSTS * (TURNS + 1) * TURN_PX);
    expect(last.changes).toBeGreaterThan(40);
    expect(slips).toEqual([]);
  });

  /** Those of the newest message, once the last of them is called so. */
  const filesSent = (last: RegExp) =>
    eventually(`a message with ${last}`, async () => {
      const { files = [] } = ((await rest.messages(id)).at(-1)?.metadata ?? {}) as Partial<FilesMetadata>;
      return last.test(files.at(-1)?.fileName ?? '') && files;
    });

  const isPlayable = async (fileId = '') => {
    const headers = { authorization: `Bearer ${rest.token}` };
    const answer = await fetch(`${node.url}/api/files/${fileId}?playable=true`, { headers });
    await answer.body?.cancel();
    return answer.headers.get('content-type') === 'audio/mpeg';
  };

  /** Of the message with this file, or of another with it: where the server had no time to listen, the first knows no length. */
  const seqWithLength = async (file?: AttachedFile) => {
    const { seq } = file?.durationMs
      ? ((await rest.messages(id)).at(-1) as Message)
      : await ama.send(id, { type: 'file', content: '', metadata: { files: [{ fileId: file?.fileId }] } });
    return seq;
  };

  const contentOf = async ({ downloadUrl }: { downloadUrl: string }) => {
    const answer = await fetch(node.url + downloadUrl, { headers: { authorization: `Bearer ${rest.token}` } });
    return Buffer.from(await answer.arrayBuffer()).toString('base64');
  };

  it('A1, C8: files come by the dialog, by paste and by drop, and go as one message', async () => {
    const path = join(freshDirectory('chosen'), 'naïve 報告.txt');
    writeFileSync(path, 'chosen');
    await page.choose('[data-testid=choose-files]', path);
    await eventually('it is there', () => page.evaluate(middleOf, CHOSEN));
    expect(await page.evaluate(give, 'paste', COMPOSER, ['image.png', 'image/png', PNG])).toBe(true);
    expect(await page.evaluate(give, 'drop', '[role=feed]', ['dropped.txt', 'text/plain', WORDS])).toBe(true);
    await eventually('all are there', async () => (await page.evaluate(countOf, CHOSEN)) === 3);
    await eventually('the picture is drawn', () =>
      page.evaluate(() => document.querySelector<HTMLImageElement>('.attachment-tray img')?.naturalWidth === 1),
    );
    await page.click(await find(page, COMPOSER));
    await page.type('three of them\n');
    const files = await filesSent(/^dropped/);
    expect(files.map(({ fileName }) => fileName.replace(/\d.*\d/, '')).join()).toBe(
      'naïve 報告.txt,Picture .png,dropped.txt',
    );
    expect(await Promise.all(files.map(contentOf))).toEqual([btoa('chosen'), PNG, WORDS]);
  });

  it('R2: a file that was attached while the server was away outlives the page, and is sent once', async () => {
    const path = await page.evaluate(() => location.pathname);
    await node.stop();
    expect(await page.evaluate(give, 'paste', COMPOSER, ['kept.txt', 'text/plain', WORDS])).toBe(true);
    await find(page, CHOSEN);
    await page.type(`kept in ${name}\n`);
    await find(page, '[data-testid=pending-file]');
    await page.goto('about:blank');
    await startNode();
    await page.goto(node.url + path);
    const [file] = await filesSent(/^kept/);
    expect(file && (await contentOf(file))).toBe(WORDS);
    const written = (await rest.messages(id)).filter(({ content }) => content === `kept in ${name}`);
    expect(written).toHaveLength(1);
  });

  it('S1.31: a voice message is recorded, sent and played to its end, or it is said why it cannot be recorded', async () => {
    const records = await page.evaluate(() =>
      ['audio/webm', 'audio/ogg', 'audio/mp4'].some((type) => window.MediaRecorder?.isTypeSupported(type)),
    );
    await page.click(await find(page, '[aria-label="Record a voice message"]'));
    if (!records) {
      await eventually('it is said', () =>
        page.evaluate(() => document.querySelector('[role=alert]')?.textContent?.includes('cannot record sound')),
      );
      return;
    }
    // Or more: a busy machine does not show each second.
    await eventually('it goes on', () =>
      page.evaluate(() => /^0:0[1-9]$/.test(document.querySelector('[data-testid=recording-time]')?.textContent ?? '')),
    );
    await page.click(await find(page, '[aria-label="Send the voice message"]'));
    const [file] = await filesSent(/^Voice message/);
    expect(file?.fileType).toMatch(/^(audio|video)\/(webm|ogg|mp4)$|^application\/ogg$/);
    if (!process.env.PARLEY_TEST_FFMPEG) return;
    // Its size says nothing where the microphone had little time: a server that has made a playable one of it heard it.
    await eventually('it can be played everywhere', () => isPlayable(file?.fileId), LOOKED_INTO_MS);
    const row = `[data-seq="${await seqWithLength(file)}"]`;
    await page.click(await find(page, `${row} [aria-label^=Play]:not([aria-disabled=true])`));
    await eventually('it was played', () => page.evaluate(isPlayed, `${row} audio`));
  });
});
