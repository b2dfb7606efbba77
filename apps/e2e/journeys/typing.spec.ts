import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { expectSoon, ParleyNode } from '@parley/testkit';
import type { Browser } from 'playwright-core';
import { launchBrowser, Participant } from './browser.js';
import { violationsIn } from './violations.js';

let node: ParleyNode;
let browser: Browser;
let people: Participant[];
let ama: Participant;
let tomas: Participant;
let li: Participant;
let round = 0;

beforeAll(async () => {
  [node, browser] = await Promise.all([ParleyNode.start({ env: { RATE_LIMITS: 'off' } }), launchBrowser()]);
});
afterAll(async () => {
  await browser?.close();
  await node?.stop();
});

/** Three people look at their group, in which Ama has written. */
beforeEach(async () => {
  const suffix = String.fromCharCode(97 + round++);
  const names = ['Ama Okafor', 'Tomas Reyes', 'Li Wen'].map((name) => `${name} ${suffix}`);
  people = await Promise.all(names.map((name) => Participant.join(browser, node.url, name)));
  [ama, tomas, li] = people as [Participant, Participant, Participant];
  const group = `Group ${suffix}`;
  await ama.openGroup(group, [tomas, li]);
  await ama.say('where shall we meet?');
  for (const person of [tomas, li]) {
    await person.openRow(group);
    await person.message('where shall we meet?').waitFor();
  }
});
afterEach(async () => {
  expect(people.flatMap(({ faults }) => faults)).toEqual([]);
  for (const { context } of people) await context.close();
});

const line = ({ page }: Participant) => page.getByTestId('typing');
const reads = (person: Participant, words: string) => expectSoon(async () => expect(await says(person)).toBe(words));
/** Without the characters that isolate names. */
const says = async (person: Participant) => ((await line(person).textContent()) ?? '').replace(/[\u2066-\u2069]/g, '');
/** Where the newest message and the composer are. */
const places = async (person: Participant) => [
  await person.message('where shall we meet?').boundingBox(),
  await person.composer.boundingBox(),
];

describe('P1: who is typing', () => {
  it('is named to the others, never to oneself, until the message is there or nothing is typed any more', async () => {
    await tomas.composer.pressSequentially('in the');
    await reads(ama, `${tomas.name} is typing`);
    expect(await says(tomas)).toBe('');
    await li.composer.pressSequentially('at');
    await reads(ama, `${tomas.name} and ${li.name} are typing`);
    await reads(tomas, `${li.name} is typing`);
    await tomas.composer.press('Enter');
    await ama.message('in the').waitFor();
    await reads(ama, `${li.name} is typing`);
    // Li goes on writing nothing.
    await reads(ama, '');
  });

  it('ends at once where the text is taken back or the conversation is left', async () => {
    await tomas.composer.pressSequentially('x');
    await li.composer.pressSequentially('y');
    await reads(ama, `${tomas.name} and ${li.name} are typing`);
    await tomas.composer.press('Backspace');
    await expectSoon(async () => expect(await says(ama)).not.toContain(tomas.name));
    // It did not end by itself.
    expect(tomas.tap.typingStops).toBe(1);
    await li.page.goto('/');
    await reads(ama, '');
  });

  it('moves no message, and is read out once for each change', async () => {
    const before = await places(ama);
    await line(ama).evaluate((output) => {
      const heard: (string | null)[] = [];
      Object.assign(window, { heard });
      new MutationObserver(() => heard.push(output.textContent)).observe(output, {
        characterData: true,
        childList: true,
        subtree: true,
      });
    });
    await tomas.composer.pressSequentially('a long answer that takes a while', { delay: 120 });
    expect(await says(ama)).toBe(`${tomas.name} is typing`);
    expect(await places(ama)).toEqual(before);
    await reads(ama, '');
    expect(await places(ama)).toEqual(before);
    const heard = await ama.page.evaluate(() => (window as unknown as { heard: string[] }).heard);
    expect(new Set(heard).size).toBe(heard.length);
    expect(heard).toHaveLength(2);
  });

  it.each(['light', 'dark'] as const)('has no violation of WCAG 2.2 AA, %s', async (colorScheme) => {
    await ama.page.emulateMedia({ colorScheme });
    await tomas.composer.pressSequentially('x');
    await reads(ama, `${tomas.name} is typing`);
    const typing = setInterval(() => void tomas.composer.press('y').catch(() => undefined), 1_000);
    try {
      expect(await violationsIn(ama.page)).toEqual([]);
      expect(await says(ama)).toBe(`${tomas.name} is typing`);
    } finally {
      clearInterval(typing);
    }
  });
});
