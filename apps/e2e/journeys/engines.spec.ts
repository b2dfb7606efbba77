import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, ParleyNode, RestClient } from '@parley/testkit';
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

let node: ParleyNode;
let rest: RestClient;

beforeAll(async () => {
  node = await ParleyNode.start({ env: { RATE_LIMITS: 'off' } });
  rest = new RestClient(node.url, (await registerByRest(node.url, 'tomas', 'Tomas Reyes')).accessToken);
});
afterAll(async () => {
  await node?.stop();
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

describe.each(engines())('In %s', (name, open) => {
  let page: EnginePage;
  let id: string;
  const username = `ama.${name.toLowerCase()}`;

  beforeAll(async () => {
    const { user } = await registerByRest(node.url, username, 'Ama Okafor');
    ({ id } = await rest.createConversation({ type: 'group', name: `Works in ${name}`, memberIds: [user.id] }));
    await fill(rest, id, HISTORY, (line) => `line ${line}. ${'words and more '.repeat((line * 7) % 40)}`);
    page = await open();
  }, 120_000);
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
  }, 120_000);
});
