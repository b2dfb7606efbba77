import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { ParleyNode } from '@parley/testkit';
import type { Browser, Page } from 'playwright-core';
import { buildScene, type Scene } from '../screenshots/scene.js';
import { launchBrowser, PASSWORD } from './browser.js';

let node: ParleyNode;
let browser: Browser;
let scene: Scene;
let page: Page;

/** What WCAG 1.4.12 says that a reader may set. */
const SPACING =
  '* { line-height: 1.5 !important; letter-spacing: 0.12em !important; word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }';

beforeAll(async () => {
  [node, browser] = await Promise.all([ParleyNode.start({ env: { RATE_LIMITS: 'off' } }), launchBrowser()]);
  scene = await buildScene(node.url);
});
afterAll(async () => {
  await scene?.close();
  await browser?.close();
  await node?.stop();
});
afterEach(async () => {
  await page.context().close();
});

async function enter(width: number, height: number, hasTouch = false): Promise<void> {
  const context = await browser.newContext({
    baseURL: node.url,
    viewport: { width, height },
    reducedMotion: 'reduce',
    hasTouch,
    serviceWorkers: 'block',
  });
  page = await context.newPage();
  await page.goto('/signin');
  await page.getByLabel('Username').fill('tomas.reyes');
  await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
  await page.getByRole('button', { name: 'Sign in' }).click();
  await page.getByRole('button', { name: /^Account of/ }).waitFor();
}

const views = () => ['/', `/c/${scene.room}`, `/c/${scene.room}?panel=members`, '/search?q=room', '/?dialog=new-group'];

/** Opens the view, and waits until it shows what it loads. */
async function open(view: string): Promise<void> {
  await page.goto(view);
  await page
    .locator('[data-testid=conversation-row], [data-testid=message], input[type=search]')
    .first()
    .waitFor({ state: 'attached' });
  await page.waitForFunction(() => document.querySelector('[aria-busy=true]') === null);
}

/** How much wider it is than the window. */
const overflow = () => page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);

it('T2, T3: at 320 px, which is 400 % of a window, nothing is scrolled sideways, with the text spaced too', async () => {
  await enter(320, 640);
  for (const view of views()) {
    await open(view);
    expect([view, await overflow()]).toEqual([view, 0]);
    await page.evaluate((css) => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(css);
      document.adoptedStyleSheets = [sheet];
    }, SPACING);
    expect([view, 'spaced', await overflow()]).toEqual([view, 'spaced', 0]);
  }
});

it('T2: by touch every button is large enough for a finger', async () => {
  await enter(390, 844, true);
  for (const view of views().slice(0, 3)) {
    await open(view);
    const small = await page.evaluate(() =>
      [...document.querySelectorAll<HTMLElement>('button, a[href], [role=menuitem]')].flatMap((each) => {
        const { width, height } = each.getBoundingClientRect();
        // Of what stands in a line of text, and of what is shown with the focus alone, only the text counts.
        const isInText = each.closest('.message-text, .skip-link, [role=toolbar]') !== null;
        const isShown = width > 0 && getComputedStyle(each).visibility === 'visible';
        return isShown && !isInText && Math.min(width, height) < 24
          ? [`${each.outerHTML.slice(0, 120)} ${width}×${height}`]
          : [];
      }),
    );
    expect([view, small]).toEqual([view, []]);
  }
});

it('2.4.11, 2.4.7: whatever has the focus is not covered, and nothing moves for whoever wants less motion', async () => {
  await enter(1280, 800);
  await open(`/c/${scene.room}?panel=members`);
  const covered: string[] = [];
  for (let stop = 0; stop < 60; stop += 1) {
    await page.keyboard.press('Tab');
    const fault = await page.evaluate(() => {
      const { activeElement: focused, body } = document;
      if (!focused || focused === body) return null;
      const { left, top, width, height } = focused.getBoundingClientRect();
      const points = [0.5, 0.1, 0.9].map((part) => document.elementFromPoint(left + width / 2, top + height * part));
      const isSeen = points.some((at) => at !== null && (focused.contains(at) || at.contains(focused)));
      return isSeen ? null : focused.outerHTML.slice(0, 160);
    });
    if (fault) covered.push(fault);
  }
  expect(covered).toEqual([]);
  const long = await page.evaluate(() =>
    document
      .getAnimations()
      .flatMap((each) => (Number(each.effect?.getComputedTiming().duration) > 10 ? [each.constructor.name] : [])),
  );
  expect(long).toEqual([]);
});
