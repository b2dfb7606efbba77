import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { expectSoon } from '@parley/testkit';
import type { Locator } from 'playwright-core';
import { Participant } from './browser.js';
import { serve } from './served.js';
import { violationsIn } from './violations.js';

const served = serve();
let people: Participant[];
let ama: Participant;
let tomas: Participant;
let li: Participant;
let round = 0;

/** Three people look at their group, in which Ama has written. */
beforeEach(async () => {
  const suffix = String.fromCharCode(97 + round++);
  const names = ['Ama Okafor', 'Tomas Reyes', 'Li Wen'].map((name) => `${name} ${suffix}`);
  people = await Promise.all(names.map((name) => Participant.join(served.browser, served.node.url, name)));
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
const isolated = (text: string | null) => (text ?? '').replace(/[\u2066-\u2069]/g, '');
const says = async (person: Participant) => isolated(await line(person).textContent());
/** Types words again and again until the end is called, as typing that goes no further is over soon. */
const typesOn = ({ composer }: Participant, words: string) => {
  const ended = new AbortController();
  const typing = (async () => {
    for (; !ended.signal.aborted; await delay(500)) await composer.pressSequentially(words);
  })();
  return () => {
    ended.abort();
    return typing;
  };
};
/** Where the newest message and the composer are. */
const places = async (person: Participant) => [
  await person.message('where shall we meet?').boundingBox(),
  await person.composer.boundingBox(),
];

describe('P1: who is typing', () => {
  it('is named to the others, never to oneself, until the message is there or nothing is typed any more', async () => {
    const endOfTomas = typesOn(tomas, 'in ');
    await reads(ama, `${tomas.name} is typing`);
    expect(await says(tomas)).toBe('');
    const endOfLi = typesOn(li, 'at ');
    await reads(ama, `${tomas.name} and ${li.name} are typing`);
    await reads(tomas, `${li.name} is typing`);
    await endOfTomas();
    await tomas.composer.fill('in the park');
    await tomas.composer.press('Enter');
    await ama.message('in the park').waitFor();
    await reads(ama, `${li.name} is typing`);
    await endOfLi();
    await reads(ama, '');
  });

  it('is told in the list, and to whoever comes while they type', async () => {
    await li.page.goto('/');
    const end = typesOn(tomas, 'y');
    const row = (person: Participant) => person.page.getByTestId('row-typing');
    try {
      for (const person of [ama, li]) {
        await row(person).waitFor();
        // Whoever has just come reads who that is.
        await expectSoon(async () => expect(isolated(await row(person).textContent())).toBe('Tomas is typing…'));
      }
      // Nothing changes by then of which all would be told.
      await li.page.goto(`/c/${ama.conversationId}`);
      await reads(li, `${tomas.name} is typing`);
    } finally {
      await end();
    }
    await row(li).waitFor({ state: 'detached' });
  });

  it('ends at once where the text is taken back or the conversation is left', async () => {
    const endOfTomas = typesOn(tomas, 'x');
    await reads(ama, `${tomas.name} is typing`);
    const endOfLi = typesOn(li, 'y');
    await reads(ama, `${tomas.name} and ${li.name} are typing`);
    await endOfTomas();
    await tomas.composer.fill('');
    await expectSoon(async () => expect(await says(ama)).not.toContain(tomas.name));
    // It did not end by itself.
    expect(tomas.tap.typingStops).toBe(1);
    await endOfLi();
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
    const end = typesOn(tomas, 'x');
    try {
      await reads(ama, `${tomas.name} is typing`);
      expect(await violationsIn(ama.page)).toEqual([]);
      await reads(ama, `${tomas.name} is typing`);
    } finally {
      await end();
    }
  });
});

it('F3 F1 P1: by keyboard alone people are found, written to, seen typing, and what was said is found again', async () => {
  const { page } = ama;
  const { keyboard } = page;
  const title = (name: string) => page.getByRole('heading', { name, level: 2 }).waitFor();
  const hasFocus = (what: Locator) => expectSoon(async () => expect(await what.evaluate(isActive)).toBe(true));
  await keyboard.press('Control+k');
  await keyboard.type(li.username);
  await page.getByRole('option', { name: li.name }).locator('[data-presence=online]').waitFor();
  expect(await violationsIn(page)).toEqual([]);
  await keyboard.press('Enter');
  await title(li.name);
  await hasFocus(ama.composer);
  await keyboard.type('only');
  await li.row(ama.name).getByTestId('row-typing').waitFor();
  await keyboard.type(' for you');
  await keyboard.press('Enter');
  await li.row(ama.name).getByText('only for you').waitFor();
  const searched = page.waitForResponse('**/api/users?query=*');
  await keyboard.press('Control+k');
  await keyboard.type(li.username);
  await searched;
  // Their conversation, and not they themselves once more.
  await page.getByRole('option', { name: li.name }).first().waitFor();
  expect(await page.getByRole('option', { name: li.name }).count()).toBe(1);
  await keyboard.press('Control+a');
  await keyboard.type('group');
  await keyboard.press('Enter');
  await hasFocus(ama.composer);
  const shown = Promise.all([tomas, li].map((other) => reads(other, `${ama.name} is typing`)));
  await keyboard.type('at the usual', { delay: 400 });
  await shown;
  await keyboard.type(' place');
  await keyboard.press('Enter');
  for (const other of [tomas, li]) await other.message('at the usual place').waitFor();
  await keyboard.press('Control+f');
  await hasFocus(page.getByRole('searchbox'));
  await keyboard.type('shall we');
  const hit = page.getByTestId('search-hit');
  await hit.waitFor();
  expect(await violationsIn(page)).toEqual([]);
  for (let stops = 0; stops < 5 && !(await hit.evaluate(isActive)); stops += 1) await keyboard.press('Tab');
  await keyboard.press('Enter');
  await hasFocus(ama.message('where shall we meet?'));
  await keyboard.press('Control+f');
  await hasFocus(page.getByRole('searchbox'));
  await keyboard.press('Escape');
  await page.getByRole('searchbox').waitFor({ state: 'detached' });
  await hasFocus(ama.composer);
  expect(await violationsIn(page)).toEqual([]);
});

const isActive = (element: Element) => element === document.activeElement;
