import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ParleyNode } from '@parley/testkit';
import type { Browser } from 'playwright-core';
import { launchBrowser, Participant, registerBystander } from './browser.js';

const MINUTE_MS = 60_000;

let browser: Browser;
let node: ParleyNode | undefined;
let ama: Participant;
let round = 0;

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(async () => {
  await browser?.close();
});
afterEach(async () => {
  expect(ama.faults).toEqual([]);
  await ama.context.close();
  await node?.stop();
});

/** Ama's device is this far ahead of the server, which lets messages be edited for so long. */
async function talk(aheadMs: number, windowMinutes: string, text: string): Promise<void> {
  round += 1;
  node = await ParleyNode.start({ env: { RATE_LIMITS: 'off', EDIT_WINDOW_MINUTES: windowMinutes } });
  ama = await Participant.join(browser, node.url, 'Ama Okafor');
  const tomas = await registerBystander(node.url, 'Tomas Reyes');
  await ama.context.addInitScript((ahead) => {
    const Real = Date;
    class Ahead extends Real {
      constructor(...args: [] | [number]) {
        super(...((args.length === 0 ? [Real.now() + ahead] : args) as [number]));
      }
      static override now() {
        return Real.now() + ahead;
      }
    }
    globalThis.Date = Ahead as DateConstructor;
  }, aheadMs);
  await ama.openDirect(tomas);
  await ama.page.reload();
  await ama.composer.waitFor();
  await ama.say(text);
  await ama.message(text).and(ama.page.locator('[data-state=sent]')).waitFor();
}

/** What the toolbar of the message offers. */
async function offered(text: string): Promise<string[]> {
  await ama.message(text).hover();
  const buttons = ama.message(text).getByRole('toolbar').getByRole('button');
  await buttons.first().waitFor();
  return buttons.evaluateAll((all) => all.map((each) => each.getAttribute('aria-label') ?? ''));
}

describe('M3: what can be edited goes by the server', () => {
  for (const minutes of [20, -20]) {
    it(`with a device whose clock is ${minutes} minutes ahead a fresh message can be edited`, async () => {
      await talk(minutes * MINUTE_MS, '15', 'teh plan');
      expect(await offered('teh plan')).toContain('Edit');
      await ama.composer.press('ArrowUp');
      await ama.page.getByTestId('editor').fill('the plan');
      await ama.page.keyboard.press('Enter');
      await ama.message('the plan').getByRole('button', { name: '(edited)' }).waitFor();
      expect(await ama.message('the plan').locator('.divider').textContent()).toBe('Today');
    });
  }

  it('with no time for edits none is offered', async () => {
    await talk(0, '0', 'set in stone');
    expect(await offered('set in stone')).not.toContain('Edit');
    await ama.composer.press('ArrowUp');
    expect(await ama.page.getByTestId('editor').count()).toBe(0);
  });

  it('for as long as the operator lets: with an hour, after half of it', async () => {
    await talk(0, '60', 'old enough');
    // Half an hour passes for this page, by all of its clocks.
    await ama.page.evaluate((later) => {
      for (const clock of [performance, Date]) {
        const real = clock.now.bind(clock);
        clock.now = () => real() + later;
      }
    }, 30 * MINUTE_MS);
    await ama.composer.press('ArrowUp');
    await ama.page.getByTestId('editor').waitFor();
  });
});
