import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import type { Locator } from 'playwright-core';
import { launchBrowser, Participant } from './browser.js';
import { serve } from './served.js';
import { violationsIn } from './violations.js';

/** Who leaves is missed after a moment in which a reload would have brought them back. */
const GONE_MS = 30_000;

const served = serve();
let people: Participant[];
let ama: Participant;
let tomas: Participant;
let round = 0;

/** Ama and Tomas look at their direct conversation. */
beforeEach(async () => {
  const suffix = String.fromCharCode(97 + round++);
  const names = ['Ama Okafor', 'Tomas Reyes'].map((name) => `${name} ${suffix}`);
  people = await Promise.all(names.map((name) => Participant.join(served.browser, served.node.url, name)));
  [ama, tomas] = people as [Participant, Participant];
  await ama.openDirect(tomas);
  await ama.say('hello');
  await tomas.openRow(ama.name);
  await tomas.message('hello').waitFor();
});
afterEach(async () => {
  expect(people.flatMap(({ faults }) => faults)).toEqual([]);
  for (const { context } of people) await context.close();
});

const dot = (where: Locator) => where.locator('[data-testid=presence][data-presence=online]');
const header = ({ page }: Participant) => page.locator('section > header');

describe('P2: whether somebody is here', () => {
  it('is seen in the list, over the conversation and where people are looked for', async () => {
    await dot(ama.row(tomas.name)).waitFor();
    expect(await ama.row(tomas.name).textContent()).toContain(', online');
    await dot(header(ama)).waitFor();
    await header(ama).getByText('Online').waitFor();
    await ama.page.getByRole('button', { name: 'New message' }).first().click();
    await ama.page.getByRole('combobox').fill(tomas.username);
    const option = ama.page.getByRole('option', { name: tomas.name });
    await dot(option).waitFor();
    expect(await option.textContent()).toContain('Online');
    // And no longer once they are gone, though nobody looks for them anew.
    await tomas.page.close();
    await option.getByText('Last seen at').waitFor({ timeout: GONE_MS });
    await dot(option).waitFor({ state: 'detached' });
  });

  it('S2.26: a page that the browser keeps for its Back button is nobody who is here, and misses nothing', async () => {
    const keeping = await launchBrowser({ keepsPages: true });
    try {
      const storageState = await tomas.context.storageState();
      // Without the tap, whose own socket would stay open beside the page.
      const page = await (await keeping.newContext({ baseURL: served.node.url, storageState })).newPage();
      await tomas.page.close();
      await page.goto(`/c/${ama.conversationId}`);
      await page.getByTestId('composer').waitFor();
      await page.evaluate(() =>
        addEventListener('pageshow', (event) => Object.assign(window, { wasKept: event.persisted })),
      );
      await header(ama).getByText('Online').waitFor();
      await page.goto('/api/docs');
      await header(ama).getByText('Last seen at').waitFor({ timeout: GONE_MS });
      await ama.say('said while it was frozen');
      await page.goBack({ waitUntil: 'commit' });
      await page.getByTestId('message').filter({ hasText: 'said while it was frozen' }).waitFor();
      await header(ama).getByText('Online').waitFor();
      expect(await page.evaluate(() => (window as unknown as { wasKept: boolean }).wasKept)).toBe(true);
    } finally {
      await keeping.close();
    }
  });

  it('is told apart from being at rest, which nobody is who has not touched a device for a while', async () => {
    const { page } = tomas;
    await page.clock.install();
    await page.reload();
    await tomas.message('hello').waitFor();
    await dot(ama.row(tomas.name)).waitFor();
    await page.clock.fastForward('06:00');
    await header(ama).getByText('Away').waitFor();
    await ama.row(tomas.name).locator('[data-presence=away]').waitFor();
    await ama.page.reload();
    await header(ama).getByText('Away').waitFor();
    await page.mouse.move(200, 200);
    await page.keyboard.press('Shift');
    await header(ama).getByText('Online').waitFor();
  });

  it('is hidden by whoever chooses to appear offline, until they choose otherwise', async () => {
    const choose = async (item: string) => {
      await tomas.page.getByRole('button', { name: `Account of ${tomas.name}` }).click();
      await tomas.page.getByRole('menuitemradio', { name: item }).click();
    };
    await dot(ama.row(tomas.name)).waitFor();
    await choose('Appear offline');
    await dot(ama.row(tomas.name)).waitFor({ state: 'detached' });
    expect(await header(ama).textContent()).not.toMatch(/Online|Last seen/);
    await tomas.page.reload();
    await tomas.message('hello').waitFor();
    await tomas.say('nobody sees me');
    await ama.message('nobody sees me').waitFor();
    expect(await dot(ama.row(tomas.name)).count()).toBe(0);
    await choose('Shown to others');
    await dot(ama.row(tomas.name)).waitFor();
    await header(ama).getByText('Online').waitFor();
  });

  it('is hidden or not as was chosen last, however long the first choice takes', async () => {
    const { page } = tomas;
    const answers: string[] = [];
    page.on('response', (response) => {
      if (response.request().method() === 'PATCH') answers.push(response.url());
    });
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    let isFirst = true;
    await page.route('**/api/users/me', async (route) => {
      const isDelayed = isFirst && route.request().method() === 'PATCH';
      if (isDelayed) {
        isFirst = false;
        await released;
      }
      await route.continue();
    });
    for (const item of ['Appear offline', 'Shown to others']) {
      await page.getByRole('button', { name: `Account of ${tomas.name}` }).click();
      await page.getByRole('menuitemradio', { name: item }).click();
    }
    // Whatever was requested before is answered by then.
    await tomas.say('seen or not');
    await ama.message('seen or not').waitFor();
    release();
    await eventually('both are answered', () => answers.length === 2);
    expect((await (await tomas.rest()).me()).isHidden).toBe(false);
  });

  it('is seen among the members of a group', async () => {
    const li = await Participant.join(served.browser, served.node.url, `Li Wen ${round}`);
    people.push(li);
    await ama.openGroup('Three of us', [tomas, li]);
    // Nothing is said in it so far.
    await ama.page.getByRole('button', { name: 'Members', exact: true }).click();
    const member = (person: Participant) => ama.page.getByTestId('member-row').filter({ hasText: person.name });
    for (const person of people) await dot(member(person)).waitFor();
    await header(ama).getByText('3 members · 3 online').waitFor();
    expect(await violationsIn(ama.page)).toEqual([]);
    await li.page.close();
    await member(li).getByText('Last seen at').waitFor({ timeout: GONE_MS });
    await header(ama).getByText('3 members · 2 online').waitFor();
    expect(await dot(member(li)).count()).toBe(0);
    expect(await dot(member(tomas)).count()).toBe(1);
  });

  it('holds as long as one of their tabs is open, and then tells when they left', async () => {
    const second = await tomas.context.newPage();
    await second.goto(tomas.page.url());
    await second.getByTestId('composer').waitFor();
    await tomas.page.close();
    await second.getByTestId('composer').fill('still here');
    await second.getByTestId('composer').press('Enter');
    await ama.message('still here').waitFor();
    await header(ama).getByText('Online').waitFor();
    await second.close();
    await header(ama).getByText('Last seen at').waitFor({ timeout: GONE_MS });
    await dot(ama.row(tomas.name)).waitFor({ state: 'detached' });
    expect(await dot(header(ama)).count()).toBe(0);
  });
});

it('a new name is everywhere where the old one was, without a reload', async () => {
  const { page } = ama;
  await tomas.say('who am I');
  await ama.message('who am I').waitFor();
  const rest = await ama.rest();
  const { id } = await (await tomas.rest()).me();
  await rest.createConversation({ type: 'group', name: 'Named', memberIds: [id] });
  await (await tomas.rest()).request('PATCH', '/users/me', { displayName: 'Thomas the Second' });
  await page.getByRole('heading', { name: 'Thomas the Second', level: 2 }).waitFor();
  await ama.row('Thomas the Second').waitFor();
  // What was read out stays in the log of what was read out.
  const former = page.getByText(tomas.name);
  const shown = (all: Element[]) => all.filter((each) => !each.closest('[role=log]')).map((each) => each.outerHTML);
  expect(await former.evaluateAll(shown)).toEqual([]);
  await ama.openRow('Named');
  await page.getByRole('button', { name: 'Members', exact: true }).click();
  await page.getByTestId('member-row').filter({ hasText: 'Thomas the Second' }).waitFor();
  await tomas.page.getByRole('button', { name: 'Account of Thomas the Second' }).waitFor();
});
