import { readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, ParleyNode } from '@parley/testkit';
import type { Browser, Locator, Page } from 'playwright-core';
import { launchBrowser, PASSWORD, Participant, registerBystander, signIn } from './browser.js';
import { soon } from './soon.js';
import { violationsIn } from './violations.js';

const NEW_PASSWORD = 'another correct horse';
const SECTIONS = ['Profile', 'Appearance', 'Writing', 'Notifications', 'Sessions', 'Blocked people', 'Account'];

describe('The settings', () => {
  let node: ParleyNode;
  let browser: Browser;
  let ama: Participant;
  let page: Page;

  beforeAll(async () => {
    [node, browser] = await Promise.all([ParleyNode.start(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await node?.stop();
  });
  let round = 0;
  /** What the console may say in a test beside. */
  let mayBe: string[] = [];
  beforeEach(async () => {
    ama = await Participant.join(browser, node.url, `Ama Okafor ${String.fromCharCode(97 + round++)}`);
    page = ama.page;
  });
  afterEach(async () => {
    expect(ama.faults.filter((fault) => !mayBe.includes(fault))).toEqual([]);
    mayBe = [];
    await ama.context.close();
  });

  const titled = (title: string) => page.getByRole('heading', { name: title, level: 3, exact: true }).waitFor();
  const open = async (section: string) => {
    await page.goto(`/settings/${section}`);
    await page.getByRole('region', { name: 'Settings' }).waitFor();
  };
  /** Whether the one that has the focus is among these. */
  const focusIn = (among: Locator) => among.evaluateAll((all) => all.includes(document.activeElement as HTMLElement));
  /** What is begun or waits to be sent on this device. */
  const keptHere = () =>
    page.evaluate(async () => [
      ...Object.values(localStorage).filter((value) => value.includes('a secret')),
      ...(await indexedDB.databases()).flatMap(({ name }) => (name?.startsWith('parley-') ? [name] : [])),
    ]);
  const isMarked = (name: string, value: string) =>
    page.evaluate(([key, wanted]) => document.documentElement.dataset[key as string] === wanted, [name, value]);

  it('P7: are reached by keyboard alone, each section by an address of its own, and fit a narrow phone', async () => {
    await page.getByRole('button', { name: `Account of ${ama.name}` }).press('Enter');
    await page.getByRole('menuitem', { name: 'Settings' }).press('Enter');
    await titled('Profile');
    for (const title of SECTIONS.slice(1)) {
      await page.getByRole('link', { name: title }).press('Enter');
      await titled(title);
      await soon(() => page.getByRole('link', { name: title }).getAttribute('aria-current'), 'page');
    }
    expect(new URL(page.url()).pathname).toBe('/settings/account');
    await soon(() => page.title(), 'Account · Settings · Parley');
    await page.setViewportSize({ width: 320, height: 640 });
    await page.reload();
    await titled('Account');
    for (const title of SECTIONS) {
      await page.getByRole('link', { name: title }).click();
      await titled(title);
      const overhang = await page.evaluate(() => {
        const view = document.querySelector('section[aria-label="Settings"]');
        return view ? view.scrollWidth - view.clientWidth : null;
      });
      expect([title, overhang]).toEqual([title, 0]);
    }
    await page.goBack();
    await titled('Blocked people');
    await page.getByRole('button', { name: 'Back to conversations' }).click();
    await page.getByRole('heading', { name: 'Parley' }).waitFor();
    await page.goto('/settings/none');
    await page.getByText('There is nothing here').waitFor();
  });

  it('P7: a new name is seen by others at once', async () => {
    const bo = await Participant.join(browser, node.url, `Bo Adeyemi ${String.fromCharCode(97 + round)}`);
    await bo.openDirect(ama);
    await bo.say('hello');
    await open('profile');
    const name = page.getByLabel('Name', { exact: true });
    const save = page.getByRole('button', { name: 'Save the name' });
    await name.fill('   ');
    await soon(() => save.isDisabled(), true);
    await name.fill('Ama the Second');
    await name.press('Enter');
    await page.getByRole('button', { name: 'Account of Ama the Second' }).waitFor();
    await page.getByRole('status').getByText('Your name was changed.').waitFor({ state: 'attached' });
    await soon(() => name.evaluate((input) => input === document.activeElement), true);
    await name.fill('Ama the Third');
    await save.press('Enter');
    await page.getByRole('button', { name: 'Account of Ama the Third' }).waitFor();
    // Its button can be pressed no more.
    await soon(() => name.evaluate((input) => input === document.activeElement), true);
    await name.fill('Ama the Second');
    await name.press('Enter');
    await bo.row('Ama the Second').waitFor();
    await bo.context.close();
  });

  it('T1, S9: theme, density and Enter key hold in all tabs, and after a reload', async () => {
    const second = await ama.context.newPage();
    await second.goto('/');
    await second.getByRole('button', { name: `Account of ${ama.name}` }).waitFor();
    await open('appearance');
    await page.getByRole('radio', { name: 'Dark' }).check();
    await page.getByRole('radio', { name: 'Compact' }).check();
    await page.getByRole('link', { name: 'Writing' }).click();
    await page.getByRole('radio', { name: 'Makes a new line' }).check();
    for (const tab of [page, second]) {
      await tab.waitForFunction(() => {
        const { theme, density } = document.documentElement.dataset;
        return theme === 'dark' && density === 'compact';
      });
    }
    await page.reload();
    await titled('Writing');
    await soon(() => page.getByRole('radio', { name: 'Makes a new line' }).isChecked(), true);
    await soon(() => isMarked('density', 'compact'), true);
  });

  it('P7: sessions are listed with their devices, and ended one by one', async () => {
    const { accessToken } = await signIn(node.url, ama.username);
    await signIn(node.url, ama.username);
    await open('sessions');
    const rows = page.getByTestId('session');
    await rows.nth(2).waitFor();
    expect(await rows.filter({ hasText: 'This one' }).count()).toBe(1);
    // The focus goes on to the next one, and stays in the list after the last.
    await page
      .getByRole('button', { name: /^End the session of/ })
      .first()
      .press('Enter');
    await rows.nth(2).waitFor({ state: 'detached' });
    await soon(() => focusIn(rows.getByRole('button')), true);
    await page.keyboard.press('Enter');
    await rows.nth(1).waitFor({ state: 'detached' });
    await soon(() => focusIn(page.getByRole('list', { name: 'Sessions' })), true);
    const headers = { authorization: `Bearer ${accessToken}` };
    expect((await fetch(`${node.url}/api/users/me`, { headers })).status).toBe(401);
    await page.getByRole('button', { name: `Account of ${ama.name}` }).waitFor();
  });

  it('P7: blocked people are listed, and unblocked by keyboard', async () => {
    const mine = await ama.rest();
    const suffix = String.fromCharCode(97 + round);
    for (const name of [`Bo Block ${suffix}`, `Di Block ${suffix}`]) {
      const { rest } = await registerBystander(node.url, name);
      await mine.request('PUT', `/users/${(await rest.me()).id}/block`);
    }
    await open('blocked');
    const unblock = page.getByRole('button', { name: /^Unblock/ });
    await unblock.first().press('Enter');
    await unblock.nth(1).waitFor({ state: 'detached' });
    await soon(() => focusIn(unblock), true);
    await page.keyboard.press('Enter');
    await soon(() => focusIn(page.getByText('You block nobody.')), true);
  });

  it('P2, P7: my own presence is the same in the account menu, in the settings and in other tabs', async () => {
    await open('profile');
    const second = await ama.context.newPage();
    await second.goto('/');
    const buttons = [page, second].map((tab) => tab.getByRole('button', { name: `Account of ${ama.name}` }));
    const words = page.getByTestId('own-presence');
    await words.getByText('Now: Online').waitFor();
    for (const button of buttons) await button.locator('[data-presence=online]').waitFor();
    await page.getByRole('radio', { name: 'Appear offline' }).check();
    await words.getByText('Now: Appearing offline').waitFor();
    for (const button of buttons) await button.getByText('Appearing offline').waitFor();
    await buttons[0]?.click();
    await page.getByRole('menuitemradio', { name: 'Appear offline', checked: true }).waitFor();
    await page.getByRole('menuitemradio', { name: 'Shown to others' }).click();
    await words.getByText('Now: Online').waitFor();
    await soon(() => page.getByRole('radio', { name: 'Shown to others' }).isChecked(), true);
    for (const button of buttons) await button.locator('[data-presence=online]').waitFor();
  });

  it('F3: a section of the settings is reached from the palette, by what is in it, too', async () => {
    for (const [typed, title] of [
      ['blocked', 'Blocked people'],
      ['password', 'Account'],
    ] as const) {
      await page.keyboard.press('Control+k');
      await page.keyboard.type(typed);
      await page.getByRole('group', { name: 'Settings' }).getByRole('option', { name: title }).waitFor();
      await page.keyboard.press('Enter');
      await titled(title);
    }
    await page.goBack();
    await titled('Blocked people');
  });

  it('P7: a new password ends every other session, and this one goes on without a break', async () => {
    const { accessToken } = await signIn(node.url, ama.username);
    await open('account');
    const [present, next] = [page.getByLabel('Current password'), page.getByLabel('New password')];
    await present.fill('a wrong password');
    await next.fill(NEW_PASSWORD);
    await next.press('Enter');
    await page.getByText('This is not your password.').waitFor();
    await soon(() => focusIn(present), true);
    await present.fill(PASSWORD);
    await next.press('Enter');
    await page.getByText('Your password was changed.').waitFor();
    await soon(() => present.inputValue(), '');
    const headers = { authorization: `Bearer ${accessToken}` };
    await eventually('the other one has ended', async () => {
      return (await fetch(`${node.url}/api/users/me`, { headers })).status === 401;
    });
    const bo = await registerBystander(node.url, `Bo Later ${String.fromCharCode(97 + round)}`);
    await ama.openDirect(bo);
    await ama.say('still here');
    await ama.message('still here').waitFor();
    await page.reload();
    await page.getByRole('button', { name: `Account of ${ama.name}` }).waitFor();
  });

  it('P7: drafts go with the account: signing out asks, removes them in all tabs, and nobody else sees them', async () => {
    const bo = await registerBystander(node.url, `Bo Drafts ${String.fromCharCode(97 + round)}`);
    await ama.openDirect(bo);
    await ama.composer.fill('a secret');
    const second = await ama.context.newPage();
    await second.goto('/');
    await second.getByText('Draft: a secret').waitFor();
    const leave = async () => {
      await page.getByRole('button', { name: `Account of ${ama.name}` }).press('Enter');
      await page.getByRole('menuitem', { name: 'Sign out' }).press('Enter');
    };
    const asked = page.getByRole('dialog', { name: 'Sign out?' });
    await leave();
    await asked.getByText('A draft is kept on this device').waitFor();
    expect(await violationsIn(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await asked.waitFor({ state: 'detached' });
    expect(await ama.composer.inputValue()).toBe('a secret');
    await leave();
    await asked.getByRole('button', { name: 'Sign out' }).press('Enter');
    for (const tab of [page, second]) await tab.getByRole('heading', { name: 'Sign in' }).waitFor();
    expect(await page.evaluate(() => Object.values(localStorage).filter((value) => value.includes('secret')))).toEqual(
      [],
    );
    await page.getByLabel('Username').fill(ama.username);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await ama.composer.waitFor();
    expect(await ama.composer.inputValue()).toBe('');
    // Without drafts nothing is asked.
    await leave();
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  });

  it('P7: one takes all of one’s data along, and deletes the account with its password, by keyboard', async () => {
    const bo = await registerBystander(node.url, `Bo Kept ${String.fromCharCode(97 + round)}`);
    await ama.openDirect(bo);
    await ama.composer.fill('a secret that was begun');
    await open('account');
    const [saved] = await Promise.all([
      page.waitForEvent('download'),
      page.getByRole('button', { name: 'Export my data' }).press('Enter'),
    ]);
    expect(saved.suggestedFilename()).toMatch(/^parley-account-[\d-]+\.jsonl$/);
    await eventually('it can be downloaded again', () =>
      page.getByRole('button', { name: 'Export my data' }).isEnabled(),
    );
    const lines = (await readFile(await saved.path(), 'utf8')).trimEnd().split('\n');
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ type: 'end', lines: lines.length - 1 });
    // The server closes the socket, on which the page may still say what it watches no more.
    mayBe = ['WebSocket is already in CLOSING or CLOSED state.'];
    await page.getByRole('button', { name: 'Delete my account' }).press('Enter');
    const asked = page.getByRole('dialog', { name: 'Delete your account?' });
    const password = asked.getByLabel('Current password', { exact: true });
    const isFocused = () => password.evaluate((input) => input === document.activeElement);
    await eventually('the field has the focus', isFocused);
    await page.keyboard.type('a wrong password');
    await page.keyboard.press('Enter');
    await asked.getByText('This is not your password.').waitFor();
    await eventually('the field has the focus', isFocused);
    await password.fill(PASSWORD);
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await soon(keptHere, []);
    await page.getByLabel('Username').fill(ama.username);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('alert').getByText('The username or the password is wrong.').waitFor();
  });
});
