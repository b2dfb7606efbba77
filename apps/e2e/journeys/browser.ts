import { spawnSync } from 'node:child_process';
import { RestClient } from '@parley/testkit';
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { SocketTap } from './socket-tap.js';

/** Of everybody in these tests. */
export const PASSWORD = 'correct horse battery';
/** What a page may take to show something, where many tests share a slow machine. */
const MOST_MS = 60_000;
const NAMES = ['chromium', 'chromium-browser', 'google-chrome'];

/** The driver's setting for Chromium's pointers: one that hovers and is fine. */
const HOVERS = '--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4';
/** A touch screen and nothing else, as touch laptops and remote desktops often report. */
const TOUCHES =
  '--blink-settings=primaryHoverType=1,availableHoverTypes=1,primaryPointerType=2,availablePointerTypes=2';

/** The driver's setting that turns the back/forward cache off. */
const FORGETS_PAGES = '--disable-back-forward-cache';

/** A device of its own making, and nobody who would have to be asked. */
export const FAKE_MICROPHONE = ['--use-fake-device-for-media-stream', '--use-fake-ui-for-media-stream'];

/**
 * A browser for one spec file: Chromium's headless shell where `PARLEY_TEST_HEADLESS_SHELL` names it, which draws the same
 * pages with half the processor time, else Chromium; `keepsPages`: Chromium, with its back/forward cache; `hasMicrophone`: one
 * that beeps, and may be used without asking.
 */
export function launchBrowser({
  reportsHover = true,
  keepsPages = false,
  hasMicrophone = false,
} = {}): Promise<Browser> {
  // Chromium's own sandbox does not start for root, as whom CI runs.
  const args = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const ignoreDefaultArgs = [...(reportsHover ? [] : [HOVERS]), ...(keepsPages ? [FORGETS_PAGES] : [])];
  if (!reportsHover) args.push(TOUCHES);
  if (hasMicrophone) args.push(...FAKE_MICROPHONE);
  return chromium.launch({
    executablePath: (keepsPages ? undefined : process.env.PARLEY_TEST_HEADLESS_SHELL) ?? chromiumPath(),
    args,
    ignoreDefaultArgs,
  });
}

/** Where Chromium is: as `CHROMIUM_PATH` names it, else by looking on the path. */
export function chromiumPath(): string {
  if (process.env.CHROMIUM_PATH) return process.env.CHROMIUM_PATH;
  for (const name of NAMES) {
    const found = spawnSync('which', [name], { encoding: 'utf8' });
    if (found.status === 0) return found.stdout.trim();
  }
  throw new Error('No Chromium found: install it, or name it in CHROMIUM_PATH.');
}

/** Who can be searched for. */
interface Person {
  name: string;
  username: string;
}

/** A user without a browser, who is looked for or acts over REST. */
export interface Bystander extends Person {
  rest: RestClient;
}

/** A user at a browser of their own, signed in. */
export class Participant {
  /** Errors that the page threw or wrote to its console, apart from refused requests. */
  readonly faults: string[] = [];

  private constructor(
    readonly name: string,
    readonly username: string,
    readonly page: Page,
    readonly tap: SocketTap,
    /** The path that the app is below; '' at the root. */
    private readonly below: string,
  ) {}

  get context(): BrowserContext {
    return this.page.context();
  }

  /** Registers through the page, as a person would. */
  static async register(browser: Browser, url: string, name: string): Promise<Participant> {
    const person = await Participant.at(browser, url, name);
    await person.enter();
    return person;
  }

  /** Registers, at an empty page. */
  async enter(): Promise<void> {
    const { page, name, username } = this;
    await page.goto(`${this.below}/register`);
    await page.getByLabel('Your name').fill(name);
    await page.getByLabel('Username').fill(username);
    await page.getByLabel('Password', { exact: true }).fill(PASSWORD);
    await page.getByRole('button', { name: 'Create account' }).click();
    await page.getByRole('button', { name: `Account of ${name}` }).waitFor();
  }

  /** Is registered already and comes with the cookie of a session, which is all that a reload would have. */
  static async join(
    browser: Browser,
    url: string,
    name: string,
    options: BrowserContextOptions = {},
  ): Promise<Participant> {
    const person = await Participant.at(browser, url, name, options);
    const { page, context, username } = person;
    const data = { username, displayName: name, password: PASSWORD };
    const answer = await context.request.post(`${person.below}/api/auth/register`, { data });
    if (!answer.ok()) throw new Error(`register: ${answer.status()} ${await answer.text()}`);
    await page.goto(`${person.below}/`);
    await page.getByRole('button', { name: `Account of ${name}` }).waitFor();
    return person;
  }

  /** At an empty page, not signed in yet. */
  static async at(
    browser: Browser,
    url: string,
    name: string,
    options: BrowserContextOptions = {},
  ): Promise<Participant> {
    const context = await browser.newContext({
      baseURL: url,
      viewport: { width: 1280, height: 800 },
      reducedMotion: 'reduce',
      locale: 'en-GB',
      // What a worker fetches, a test could not answer.
      serviceWorkers: 'block',
      ...options,
    });
    context.setDefaultTimeout(MOST_MS);
    const page = await context.newPage();
    const below = new URL(url).pathname.replace(/\/$/, '');
    const person = new Participant(name, usernameOf(name), page, await SocketTap.on(page), below);
    page.on('pageerror', (error) => person.faults.push(String(error)));
    page.on('console', (message) => {
      // The browser itself writes down each answer above 399; those are looked at where they matter.
      if (message.type() === 'error' && !message.text().includes('Failed to load resource')) {
        person.faults.push(message.text());
      }
    });
    return person;
  }

  /** Opens the direct conversation with another user by keyboard, from anywhere in the app. */
  async openDirect(other: Person): Promise<void> {
    await this.page.getByRole('button', { name: 'New message' }).first().click();
    await this.page.getByRole('combobox').fill(other.username);
    await this.page.getByRole('option', { name: other.name }).waitFor();
    await this.page.keyboard.press('Enter');
    await this.shown(other.name);
  }

  async openGroup(name: string, others: readonly Person[]): Promise<void> {
    await this.page.getByRole('button', { name: 'New group' }).first().click();
    await this.page.getByLabel('Name', { exact: true }).fill(name);
    for (const other of others) {
      await this.page.getByRole('combobox').fill(other.username);
      await this.page.getByRole('option', { name: other.name }).click();
    }
    await this.page.getByRole('button', { name: 'Create group' }).click();
    await this.shown(name);
  }

  async openRow(title: string): Promise<void> {
    await this.row(title).click();
    await this.shown(title);
  }

  private async shown(title: string): Promise<void> {
    await this.page.getByRole('heading', { name: title, level: 2 }).waitFor();
    await this.composer.waitFor();
  }

  async say(text: string): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press('Enter');
  }

  row(title: string) {
    return this.page.getByTestId('conversation-row').filter({ hasText: title });
  }

  message(text: string) {
    const body = this.page.locator('.message-text', { hasText: text });
    return this.page.getByTestId('message').filter({ has: body });
  }

  get composer() {
    return this.page.getByTestId('composer');
  }

  get conversationId(): string {
    return /\/c\/([^/]+)/.exec(this.page.url())?.[1] ?? '';
  }

  /** Pixels between the newest row and the end of the view. */
  gap(): Promise<number> {
    return this.page.getByRole('feed').evaluate((list) => list.scrollHeight - list.scrollTop - list.clientHeight);
  }

  /** Acts as if the tab were hidden behind another one, or shown again. */
  async look(away: boolean): Promise<void> {
    await this.page.evaluate((hidden) => {
      Object.defineProperty(document, 'visibilityState', { configurable: true, value: hidden ? 'hidden' : 'visible' });
      document.hasFocus = () => !hidden;
      document.dispatchEvent(new Event('visibilitychange'));
    }, away);
  }

  /** The same person over REST, signed in once more. */
  async rest(): Promise<RestClient> {
    return new RestClient(this.baseUrl, (await signIn(this.baseUrl, this.username)).accessToken);
  }

  private get baseUrl(): string {
    return new URL(this.page.url()).origin + this.below;
  }
}

export async function registerBystander(url: string, name: string): Promise<Bystander> {
  const username = usernameOf(name);
  const { accessToken } = await registerByRest(url, username, name);
  return { name, username, rest: new RestClient(url, accessToken) };
}

function usernameOf(name: string): string {
  return name.toLowerCase().replace(/[^a-z]+/g, '.');
}

/** A new user without a browser. */
export async function registerByRest(url: string, username: string, displayName: string) {
  return post(url, 'register', { username, displayName, password: PASSWORD });
}

/** One more session of a user. */
export function signIn(url: string, username: string) {
  return post(url, 'login', { username, password: PASSWORD });
}

async function post(url: string, what: string, body: object) {
  const answer = await fetch(`${url}/api/auth/${what}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${what}: ${answer.status} ${await answer.text()}`);
  return (await answer.json()) as { accessToken: string; user: { id: string } };
}
