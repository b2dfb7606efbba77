/* Records every view of the web app, light and dark, 1280 and 390 pixels wide:
   node apps/e2e/dist/screenshots/main.js DIRECTORY */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ParleyNode } from '@parley/testkit';
import type { Browser, Page } from 'playwright-core';
import { launchBrowser, PASSWORD } from '../journeys/browser.js';
import { SocketTap } from '../journeys/socket-tap.js';
import { buildScene, type Scene } from './scene.js';

const SIZES = [
  { width: 1280, height: 800 },
  { width: 390, height: 844 },
];

interface Stage {
  page: Page;
  tap: SocketTap;
  scene: Scene;
  phone: boolean;
}

function rowOf(page: Page, text: string) {
  return page.getByTestId('message').filter({ hasText: text });
}

/** By the pointer; on a phone by a long press. */
async function openMenu({ page, phone }: Stage, text: string): Promise<void> {
  const row = rowOf(page, text);
  if (phone) await row.locator('.message-text').dispatchEvent('contextmenu', { pointerType: 'touch', button: 0 });
  else {
    await row.hover();
    await row.getByRole('button', { name: 'More actions' }).click();
  }
  await page.getByRole('menu').waitFor();
}

async function choose(stage: Stage, text: string, item: string): Promise<void> {
  await openMenu(stage, text);
  await stage.page.getByRole('menuitem', { name: item }).click();
}

/** On a phone Enter makes a new line. */
async function say({ page }: Stage, text: string): Promise<void> {
  await page.getByTestId('composer').fill(text);
  await page.getByRole('button', { name: 'Send', exact: true }).click();
}

/** Name → how to get there, in an order in which each begins where the one before ended. */
type View = [string, (stage: Stage) => Promise<unknown>];

const VIEWS: View[] = [
  ['sign-in', ({ page }) => page.goto('/signin')],
  [
    'sign-in-refused',
    async ({ page, scene }) => {
      await page.getByLabel('Username').fill(scene.viewer);
      await page.getByLabel('Password', { exact: true }).fill('not the password');
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('alert').waitFor();
    },
  ],
  ['register', ({ page }) => page.goto('/register')],
  [
    'register-refused',
    async ({ page }) => {
      await page.getByLabel('Username').fill('No Spaces!');
      await page.getByLabel('Password', { exact: true }).fill('short');
      await page.getByRole('button', { name: 'Create account' }).click();
    },
  ],
  [
    'list',
    async ({ page, scene }) => {
      await page.goto('/signin');
      await page.getByLabel('Username').fill(scene.viewer);
      await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByTestId('conversation-row').first().waitFor();
    },
  ],
  [
    'new-messages-line',
    async ({ page, scene }) => {
      await scene.stir();
      await page.goto(`/c/${scene.ops}`);
      await page.getByTestId('new-divider').waitFor();
    },
  ],
  [
    'new-message',
    async ({ page }) => {
      await page.goto('/');
      await page.getByRole('button', { name: 'New message' }).first().click();
    },
  ],
  [
    'new-group',
    async ({ page }) => {
      await page.keyboard.press('Escape');
      await page.getByRole('button', { name: 'New group' }).first().click();
      await page.getByLabel('Name', { exact: true }).fill('Release team');
      for (const name of ['Ama', 'Jonas']) {
        await page.getByRole('combobox').fill(name);
        await page.getByRole('option', { name }).click();
      }
      await page.getByRole('combobox').fill('Mi');
      await page.getByRole('option').first().waitFor();
    },
  ],
  [
    'chat',
    async ({ page, scene }) => {
      await page.goto(`/c/${scene.room}`);
      await page.getByTestId('composer').waitFor();
    },
  ],
  [
    'message-actions',
    async ({ page, phone }) => {
      if (!phone) await rowOf(page, 'Morning all').getByTestId('reaction').first().hover();
    },
  ],
  ['message-menu', (stage) => openMenu(stage, 'Nothing acknowledged')],
  ['seen-by', ({ page }) => page.getByRole('menuitem', { name: 'Seen by…' }).click()],
  [
    'reaction-picker',
    async (stage) => {
      await stage.page.keyboard.press('Escape');
      await choose(stage, 'Nothing acknowledged', 'React…');
      await stage.page.getByRole('combobox', { name: 'Search emoji' }).fill('ha');
    },
  ],
  [
    'earlier-versions',
    async (stage) => {
      await stage.page.keyboard.press('Escape');
      await choose(stage, 'Runbook', 'Earlier versions…');
      await stage.page.getByTestId('version').first().waitFor();
    },
  ],
  [
    'delete-message',
    async (stage) => {
      await stage.page.keyboard.press('Escape');
      await choose(stage, 'Nothing acknowledged', 'Delete…');
    },
  ],
  [
    'editing',
    async (stage) => {
      await stage.page.keyboard.press('Escape');
      await choose(stage, 'Nothing acknowledged', 'Edit');
    },
  ],
  [
    'reply-and-mention',
    async (stage) => {
      await stage.page.getByTestId('editor').press('Escape');
      await choose(stage, 'Looks right', 'Reply');
      await stage.page.getByTestId('composer').pressSequentially('Sure, with @');
      await stage.page.getByRole('listbox', { name: 'People to mention' }).waitFor();
    },
  ],
  [
    'chat-left',
    async ({ page }) => {
      // Leaves no draft to the views after it.
      await page.getByTestId('composer').fill('');
      await page.getByRole('button', { name: 'Do not reply' }).click();
    },
  ],
  ['chat-menu', ({ page }) => page.getByRole('button', { name: 'More', exact: true }).click()],
  [
    'members',
    async ({ page, scene }) => {
      await page.goto(`/c/${scene.room}?panel=members`);
      await page.getByTestId('member-row').first().waitFor();
    },
  ],
  [
    'leave',
    async ({ page }) => {
      await page.getByRole('complementary').getByRole('button', { name: 'Leave group' }).click();
    },
  ],
  [
    'typing',
    async ({ page, scene }) => {
      await page.goto(`/c/${scene.room}`);
      await page.getByTestId('composer').waitFor();
      scene.type();
      await page.getByTestId('typing').getByText('is typing').waitFor();
    },
  ],
  ['go-to', ({ page }) => page.goto('/?dialog=go-to')],
  [
    'go-to-person',
    async ({ page }) => {
      await page.getByRole('combobox').fill('am');
      await page.getByRole('option', { name: 'Ama Okafor' }).first().waitFor();
    },
  ],
  [
    'search',
    async ({ page }) => {
      await page.goto('/search?q=drill');
      await page.getByTestId('search-hit').first().waitFor();
    },
  ],
  ['search-nothing', ({ page }) => page.getByRole('searchbox').fill('xyzzy')],
  ['search-hint', ({ page }) => page.getByRole('searchbox').fill('')],
  [
    'search-here',
    async ({ page, scene }) => {
      await page.goto(`/c/${scene.room}?panel=search&q=drill`);
      await page.getByTestId('search-hit').first().waitFor();
    },
  ],
  [
    'not-sent',
    async (stage) => {
      const { page, tap, scene } = stage;
      await page.goto(`/c/${scene.room}`);
      tap.refuseSends('rate_limited', 4_000);
      await say(stage, 'This one waits for its turn.');
      await page.getByText('You are sending very fast').waitFor();
      tap.refuseSends('content_too_long');
      await page.getByText('Not sent.').waitFor();
      tap.refuseSends(null);
    },
  ],
  [
    'offline',
    async (stage) => {
      const { page, tap } = stage;
      await page.getByRole('button', { name: 'Delete', exact: true }).click();
      await tap.cutLine();
      await say(stage, 'Written on the train, sent later.');
      await page.getByTestId('conn-banner').waitFor();
    },
  ],
  [
    'account',
    async ({ page, tap }) => {
      tap.mendLine();
      await page.goto('/');
      await page.getByRole('button', { name: /^Account of/ }).click();
    },
  ],
  ...['profile', 'appearance', 'notifications', 'sessions', 'account'].map(
    (section): View => [
      `settings-${section}`,
      async ({ page }) => {
        await page.goto(`/settings/${section}`);
        await page.getByRole('region', { name: 'Settings' }).waitFor();
      },
    ],
  ),
  ['not-found', ({ page }) => page.goto('/c/01900000-0000-7000-8000-000000000000')],
];

async function record(browser: Browser, node: ParleyNode, scene: Scene, directory: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    for (const viewport of SIZES) {
      const context = await browser.newContext({
        baseURL: node.url,
        viewport,
        colorScheme,
        locale: 'en-GB',
        reducedMotion: 'reduce',
        hasTouch: viewport.width < 720,
        isMobile: viewport.width < 720,
      });
      const page = await context.newPage();
      const stage = { page, tap: await SocketTap.on(page), scene, phone: viewport.width < 720 };
      for (const [index, [name, open]] of VIEWS.entries()) {
        await open(stage);
        await page.waitForTimeout(600);
        const file = `${String(index + 1).padStart(2, '0')}-${name}-${colorScheme}-${viewport.width}.png`;
        await page.screenshot({ path: join(directory, file) });
      }
      await context.close();
      console.log(`${colorScheme}, ${viewport.width} px: ${VIEWS.length} views`);
    }
  }
}

const directory = process.argv[2];
if (!directory) {
  console.error('Usage: node apps/e2e/dist/screenshots/main.js DIRECTORY');
  process.exit(2);
}
mkdirSync(directory, { recursive: true });
const node = await ParleyNode.start({ env: { RATE_LIMITS: 'off' } });
const browser = await launchBrowser();
const scene = await buildScene(node.url);
try {
  await record(browser, node, scene, directory);
} finally {
  await scene.close();
  await browser.close();
  await node.stop();
}
