import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, ParleyNode } from '@parley/testkit';
import type { Browser, Locator, Page, Route } from 'playwright-core';
import { type Attachment, describeFiles, sendFiles } from './album.js';
import { type Bystander, launchBrowser, Participant, registerBystander } from './browser.js';
import { brokenVideo, PAGE, paintedPicture, tone } from './painted.js';
import { violationsIn } from './violations.js';

const PLACEHOLDER = '1QcSHQRnh493V4dIh4eXh1h4kJUI';
const CONTENT = /\/api\/files\/[^/]+(?:\/thumbnail)?\?/;

function picture(name: string, width: number, height: number, hue: number): Attachment {
  return {
    name,
    content: paintedPicture(width, height, hue),
    known: { width, height, placeholder: PLACEHOLDER },
  };
}

const harbour = picture('harbour.png', 800, 600, 0);
const album = [1, 2, 3, 4, 5, 6].map((hue) => picture(`hills-${hue}.png`, 300 + 40 * hue, 300, hue));
const voice: Attachment = {
  name: 'Voice message.wav',
  // Longer than a busy machine takes to look at it.
  content: tone(60),
  known: { durationMs: 60_000, waveform: Array.from({ length: 48 }, (_, at) => 20 + ((at * 37) % 80)) },
};
const song: Attachment = { name: 'song.wav', content: tone(1) };
const video: Attachment = {
  name: 'crossing.mp4',
  content: brokenVideo(),
  known: { width: 1280, height: 720, durationMs: 31_000, placeholder: PLACEHOLDER },
};
const minutes: Attachment = {
  name: 'naive minutes of a meeting that was long, and had no end in sight.pdf',
  content: PAGE,
};
const script: Attachment = { name: 'page.html', content: Buffer.from('<script>document.title = "run"</script>') };

let node: ParleyNode;
let browser: Browser;
let ama: Bystander;
let tomas: Participant;
let page: Page;
let id: string;
let harbourId: string;

beforeAll(async () => {
  // What is known of recordings is said here, whatever the machine could find out.
  const env = { RATE_LIMITS: 'off', PATH: '/var/empty' };
  [node, browser] = await Promise.all([ParleyNode.start({ env }), launchBrowser()]);
  ama = await registerBystander(node.url, 'Ama Okafor');
  tomas = await Participant.join(browser, node.url, 'Tomas Reyes');
  ({ page } = tomas);
  const { id: me } = await (await tomas.rest()).me();
  ({ id } = await ama.rest.createConversation({ type: 'group', name: 'Harbour', memberIds: [me] }));
  for (let line = 1; line <= 6; line += 1) await ama.rest.send(id, { content: `line ${line}` });
  const first = await sendFiles(ama.rest, id, [harbour], 'The harbour at six');
  harbourId = String(first.metadata.fileId);
  for (const count of [2, 3, 4, 6]) await sendFiles(ama.rest, id, album.slice(0, count));
  await sendFiles(ama.rest, id, [minutes, script]);
  await sendFiles(ama.rest, id, [video]);
  await sendFiles(ama.rest, id, [voice]);
  await sendFiles(ama.rest, id, [song]);
  await describeFiles(page, [harbour, ...album, voice, video]);
  await page.reload();
});
afterAll(async () => {
  await browser?.close();
  await node?.stop();
});
afterEach(async () => {
  expect(tomas.faults.splice(0)).toEqual([]);
  await page.unroute(CONTENT);
});

/** The message whose files have this many pictures in view. */
const grid = (shown: number, more = 0): Locator => {
  const grids = page.locator(`.file-grid[data-shown="${shown}"]`);
  return more > 0 ? grids.filter({ hasText: `+${more}` }) : grids.filter({ hasNotText: '+' });
};
const tile = (name: string): Locator => page.getByTestId('file-tile').filter({ hasText: name });
const toTop = () => page.getByRole('feed').evaluate((feed) => feed.scrollTo(0, 0));
const toEnd = () => page.getByRole('feed').evaluate((feed) => feed.scrollTo(0, feed.scrollHeight));

/** Of every row that is drawn: where it is in the list, and how high. */
function places(): Promise<Record<string, number[]>> {
  return page.getByRole('feed').evaluate((feed) => {
    const rows = [...feed.querySelectorAll<HTMLElement>('[data-seq]')];
    const top = feed.getBoundingClientRect().top;
    return Object.fromEntries(
      rows.map((row) => [row.dataset.seq ?? '', [row.getBoundingClientRect().top - top, row.offsetHeight]]),
    );
  });
}

describe('Files of messages', () => {
  it('L12: pictures have their places before they are loaded, and nothing moves when they come', async () => {
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    await page.route(CONTENT, async (route: Route) => {
      await released;
      await route.continue();
    });
    await tomas.openRow('Harbour');
    await toTop();
    await grid(1).waitFor();
    await page.locator('.file-cell').first().waitFor();
    await eventually('the list is at rest', async () => {
      const before = JSON.stringify(await places());
      await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
      return JSON.stringify(await places()) === before;
    });
    const before = await places();
    expect(await page.locator('.file-cell[data-loaded]').count()).toBe(0);
    expect(
      await grid(1)
        .locator('.file-cell')
        .evaluate((cell) => getComputedStyle(cell).backgroundImage),
    ).toContain('data:image/png');
    release();
    await grid(1).locator('[data-loaded]').waitFor();
    await page.waitForFunction(() => !document.querySelector('.file-cell:not([data-loaded])'));
    expect(await places()).toEqual(before);
  });

  it('L12: the list knows the heights of files that were never drawn', async () => {
    const height = () => page.getByRole('feed').evaluate((feed) => feed.scrollHeight);
    await page.reload();
    await page.getByRole('feed').waitFor();
    await page.getByTestId('message').last().waitFor();
    const guessed = await height();
    await toTop();
    await grid(1).locator('[data-loaded]').waitFor();
    expect(Math.abs((await height()) - guessed)).toBeLessThanOrEqual(4);
  });

  it('A4: a picture is opened, enlarged, turned over and closed by keyboard alone', async () => {
    await toTop();
    await grid(4, 2).locator('[data-loaded]').first().waitFor();
    const row = page.getByTestId('message').filter({ has: grid(4, 2) });
    await row.focus();
    await page.keyboard.press('Enter');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('picture');
    expect(await page.getByRole('dialog').count()).toBe(0);
    await page.keyboard.press('Enter');
    const lightbox = page.getByRole('dialog');
    await lightbox.getByRole('img', { name: 'hills-1.png' }).waitFor();
    expect(await lightbox.getAttribute('data-testid')).toBe('lightbox');
    await page.getByRole('dialog', { name: 'hills-1.png, picture 1 of 6' }).waitFor();
    expect(await violationsIn(page)).toEqual([]);
    await page.keyboard.press('ArrowRight');
    await page.getByRole('dialog', { name: 'hills-2.png, picture 2 of 6' }).waitFor();
    const transform = () => lightbox.locator('.lightbox-picture').evaluate((element) => element.style.transform);
    await page.keyboard.press('+');
    await eventually('it is enlarged', async () => (await transform()).includes('scale(1.5)'));
    await page.keyboard.press('ArrowRight');
    await page.getByRole('dialog', { name: 'hills-2.png, picture 2 of 6' }).waitFor();
    await page.keyboard.press('-');
    await eventually('it is as before', async () => (await transform()).includes('scale(1)'));
    await page.keyboard.press('End');
    await page.getByRole('dialog', { name: 'hills-6.png, picture 6 of 6' }).waitFor();
    for (let tab = 0; tab < 9; tab += 1) {
      await page.keyboard.press('Tab');
      expect(await lightbox.evaluate((dialog) => dialog.contains(document.activeElement))).toBe(true);
    }
    await page.keyboard.press('Escape');
    await lightbox.waitFor({ state: 'detached' });
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('picture');
  });

  it('A4: is called by the words that came with it, and by a swipe it leads to the next one', async () => {
    await toTop();
    await grid(1).getByRole('button', { name: 'The harbour at six' }).waitFor();
    await grid(2).locator('[data-loaded]').first().click();
    await page.getByRole('dialog', { name: 'hills-1.png, picture 1 of 2' }).waitFor();
    const box = await page.locator('.lightbox-stage').boundingBox();
    if (!box) throw new Error('No stage.');
    await page.mouse.move(box.x + 500, box.y + 200);
    await page.mouse.down();
    await page.mouse.move(box.x + 380, box.y + 205, { steps: 4 });
    await page.mouse.up();
    await page.getByRole('dialog', { name: 'hills-2.png, picture 2 of 2' }).waitFor();
    await page.getByRole('button', { name: 'Close' }).click();
  });

  it('A4: at its last picture the keys work on, and one that fails is tried again by a click', async () => {
    await toTop();
    await grid(3).locator('[data-loaded]').nth(1).click();
    const shown = (at: number) => page.getByRole('dialog', { name: `hills-${at}.png, picture ${at} of 3` });
    await shown(2).waitFor();
    await page.getByRole('button', { name: 'Next picture' }).press('Enter');
    await shown(3).waitFor();
    await page.keyboard.press('ArrowLeft');
    await shown(2).waitFor();
    // The first one has not been loaded by the lightbox yet, so that no browser has kept it.
    await page.route(CONTENT, (route: Route) => route.abort());
    await page.keyboard.press('ArrowLeft');
    await shown(1).getByText('This picture could not be loaded.').waitFor();
    await page.unroute(CONTENT);
    await shown(1).getByRole('button', { name: 'Try again' }).click();
    await page.waitForFunction(
      () => document.querySelector<HTMLImageElement>('.lightbox-picture img[alt]')?.naturalWidth === 340,
    );
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('S1.31: a picture that fails is tried with a fresh link, then says so and can be tried again', async () => {
    let fails = 1;
    const asked: string[] = [];
    await page.route(CONTENT, async (route: Route) => {
      if (route.request().url().includes(harbourId)) asked.push(route.request().url());
      if (fails > 0) {
        fails -= 1;
        await route.abort();
      } else await route.continue();
    });
    const redraw = async () => {
      await page.reload();
      await page.getByTestId('message').last().waitFor();
      await toTop();
    };
    await redraw();
    await grid(1).locator('[data-loaded]').waitFor();
    expect(await page.getByTestId('failed-picture').count()).toBe(0);
    fails = Number.POSITIVE_INFINITY;
    await redraw();
    const failed = page.getByTestId('failed-picture');
    await failed.filter({ hasText: 'harbour.png' }).waitFor();
    expect(await violationsIn(page)).toEqual([]);
    fails = 0;
    asked.length = 0;
    await failed.filter({ hasText: 'harbour.png' }).getByRole('button', { name: 'Try again' }).click();
    await grid(1).locator('[data-loaded]').waitFor();
    expect(asked).toHaveLength(1);
  });

  it('A5: whatever a document is, it is saved under its name and nothing of it runs', async () => {
    await toTop();
    for (const { name } of [script, minutes]) {
      await tile(name).scrollIntoViewIfNeeded();
      const [saved] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: `Download ${name}` }).click(),
      ]);
      expect(saved.suggestedFilename()).toBe(name);
    }
    expect(await page.title()).not.toContain('run');
    await toTop();
    await grid(1).locator('[data-loaded]').click();
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page
        .getByRole('dialog')
        .getByRole('button', { name: `Download ${harbour.name}` })
        .click(),
    ]);
    expect(saved.suggestedFilename()).toBe(harbour.name);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
  });

  it('S1.31: a voice message is played, sped up and sought in; nothing plays by itself', async () => {
    const player = page.getByTestId('audio').filter({ has: page.getByRole('slider') });
    await player.scrollIntoViewIfNeeded();
    expect(
      await page.locator('audio, video').evaluateAll((all) => all.every((each) => (each as HTMLMediaElement).paused)),
    ).toBe(true);
    const slider = player.getByRole('slider', { name: 'Position in voice message' });
    expect(await slider.getAttribute('aria-valuetext')).toBe('0:00 of 1:00');
    await player.getByRole('button', { name: 'Speed 1×' }).click();
    await player.getByRole('button', { name: 'Speed 1.5×' }).waitFor();
    await player.getByRole('button', { name: 'Play voice message' }).click();
    await player.getByRole('button', { name: 'Pause voice message' }).waitFor();
    await eventually('it plays', async () => Number(await slider.inputValue()) > 0);
    expect(await player.locator('audio').evaluate((audio: HTMLAudioElement) => audio.playbackRate)).toBe(1.5);
    await player.getByRole('button', { name: 'Pause voice message' }).click();
    await slider.focus();
    await page.keyboard.press('End');
    expect(await slider.getAttribute('aria-valuetext')).toBe('1:00 of 1:00');
  });

  it('S1.31: a recording whose link expires again and again goes on where it was, and the button keeps the focus', async () => {
    await toEnd();
    const player = page.getByTestId('audio').filter({ has: page.getByRole('slider') });
    await player.scrollIntoViewIfNeeded();
    const audio = player.locator('audio');
    const button = player.getByRole('button', { name: /(?:Play|Pause) voice message/ });
    await button.click();
    await player.getByRole('button', { name: 'Pause voice message' }).waitFor();
    for (const at of [20, 35, 10]) {
      const wentOnAt = await audio.evaluate(async (element: HTMLAudioElement, to) => {
        const next = (name: string) =>
          new Promise((resolve, reject) => {
            element.addEventListener(name, resolve, { once: true });
            const look = () => element.isConnected || reject(new Error(`the player is gone, before ${name}`));
            new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
          });
        element.currentTime = to;
        await next('seeked');
        element.dispatchEvent(new Event('error'));
        await next('loadstart');
        await next('playing');
        return element.currentTime;
      }, at);
      expect(Math.abs(wentOnAt - at)).toBeLessThan(5);
    }
    expect(await button.evaluate((element) => element === document.activeElement)).toBe(true);
    await button.click();
  });

  it('S1.31: a video has the controls of the browser, and what cannot be played says so', async () => {
    const player = page.getByLabel(video.name);
    await player.scrollIntoViewIfNeeded();
    expect(
      await player.evaluate(({ controls, autoplay, preload }: HTMLVideoElement) => ({ controls, autoplay, preload })),
    ).toEqual({ controls: true, autoplay: false, preload: 'none' });
    await page.waitForFunction(
      (name) => document.querySelector(`[aria-label="${name}"]`)?.hasAttribute('src'),
      video.name,
    );
    await player.evaluate((element: HTMLVideoElement) => void element.play().catch(() => undefined));
    const broken = page.getByTestId('file-tile').filter({ hasText: 'Cannot be played here.' });
    await broken.getByRole('button', { name: 'Try again' }).waitFor();
  });

  it('C6, M4: a quote and the list name what a message without words carries, until it is deleted', async () => {
    const photo = await sendFiles(ama.rest, id, [harbour]);
    await ama.rest.send(id, { content: 'six it was', replyToId: photo.id });
    await page.getByTestId('quote').getByText('Photo', { exact: true }).waitFor();
    const last = await sendFiles(ama.rest, id, album.slice(0, 3));
    await tomas.row('Harbour').getByText('3 photos').waitFor();
    await ama.rest.delete(photo.id);
    await ama.rest.delete(last.id);
    await page.getByTestId('quote').getByText('Deleted message').waitFor();
    await tomas.row('Harbour').getByText('Message deleted').waitFor();
    expect(await page.locator(`[data-seq="${last.seq}"] [data-testid=files]`).count()).toBe(0);
  });

  it('L12: on a narrow screen they are narrower and keep their proportions', async () => {
    await page.setViewportSize({ width: 390, height: 844 });
    await toTop();
    await grid(1).locator('[data-loaded]').waitFor();
    const widths = await page
      .locator('[data-testid=files] > *')
      .evaluateAll((all) => all.map((each) => each.clientWidth));
    expect(Math.max(...widths)).toBeLessThanOrEqual(294);
    const box = await grid(1).boundingBox();
    expect((box?.width ?? 0) / (box?.height ?? 1)).toBeCloseTo(4 / 3, 1);
    await page.setViewportSize({ width: 1280, height: 800 });
  });

  it('nothing of it violates WCAG 2.2 AA, light and dark', async () => {
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.emulateMedia({ colorScheme });
      expect(await violationsIn(page)).toEqual([]);
      await toTop();
      await grid(1).locator('[data-loaded]').waitFor();
      expect(await violationsIn(page)).toEqual([]);
    }
  });
});
