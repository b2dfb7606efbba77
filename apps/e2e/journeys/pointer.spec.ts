import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ParleyNode } from '@parley/testkit';
import type { Browser, Locator } from 'playwright-core';
import { type Bystander, launchBrowser, Participant, registerBystander } from './browser.js';

let node: ParleyNode;
let browser: Browser;
let ama: Participant;
let tomas: Bystander;
let round = 0;

beforeAll(async () => {
  const env = { RATE_LIMITS: 'off' };
  [node, browser] = await Promise.all([ParleyNode.start({ env }), launchBrowser({ reportsHover: false })]);
});
afterAll(async () => {
  await browser?.close();
  await node?.stop();
});
beforeEach(async () => {
  const suffix = String.fromCharCode(97 + round++);
  ama = await Participant.join(browser, node.url, `Ama Okafor ${suffix}`, { hasTouch: true });
  tomas = await registerBystander(node.url, `Tomas Reyes ${suffix}`);
  await ama.openDirect(tomas);
  await tomas.rest.send(ama.conversationId, { content: 'said by Tomas' });
  await ama.message('said by Tomas').waitFor();
});
afterEach(async () => {
  expect(ama.faults).toEqual([]);
  await ama.context.close();
});

/** With the mouse, at what is there on the screen: whatever lies over it or lets the click through counts. */
async function clickAt(target: Locator): Promise<void> {
  const box = await target.boundingBox();
  if (box === null) throw new Error('Nothing to click at.');
  await ama.page.mouse.click(box.x + box.width / 2, box.y + box.height / 2);
}

async function hoverAt(target: Locator): Promise<void> {
  const box = await target.boundingBox();
  if (box === null) throw new Error('Nothing to point at.');
  await ama.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
}

const focusIsOn = (text: string) =>
  ama.page.waitForFunction(
    (each) =>
      document.activeElement?.getAttribute('data-testid') === 'message' &&
      document.activeElement.textContent.includes(each),
    text,
  );

const words = () => ama.message('said by Tomas').locator('.message-text');

describe('On a device that reports no pointer that hovers', () => {
  it('M1: a mouse reaches what can be done with a message', async () => {
    expect(await ama.page.evaluate(() => matchMedia('(hover: none) and (pointer: coarse)').matches)).toBe(true);
    await hoverAt(words());
    await clickAt(ama.page.getByRole('toolbar').getByRole('button', { name: 'Reply' }));
    await ama.page.getByTestId('reply-bar').waitFor();
  });

  it('a mouse colours what it is over, as everywhere', async () => {
    const button = ama.page.getByRole('button', { name: 'New group' }).first();
    const colour = () => button.evaluate((element) => getComputedStyle(element).backgroundColor);
    const before = await colour();
    await hoverAt(button);
    await ama.page.waitForFunction(([element, was]) => getComputedStyle(element as Element).backgroundColor !== was, [
      await button.elementHandle(),
      before,
    ] as const);
  });

  it('F4: letters typed after a click on a message do nothing, and after an arrow key they act', async () => {
    await clickAt(words());
    await ama.page.keyboard.type('rest');
    expect(await ama.page.getByTestId('reply-bar').count()).toBe(0);
    await ama.say('said by me');
    await ama.page.locator('[data-state=sent]').filter({ hasText: 'said by me' }).waitFor();
    await clickAt(words());
    await focusIsOn('said by Tomas');
    await ama.page.keyboard.press('ArrowDown');
    await focusIsOn('said by me');
    await ama.page.keyboard.press('r');
    await ama.page.getByTestId('reply-bar').getByText('yourself').waitFor();
  });

  it('opened with a mouse a conversation takes what is typed; with a finger no keyboard covers it', async () => {
    await ama.page.goto('/');
    await ama.row(tomas.name).waitFor();
    await clickAt(ama.row(tomas.name));
    await ama.composer.and(ama.page.locator(':focus')).waitFor();
    await ama.page.goto('/');
    await ama.row(tomas.name).tap();
    await words().waitFor();
    expect(await ama.composer.and(ama.page.locator(':focus')).count()).toBe(0);
  });

  it('M1: under a finger the toolbar does not lie over the messages, and a mouse brings it back', async () => {
    await words().tap();
    const toolbar = ama.page.getByRole('toolbar', { name: 'Message actions' });
    const opacity = () => toolbar.evaluate((element) => getComputedStyle(element).opacity);
    expect(await opacity()).toBe('0');
    await hoverAt(words());
    expect(await opacity()).toBe('1');
  });

  it('no style depends on the pointers that the device reports', async () => {
    const asked = await ama.page.evaluate(() => {
      const conditions: string[] = [];
      const collect = (rules: CSSRuleList) => {
        for (const rule of rules) {
          if (rule instanceof CSSMediaRule) conditions.push(rule.conditionText);
          if ('cssRules' in rule) collect(rule.cssRules as CSSRuleList);
        }
      };
      for (const sheet of document.styleSheets) collect(sheet.cssRules);
      return conditions;
    });
    expect(asked.length).toBeGreaterThan(0);
    expect(asked.filter((condition) => /hover|pointer/.test(condition))).toEqual([]);
  });
});
