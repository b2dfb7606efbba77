import { bareEnvironment, Child, freePort, freshDirectory } from '@parley/testkit';
import puppeteer, { type ElementHandle } from 'puppeteer-core';
import { chromiumPath, FAKE_MICROPHONE } from './browser.js';

/** A page in whichever browser, by the little that a journey through all of them needs. */
export interface EnginePage {
  goto: (url: string) => Promise<void>;
  /** What a function answers there; it knows nothing of here but its arguments. */
  evaluate: <A extends unknown[], T>(work: (...args: A) => T, ...args: A) => Promise<T>;
  click: (at: Point) => Promise<void>;
  /** Into what has the focus; a line break is Enter. */
  type: (text: string) => Promise<void>;
  /** Gives a file to a field for files, as the browser's dialog would. */
  choose: (selector: string, path: string) => Promise<void>;
  /** One turn of the wheel. Pixels, negative: upwards. */
  wheel: (at: Point, deltaY: number) => Promise<void>;
  close: () => Promise<void>;
}

interface Point {
  x: number;
  y: number;
}

/** A microphone that beeps, and may be used without asking. */
const FIREFOX_MICROPHONE = { 'media.navigator.streams.fake': true, 'media.navigator.permission.disabled': true };
/** Where there is no device for sound it plays only what is silent. */
const FIREFOX_SILENCE = { 'media.default_volume': '0.0' };
/** As Firefox's. It records where Debian's `gstreamer1.0-plugins-bad` is installed. */
const WEBKIT_MICROPHONE = ['--enable-media-stream=true', '--enable-mock-capture-devices=true'];
const SIZE = { width: 1280, height: 800 };
const READY_MS = 15_000;

/** The browsers of this machine, by name: `npm test` prints which are missing. */
export function engines(): [name: string, open: () => Promise<EnginePage>][] {
  const { PARLEY_TEST_FIREFOX: firefox, PARLEY_TEST_WEBKIT: webkit } = process.env;
  const all: [string, () => Promise<EnginePage>][] = [['Chromium', () => openByPuppeteer('chrome', chromiumPath())]];
  if (firefox) all.push(['Firefox', () => openByPuppeteer('firefox', firefox)]);
  if (webkit) all.push(['WebKit', () => openByWebDriver(webkit)]);
  return all;
}

async function openByPuppeteer(browser: 'chrome' | 'firefox', executablePath: string): Promise<EnginePage> {
  // Chromium's own sandbox does not start for root, as whom CI runs.
  const asRoot = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  const launched = await puppeteer.launch({
    ...{ browser, executablePath, defaultViewport: SIZE },
    args: browser === 'chrome' ? [...asRoot, ...FAKE_MICROPHONE] : [],
    extraPrefsFirefox: { ...FIREFOX_MICROPHONE, ...FIREFOX_SILENCE },
  });
  const page = await launched.newPage();
  const { mouse, keyboard } = page;
  return {
    goto: async (url) => void (await page.goto(url)),
    evaluate: <A extends unknown[], T>(work: (...given: A) => T, ...given: A) =>
      page.evaluate(callOf(work, given)) as Promise<T>,
    click: ({ x, y }) => mouse.click(x, y),
    type: (text) => keyboard.type(text),
    choose: async (selector, path) => {
      const field = (await page.$(selector)) as ElementHandle<HTMLInputElement> | null;
      await field?.uploadFile(path);
    },
    wheel: async ({ x, y }, deltaY) => {
      await mouse.move(x, y);
      await mouse.wheel({ deltaY });
    },
    close: () => launched.close(),
  };
}

/** WebKitGTK by its own WebDriver, on an invisible screen. */
async function openByWebDriver(binary: string): Promise<EnginePage> {
  const port = await freePort();
  const number = port >> 1;
  const logs = freshDirectory('webkit');
  const program = (command: string, args: string[], env: Record<string, string> = {}) =>
    new Child({ command, args, cwd: logs, logFile: `${logs}/${command}.log`, env: { ...bareEnvironment(), ...env } });
  const screen = program('Xvfb', [`:${number}`, '-screen', '0', '1400x1000x24', '-nolisten', 'tcp']);
  const driver = program('WebKitWebDriver', [`--port=${port}`], { DISPLAY: `:${number}`, GDK_BACKEND: 'x11' });
  const stop = async () => void (await Promise.all([driver.end('SIGKILL'), screen.end('SIGKILL')]));
  try {
    const session = await WebDriver.start(`http://127.0.0.1:${port}`, binary);
    return {
      goto: (url) => session.call('POST', '/url', { url }),
      evaluate: <A extends unknown[], T>(work: (...given: A) => T, ...given: A) =>
        session.call<T>('POST', '/execute/sync', { script: `return ${callOf(work, given)}`, args: [] }),
      click: ({ x, y }) =>
        session.act('pointer', [
          { type: 'pointerMove', x, y },
          { type: 'pointerDown', button: 0 },
          { type: 'pointerUp', button: 0 },
        ]),
      type: (text) => session.act('key', [...text.replaceAll('\n', ENTER)].flatMap(keyStroke)),
      choose: async (selector, path) => {
        const using = { using: 'css selector', value: selector };
        const [id] = Object.values(await session.call<Record<string, string>>('POST', '/element', using));
        await session.call('POST', `/element/${id}/value`, { text: path });
      },
      wheel: (at, deltaY) => session.act('wheel', [{ type: 'scroll', ...at, deltaX: 0, deltaY }]),
      close: async () => {
        await session.call('DELETE', '');
        await stop();
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

function callOf(work: (...args: never[]) => unknown, args: unknown[]): string {
  return `(${String(work)})(...${JSON.stringify(args)})`;
}

const ENTER = '\uE007';

function keyStroke(value: string): object[] {
  return [
    { type: 'keyDown', value },
    { type: 'keyUp', value },
  ];
}

/** One session of the W3C's protocol. */
class WebDriver {
  private constructor(private readonly url: string) {}

  static async start(url: string, binary: string): Promise<WebDriver> {
    const alwaysMatch = {
      browserName: 'MiniBrowser',
      'webkitgtk:browserOptions': { binary, args: ['--automation', ...WEBKIT_MICROPHONE] },
    };
    const until = Date.now() + READY_MS;
    for (;;) {
      try {
        const { sessionId } = await ask<{ sessionId: string }>(`${url}/session`, 'POST', {
          capabilities: { alwaysMatch },
        });
        const driver = new WebDriver(`${url}/session/${sessionId}`);
        await driver.call('POST', '/window/rect', SIZE);
        return driver;
      } catch (error) {
        // Neither the driver nor the screen reports when it is there.
        if (Date.now() > until) throw error;
        await new Promise((resolve) => setTimeout(resolve, 200));
      }
    }
  }

  call<T = void>(method: string, path: string, body?: object): Promise<T> {
    return ask<T>(`${this.url}${path}`, method, body);
  }

  async act(type: string, actions: object[]): Promise<void> {
    await this.call('POST', '/actions', { actions: [{ type, id: type, actions }] });
    // Else WebKit takes a turn of the wheel that equals the one before for no change.
    await this.call('DELETE', '/actions');
  }
}

async function ask<T>(url: string, method: string, body?: object): Promise<T> {
  const answer = await fetch(url, { method, body: body && JSON.stringify(body) });
  const { value } = (await answer.json()) as { value: T };
  if (!answer.ok) throw new Error(`${method} ${url}: ${JSON.stringify(value)}`);
  return value;
}
