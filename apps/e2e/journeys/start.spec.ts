import { afterEach, describe, expect, it } from '@jest/globals';
import type { BrowserContext, Page, Route } from 'playwright-core';
import { PASSWORD, Participant } from './browser.js';
import { serve } from './served.js';

const REFRESH = '**/api/auth/refresh';
const html = (status: number) => (route: Route) =>
  route.fulfill({ status, contentType: 'text/html', body: '<h1>Not Parley</h1>' });

describe('Before there is a connection', () => {
  const served = serve();
  const contexts: BrowserContext[] = [];

  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
  });

  let round = 0;
  const join = async () => {
    const ama = await Participant.join(
      served.browser,
      served.node.url,
      `Ama Okafor ${String.fromCharCode(97 + round++)}`,
    );
    contexts.push(ama.context);
    return ama;
  };
  const visit = async (path: string): Promise<{ page: Page; told: string[] }> => {
    const context = await served.browser.newContext({ baseURL: served.node.url, locale: 'en-GB' });
    contexts.push(context);
    const page = await context.newPage();
    const told: string[] = [];
    page.on('console', (message) => told.push(message.text()));
    page.on('pageerror', (error) => told.push(String(error)));
    if (path) await page.goto(path);
    return { page, told };
  };
  const account = ({ page, name }: Participant) => page.getByRole('button', { name: `Account of ${name}` });

  it('a first visit writes nothing to the console', async () => {
    const { page, told } = await visit('/');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await page.waitForLoadState('networkidle');
    expect(told).toEqual([]);
  });

  it('who is not signed in comes back to the page that they asked for, and to what it searches for', async () => {
    const { username } = await join();
    const { page } = await visit('/search?q=a+%26+50%2525');
    await page.getByLabel('Username').fill(username);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('searchbox').waitFor();
    expect(await page.getByRole('searchbox').inputValue()).toBe('a & 50%25');
  });

  it.each([404, 403, 408, 400, 421, 401, 200])(
    'a page of somebody else with %d in place of a refresh signs nobody out, and is asked again',
    async (status) => {
      const ama = await join();
      await ama.page.route(REFRESH, html(status), { times: 1 });
      await ama.page.reload();
      await ama.page.getByRole('heading', { name: 'The server cannot be reached' }).waitFor();
      await account(ama).waitFor();
      expect(ama.faults).toEqual([]);
    },
  );

  it('a refresh that a proxy answers while the page is open ends nothing', async () => {
    const ama = await join();
    await ama.page.route(REFRESH, html(404));
    const asked = ama.page.waitForResponse(REFRESH, { timeout: 50_000 });
    await ama.tap.cutLine();
    await asked;
    ama.tap.mendLine();
    await ama.page.getByTestId('conn-banner').waitFor({ state: 'detached', timeout: 50_000 });
    await account(ama).waitFor();
  });

  it('X4: a page that is loaded without a network goes on by itself', async () => {
    const ama = await join();
    await ama.page.route(REFRESH, (route) => route.abort());
    await ama.page.reload();
    const title = ama.page.getByRole('heading', { name: 'The server cannot be reached' });
    await title.waitFor();
    await ama.page.unroute(REFRESH);
    await account(ama).waitFor();
  });

  it.each(['online', 'visibilitychange'])('such a page tries at once on %s', async (signal) => {
    const ama = await join();
    // Time stands still, so that nothing is requested again by itself.
    await ama.page.clock.install();
    await ama.page.route(REFRESH, (route) => route.abort());
    await ama.page.reload();
    await ama.page.getByRole('heading', { name: 'The server cannot be reached' }).waitFor();
    await ama.page.clock.pauseAt(Date.now() + 3_600_000);
    await ama.page.unroute(REFRESH);
    const answer = ama.page.waitForResponse(REFRESH);
    await ama.page.evaluate((name) => {
      (name === 'online' ? window : document).dispatchEvent(new Event(name));
    }, signal);
    expect((await answer).status()).toBe(200);
  });

  it('a registration whose answer was lost is not "taken" when it is tried again', async () => {
    const { page } = await visit('/register');
    await page.route('**/api/auth/register', (route) => route.fetch().then(() => route.abort()), { times: 1 });
    await page.getByLabel('Username').fill('bo.lost');
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    const create = page.getByRole('button', { name: 'Create account' });
    await create.click();
    await page.getByRole('alert').getByText('The server cannot be reached').waitFor();
    await create.click();
    await page.getByRole('button', { name: 'Account of bo.lost' }).waitFor();
  });

  it('files of the app that cannot be had are fetched again by itself', async () => {
    const { page } = await visit('');
    await page.route(/\/assets\/index-.*\.js/, (route) => route.fulfill({ status: 404, body: 'gone' }), { times: 1 });
    await page.goto('/');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });

  it('a part that a newer version has replaced loads the page anew, once', async () => {
    const ama = await join();
    const bo = await join();
    await ama.openDirect(bo);
    await ama.say('Hello');
    let loads = 0;
    ama.page.on('framenavigated', () => {
      loads += 1;
    });
    const part = /\/assets\/reaction-picker-.*\.js/;
    await ama.page.route(part, (route) => route.fulfill({ status: 404, body: 'gone' }));
    await ama.page.reload();
    const react = async () => {
      await ama.message('Hello').hover();
      await ama.page.getByRole('button', { name: 'React', exact: true }).click();
    };
    const loaded = ama.page.waitForEvent('framenavigated');
    await react();
    await loaded;
    await ama.message('Hello').waitFor();
    await react();
    await ama.page.getByText('This page could not be shown').waitFor();
    expect(loads).toBe(2);
  });

  it('a fault of the program is not shown as a lost connection', async () => {
    const { page } = await visit('');
    await page.addInitScript(() => Reflect.deleteProperty(window, 'AbortController'));
    await page.goto('/');
    await page.getByText('This page could not be shown').waitFor();
    expect(await page.getByText('cannot be reached').count()).toBe(0);
  });

  it('a browser that is too old gets a page that says so', async () => {
    const { page } = await visit('');
    await page.addInitScript(() => Reflect.deleteProperty(Array.prototype, 'toSorted'));
    await page.goto('/');
    await page.getByRole('heading', { name: 'This browser is too old for Parley' }).waitFor();
  });

  it('what a password manager types signs in and registers: name, Tab, password, Enter', async () => {
    for (const path of ['/register', '/signin']) {
      const { page } = await visit(path);
      await page.locator('input[name=username]:focus').waitFor();
      await page.keyboard.type('typed.in');
      await page.keyboard.press('Tab');
      await page.keyboard.type(PASSWORD);
      await page.keyboard.press('Enter');
      await page.getByRole('button', { name: 'Account of typed.in' }).waitFor();
    }
  });

  it('Tab goes from the username to the password, and only then to Show', async () => {
    for (const path of ['/register', '/signin']) {
      const { page } = await visit(path);
      await page.getByLabel('Username').focus();
      const stops = [];
      for (let count = 0; count < 2; count += 1) {
        await page.keyboard.press('Tab');
        stops.push(
          await page.evaluate(() => document.activeElement?.getAttribute('name') ?? document.activeElement?.ariaLabel),
        );
      }
      expect(stops).toEqual(['password', 'Show password']);
    }
  });
});
