import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ParleyNode } from '@parley/testkit';
import type { Browser, Page } from 'playwright-core';
import { buildScene, type Scene } from '../screenshots/scene.js';
import { launchBrowser, PASSWORD } from './browser.js';
import { WCAG_TAGS } from './violations.js';

/** The rules whose outcome hangs on the theme: the others see the same page in both. */
const COLOUR_RULES = ['color-contrast', 'link-in-text-block'];

/** Looking at a page takes seconds of processor time, which a busy machine gives slowly. */

let node: ParleyNode;
let browser: Browser;
let scene: Scene;

beforeAll(async () => {
  [node, browser] = await Promise.all([
    ParleyNode.start({ env: { RATE_LIMITS: 'off', ADMIN_USERS: 'tomas.reyes' } }),
    launchBrowser(),
  ]);
  scene = await buildScene(node.url);
});
afterAll(async () => {
  await scene?.close();
  await browser?.close();
  await node?.stop();
});

describe.each([1280, 390])('WCAG 2.2 AA, light and dark, %i px', (width) => {
  let page: Page;

  beforeAll(async () => {
    const context = await browser.newContext({
      baseURL: node.url,
      colorScheme: 'light',
      viewport: { width, height: 800 },
      reducedMotion: 'reduce',
    });
    page = await context.newPage();
  });
  afterAll(async () => {
    await page?.context().close();
  });

  /** What is wrong with what is shown, in either theme. */
  async function faults(): Promise<string[]> {
    const light = await faultsIn('light', new AxeBuilder({ page }).withTags(WCAG_TAGS));
    const dark = await faultsIn('dark', new AxeBuilder({ page }).withRules(COLOUR_RULES));
    await page.emulateMedia({ colorScheme: 'light' });
    return [...light, ...dark];
  }

  async function faultsIn(colorScheme: 'light' | 'dark', axe: AxeBuilder): Promise<string[]> {
    await page.emulateMedia({ colorScheme });
    await page.waitForFunction(
      (scheme) => getComputedStyle(document.documentElement).colorScheme === scheme,
      colorScheme,
    );
    await page.waitForTimeout(200);
    // There are no frames: the older way does without a page of its own for the results.
    const { violations, passes } = await axe.setLegacyMode().analyze();
    expect(passes.map(({ id }) => id)).toContain('color-contrast');
    expect(passes.length).toBeGreaterThan(colorScheme === 'light' ? 10 : 0);
    return violations.flatMap(({ id, nodes }) =>
      nodes.map(({ html }) => `${colorScheme}: ${id}: ${html.slice(0, 200)}`),
    );
  }

  it('the pages for signing in and registering have no violation, with and without errors', async () => {
    await page.goto('/register');
    await page.getByRole('button', { name: 'Create account' }).click();
    expect(await faults()).toEqual([]);
    await page.goto('/reset#none');
    await page.getByRole('alert').waitFor();
    expect(await faults()).toEqual([]);
    await page.goto('/signin');
    expect(await faults()).toEqual([]);
    await page.getByLabel('Username').fill(scene.viewer);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByTestId('conversation-row').first().waitFor();
    expect(await faults()).toEqual([]);
  });

  it('S3.49: neither has the page of documents', async () => {
    await page.goto('/api/docs');
    expect(await faults()).toEqual([]);
  });

  it('neither have the dialogs, the conversation, its menu and its members', async () => {
    await page.goto('/?dialog=new-group');
    await page.getByRole('dialog').waitFor();
    expect(await faults()).toEqual([]);
    await page.goto(`/c/${scene.room}`);
    await page.getByTestId('message').first().waitFor();
    expect(await faults()).toEqual([]);
    await page.getByRole('button', { name: 'More', exact: true }).click();
    expect(await faults()).toEqual([]);
    await page.goto(`/c/${scene.room}?panel=members`);
    await page.getByTestId('member-row').first().waitFor();
    expect(await faults()).toEqual([]);
  });

  it('neither have the palette and the search, with results and without', async () => {
    await page.goto('/?dialog=go-to');
    await page.getByTestId('palette-choice').first().waitFor();
    expect(await faults()).toEqual([]);
    await page.goto('/search?q=drill');
    await page.getByTestId('search-hit').first().waitFor();
    expect(await faults()).toEqual([]);
    await page.getByRole('searchbox').fill('xyzzy');
    await page.getByText('No message matches').waitFor();
    expect(await faults()).toEqual([]);
    await page.goto(`/c/${scene.room}?panel=search&q=drill`);
    await page.getByTestId('search-hit').first().waitFor();
    expect(await faults()).toEqual([]);
  });

  it('neither has the page for operators, with a plot as a table', async () => {
    await page.goto('/operations');
    await page.getByRole('button', { name: 'Show as a table: Sockets' }).click();
    await page.getByRole('table', { name: 'Sockets' }).getByRole('row').nth(1).waitFor();
    expect(await faults()).toEqual([]);
  });

  it('neither has any section of the settings', async () => {
    const sections = ['Profile', 'Appearance', 'Writing', 'Notifications', 'Sessions', 'Blocked people', 'Account'];
    for (const section of sections) {
      await page.goto('/settings/profile');
      await page.getByRole('link', { name: section }).click();
      await page.getByRole('heading', { name: section, level: 3 }).waitFor();
      await page.getByRole('region', { name: 'Settings' }).locator('[aria-busy=true]').waitFor({ state: 'detached' });
      expect([section, await faults()]).toEqual([section, []]);
    }
    await page.getByRole('button', { name: 'Delete my account' }).click();
    await page.getByRole('dialog').waitFor();
    expect(await faults()).toEqual([]);
  });

  it('neither has anything that is done with a message', async () => {
    await page.goto(`/c/${scene.room}`);
    const row = page.getByTestId('message').filter({ hasText: 'Nothing acknowledged' });
    await row.waitFor();
    const choose = async (item: string) => {
      await row.focus();
      await page.keyboard.press('Shift+F10');
      await page.getByRole('menuitem', { name: item }).click();
    };
    await row.focus();
    await page.keyboard.press('Shift+F10');
    await page.getByRole('menu').waitFor();
    expect(await faults()).toEqual([]);
    await page.keyboard.press('Escape');
    await choose('React…');
    await page.getByRole('combobox', { name: 'Search emoji' }).waitFor();
    expect(await faults()).toEqual([]);
    await page.keyboard.press('Escape');
    await choose('Seen by…');
    await page.getByTestId('receipt-person').first().waitFor();
    expect(await faults()).toEqual([]);
    await page.keyboard.press('Escape');
    await choose('Delete…');
    await page.getByRole('dialog').waitFor();
    expect(await faults()).toEqual([]);
    await page.keyboard.press('Escape');
    await choose('Edit');
    await page.getByTestId('editor').pressSequentially(' @');
    await page.getByRole('listbox', { name: 'People to mention' }).waitFor();
    expect(await faults()).toEqual([]);
    await page.keyboard.press('Escape');
    await page.keyboard.press('Escape');
    await choose('Reply');
    await page.getByTestId('reply-bar').waitFor();
    expect(await faults()).toEqual([]);
    await page.getByRole('button', { name: '(edited)' }).first().click();
    await page.getByTestId('version').first().waitFor();
    expect(await faults()).toEqual([]);
  });
});
