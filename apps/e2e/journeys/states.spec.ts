import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Route } from 'playwright-core';
import { type Bystander, Participant, registerBystander } from './browser.js';
import { serve } from './served.js';
import { soon } from './soon.js';
import { violationsIn } from './violations.js';

const FAULT = { code: 'internal', message: '', retryable: true, requestId: 'abc-123' };
const fail = (route: Route) => route.fulfill({ status: 500, json: { error: FAULT } });

/** Whether what has the focus has it in itself, and is not the whole page. */
const isInFocus = (element: Element) =>
  document.activeElement !== document.body && document.activeElement?.contains(element) === true;

describe('Views that have nothing to show', () => {
  const served = serve();
  let ama: Participant;
  let tomas: Bystander;
  let round = 0;

  beforeEach(async () => {
    const suffix = String.fromCharCode(97 + round++);
    ama = await Participant.join(served.browser, served.node.url, `Ama Okafor ${suffix}`);
    tomas = await registerBystander(served.node.url, `Tomas Reyes ${suffix}`);
  });
  afterEach(async () => {
    expect(ama.faults).toEqual([]);
    await ama.context.close();
  });

  const button = (name: string) => ama.page.getByRole('button', { name });

  it('X2: without conversations say so, and begin one', async () => {
    const { page } = ama;
    await page.getByText('No conversations yet').waitFor();
    await page.getByRole('main').getByRole('heading', { name: 'Say hello to somebody' }).waitFor();
    expect(await violationsIn(page)).toEqual([]);
    await page.getByRole('main').getByRole('button', { name: 'New message' }).press('Enter');
    const picker = page.getByRole('combobox');
    await page.getByText('Type the first letters of a name or username.').waitFor();
    await picker.fill('nobody of this name');
    await page.getByText('Nobody else here is called “nobody of this name”.').waitFor();
    await picker.fill(tomas.username);
    await page.getByRole('option', { name: tomas.name }).waitFor();
    await page.keyboard.press('Enter');
    await ama.composer.waitFor();
    // A conversation without messages shows where it begins, and takes the first one.
    await page.getByTestId('history-start').waitFor();
    await ama.say('the first one');
    await ama.message('the first one').waitFor();
  });

  it('X2: a search that finds nothing leads to another one', async () => {
    const { page } = ama;
    await page.goto('/search');
    await page.getByRole('heading', { name: 'Search messages' }).waitFor();
    await page.getByRole('searchbox').fill('sesquipedalian');
    await page.getByText('No message matches').waitFor();
    expect(await violationsIn(page)).toEqual([]);
    await button('Search for something else').press('Enter');
    await page.keyboard.type('other words');
    await soon(() => page.getByRole('searchbox').inputValue(), 'other words');
  });

  it('X1, X3: a section of the settings shows where its contents will be, then why they could not be had, and tries again', async () => {
    const { page } = ama;
    for (const [section, address, shown] of [
      ['sessions', '**/api/auth/sessions', 'This one'],
      ['blocked', '**/api/users/me/blocks', 'You block nobody.'],
    ] as const) {
      let answer: () => void = () => undefined;
      const answered = new Promise<void>((resolve) => (answer = resolve));
      await page.route(address, async (route) => {
        await answered;
        await fail(route);
      });
      await page.goto(`/settings/${section}`);
      const settings = page.getByRole('region', { name: 'Settings' });
      await settings.locator('[aria-busy=true]').waitFor();
      answer();
      // The id under which the server's log has it.
      await settings.getByRole('alert').getByText('(error id abc-123)').waitFor();
      expect(await violationsIn(page)).toEqual([]);
      await page.unroute(address);
      await settings.getByRole('button', { name: 'Try again' }).press('Enter');
      await settings.getByText(shown).waitFor();
      // The button is gone; the focus stays with what it was for.
      expect(await settings.getByText(shown).evaluate(isInFocus)).toBe(true);
    }
  });

  it('X1, X3: a part of the app that does not come is said to be missing, and fetched again when that is asked for', async () => {
    const { page } = ama;
    const part = /\/assets\/settings-page-.*\.js/;
    await page.route(part, (route) => route.abort());
    // Parts are fetched ahead, too.
    await page.reload();
    await button(`Account of ${ama.name}`).waitFor();
    await page.route(`${served.node.url}/`, (route) => route.abort());
    await page.evaluate(() => {
      history.pushState(null, '', '/settings/profile');
    });
    const main = page.getByRole('main');
    await main.getByRole('alert').getByText('This part could not be loaded').waitFor();
    expect(await violationsIn(page)).toEqual([]);
    await page.unrouteAll();
    await main.getByRole('button', { name: 'Try again' }).press('Enter');
    await page.getByRole('heading', { name: 'Profile', level: 3 }).waitFor();
    await button('Back to conversations').click();
  });

  it('X3: an address of nothing leads back, beside a list that works', async () => {
    const { page } = ama;
    await ama.openDirect(tomas);
    await page.goto('/nothing/of/this/name');
    await page.getByText('There is nothing here').waitFor();
    expect(await violationsIn(page)).toEqual([]);
    await ama.openRow(tomas.name);
  });
});
