import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { expectSoon, type RestClient } from '@parley/testkit';
import { type Bystander, Participant, registerBystander } from './browser.js';
import { fill } from './fill.js';
import { drift, rowAt, watchPlace } from './frames.js';
import { serve } from './served.js';

const HISTORY = 240;
/** Longer than a window of messages, whichever end of it is in view. */
const LONG = 140;
/** Long enough for an older page to be requested, fetched and drawn. */
const SETTLED_MS = 900;

describe('The list of messages', () => {
  const served = serve();
  let ama: Participant;
  let tomas: Bystander;
  let rest: RestClient;
  let id: string;
  let round = 0;

  beforeEach(async () => {
    const suffix = String.fromCharCode(97 + round++);
    ama = await Participant.join(served.browser, served.node.url, `Ama Okafor ${suffix}`);
    tomas = await registerBystander(served.node.url, `Tomas Reyes ${suffix}`);
    ({ rest } = tomas);
    await ama.openDirect(tomas);
    id = ama.conversationId;
  });
  afterEach(async () => {
    expect(ama.faults).toEqual([]);
    await ama.context.close();
  });

  /** Lines of different lengths, so that no two pages measure the same. */
  function say(count: number): Promise<void> {
    return fill(rest, id, count, (line) => `line ${line}. ${'words and more '.repeat((line * 7) % 40)}`);
  }

  /** Begins with the newest page only, and with everything read. */
  async function fillAndReload(): Promise<void> {
    await say(HISTORY);
    await ama.message(`line ${HISTORY}.`).waitFor();
    while ((await (await ama.rest()).conversation(id)).unreadCount > 0) await ama.page.waitForTimeout(200);
    await ama.page.reload();
    await ama.message(`line ${HISTORY}.`).waitFor();
  }

  async function scrollBy(pixels: number): Promise<void> {
    await ama.page.getByRole('feed').hover();
    await ama.page.mouse.wheel(0, pixels);
    await ama.page.waitForTimeout(80);
  }

  /** A row that has just been drawn is measured, and followed, only thereafter. */
  const isAtTheEnd = () => expectSoon(async () => expect(await ama.gap()).toBeLessThanOrEqual(2));

  it('L1, L2, L14: older pages come without moving what is read, up to the start of the history', async () => {
    await fillAndReload();
    await ama.page.waitForTimeout(SETTLED_MS);
    expect(await ama.gap()).toBeLessThanOrEqual(2);
    // The answer to each older page is kept back for a while, so that it comes while nothing else moves.
    const before = ama.tap.pages;
    ama.tap.delayPages(600);
    const start = ama.page.getByTestId('history-start');
    for (let turn = 0; turn < 12 && (await start.count()) === 0; turn += 1) {
      // To the very top, where the reader waits for the page.
      await scrollBy(-30_000);
      const stop = await watchPlace(ama.page, await rowAt(ama.page, 0));
      await ama.page.waitForTimeout(SETTLED_MS);
      const places = await stop();
      expect(places.length).toBeGreaterThan(5);
      expect(drift(places)).toBeLessThanOrEqual(1);
    }
    await start.waitFor();
    expect(ama.tap.pages - before).toBeGreaterThanOrEqual(3);
    const asked = ama.tap.pages;
    await scrollBy(-10_000);
    await ama.page.waitForTimeout(SETTLED_MS);
    expect(ama.tap.pages).toBe(asked);
  });

  it('L3: draws only what is near the view, in the order of the messages', async () => {
    await fillAndReload();
    for (let turn = 0; turn < 6; turn += 1) await scrollBy(-1_500);
    const seqs = await ama.page
      .getByTestId('message')
      .evaluateAll((rows) => rows.map((row) => Number((row as HTMLElement).dataset.seq)));
    expect(seqs.length).toBeLessThan(60);
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b));
    expect(await ama.page.getByRole('feed').evaluate((list) => list.querySelectorAll('*').length)).toBeLessThan(1_000);
  });

  it('L4: at the end new messages keep it there; S7: so does my own send from anywhere', async () => {
    await say(40);
    for (let line = 0; line < 8; line += 1) {
      await rest.send(id, { content: `arriving ${line} ${'long '.repeat(line * 20)}` });
      await ama.message(`arriving ${line} `).waitFor();
      await isAtTheEnd();
    }
    for (let turn = 0; turn < 5; turn += 1) {
      await scrollBy(-900);
      await expectSoon(async () => expect(await ama.gap()).toBeGreaterThan(80));
      await ama.say(`mine ${turn}`);
      await ama.message(`mine ${turn}`).waitFor();
      await isAtTheEnd();
    }
  });

  it('L5, L6: further up nothing moves, a pill counts what arrives and leads to it', async () => {
    await say(60);
    await scrollBy(-1_000);
    const pill = ama.page.getByTestId('jump-latest');
    await pill.getByText('Jump to latest').waitFor();
    const stop = await watchPlace(ama.page, await rowAt(ama.page, 0.5));
    for (let line = 1; line <= 3; line += 1) await rest.send(id, { content: `new ${line}` });
    await pill.getByText('3 new messages').waitFor();
    await ama.page.waitForTimeout(200);
    expect(drift(await stop())).toBeLessThanOrEqual(1);
    await pill.click();
    await pill.waitFor({ state: 'detached' });
    await ama.message('new 3').waitFor();
    await isAtTheEnd();
  });

  it('L11: a panel and a growing composer leave the end at the end', async () => {
    await say(40);
    for (const width of [760, 1280, 420, 1280]) {
      await ama.page.setViewportSize({ width, height: 800 });
      await ama.page.waitForTimeout(250);
      await isAtTheEnd();
    }
    await ama.composer.fill('one\ntwo\nthree\nfour\nfive\nsix');
    await ama.page.waitForTimeout(150);
    await isAtTheEnd();
  });

  it('L10, M5: a link leads to its message, and from there down to the newest without a hole', async () => {
    await say(LONG);
    await ama.message(`line ${LONG}.`).waitFor();
    await ama.page.goto(`/c/${id}/m/40`);
    const linked = ama.page.locator('[data-testid=message][data-seq="40"]');
    await linked.and(ama.page.locator('[data-lit]')).waitFor();
    await ama.page.waitForFunction(() => document.activeElement?.getAttribute('data-seq') === '40');
    const middle = await linked.evaluate((row) => {
      const list = (row.closest('[role=feed]') as HTMLElement).getBoundingClientRect();
      const box = row.getBoundingClientRect();
      return Math.abs((box.top + box.bottom) / 2 - (list.top + list.bottom) / 2) / list.height;
    });
    expect(middle).toBeLessThan(0.2);
    // What arrives meanwhile is not glued to the old rows.
    await rest.send(id, { content: 'arrived meanwhile' });
    await ama.row(tomas.name).getByText('arrived meanwhile').waitFor();
    expect(await ama.message('arrived meanwhile').count()).toBe(0);
    const seen = new Set<number>();
    for (let turn = 0; turn < 40 && !seen.has(LONG + 1); turn += 1) {
      const rows = ama.page.getByTestId('message');
      for (const seq of await rows.evaluateAll((all) => all.map((row) => Number((row as HTMLElement).dataset.seq)))) {
        seen.add(seq);
      }
      await scrollBy(900);
    }
    const below = [...seen].filter((seq) => seq >= 40).sort((a, b) => a - b);
    expect(below).toEqual(Array.from({ length: LONG + 1 - 39 }, (_, index) => 40 + index));
    await ama.page.getByTestId('jump-latest').waitFor({ state: 'detached' });
    await ama.row(tomas.name).getByTestId('unread-badge').waitFor({ state: 'detached' });
  });

  it('L6, S7: from an old window both the pill and my own send lead to the newest message', async () => {
    await say(LONG);
    await ama.message(`line ${LONG}.`).waitFor();
    for (const leave of ['pill', 'send']) {
      await ama.page.goto(`/c/${id}/m/20`);
      await ama.page.locator('[data-testid=message][data-seq="20"]').waitFor();
      expect(await ama.message(`line ${LONG}.`).count()).toBe(0);
      if (leave === 'pill') await ama.page.getByTestId('jump-latest').click();
      else await ama.say('from far above');
      await ama.message(leave === 'pill' ? `line ${LONG}.` : 'from far above').waitFor();
      await isAtTheEnd();
    }
  });

  it('U1, L1, L7: the badge stops at 99+, and opening begins at the first unread message', async () => {
    await rest.send(id, { content: 'seen before' });
    await ama.message('seen before').waitFor();
    while ((await (await ama.rest()).conversation(id)).unreadCount > 0) await ama.page.waitForTimeout(100);
    await ama.page.goto('/');
    await ama.row(tomas.name).waitFor();
    await say(103);
    await ama.row(tomas.name).getByTestId('unread-badge').getByText('99+').waitFor();
    await ama.openRow(tomas.name);
    const first = ama.message('line 1.');
    await first.getByTestId('new-divider').waitFor();
    const place = await first.getByTestId('new-divider').evaluate((line) => {
      const list = line.closest('[role=feed]') as HTMLElement;
      return (line.getBoundingClientRect().top - list.getBoundingClientRect().top) / list.clientHeight;
    });
    expect(place).toBeGreaterThanOrEqual(0);
    expect(place).toBeLessThan(0.34);
    await ama.page.getByTestId('jump-latest').click();
    await ama.message('line 103.').waitFor();
    await ama.row(tomas.name).getByTestId('unread-badge').waitFor({ state: 'detached' });
    expect((await rest.conversation(id)).lastSeq).toBe(104);
  });
});
