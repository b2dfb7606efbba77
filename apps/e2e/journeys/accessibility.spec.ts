import { AxeBuilder } from '@axe-core/playwright';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { ParleyNode } from '../harness/parley-node.js';
import { buildScene, type Scene } from '../screenshots/scene.js';
import { launchBrowser, PASSWORD } from './browser.js';

const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa'];

describe.each([
  { colorScheme: 'light' as const, width: 1280 },
  { colorScheme: 'dark' as const, width: 1280 },
  { colorScheme: 'light' as const, width: 390 },
  { colorScheme: 'dark' as const, width: 390 },
])('WCAG 2.2 AA, $colorScheme, $width px', ({ colorScheme, width }) => {
  let node: ParleyNode;
  let browser: Browser;
  let scene: Scene;
  let page: Page;

  beforeAll(async () => {
    [node, browser] = await Promise.all([ParleyNode.start({ env: { RATE_LIMITS: 'off' } }), launchBrowser()]);
    scene = await buildScene(node.url);
    const context = await browser.newContext({
      baseURL: node.url,
      colorScheme,
      viewport: { width, height: 800 },
      reducedMotion: 'reduce',
    });
    page = await context.newPage();
  });
  afterAll(async () => {
    await browser?.close();
    await node?.stop();
  });

  async function faults(): Promise<string[]> {
    await page.waitForTimeout(300);
    const { violations, passes } = await new AxeBuilder({ page }).withTags(TAGS).analyze();
    expect(passes.length).toBeGreaterThan(10);
    return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 200)}`));
  }

  it('the doors have no violation, with and without errors', async () => {
    await page.goto('/register');
    await page.getByRole('button', { name: 'Create account' }).click();
    expect(await faults()).toEqual([]);
    await page.goto('/signin');
    expect(await faults()).toEqual([]);
    await page.getByLabel('Username').fill(scene.viewer);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByTestId('conversation-row').first().waitFor();
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
