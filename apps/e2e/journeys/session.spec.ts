import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { adminCommand, eventually, ParleyNode, TestUser } from '@parley/testkit';
import type { Browser, Locator } from 'playwright-core';
import { launchBrowser, Participant, registerBystander } from './browser.js';

describe('Signing in and out', () => {
  let node: ParleyNode;
  let browser: Browser;
  let ama: Participant;

  beforeAll(async () => {
    [node, browser] = await Promise.all([ParleyNode.start({ env: { ADMIN_USERS: 'host:chief' } }), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await node?.stop();
  });
  let round = 0;
  beforeEach(async () => {
    ama = await Participant.register(browser, node.url, `Ama Okafor ${String.fromCharCode(97 + round++)}`);
  });
  afterEach(async () => {
    expect(ama.faults).toEqual([]);
    await ama.context.close();
  });

  const signOut = async () => {
    await ama.page.getByRole('button', { name: `Account of ${ama.name}` }).click();
    await ama.page.getByRole('menuitem', { name: 'Sign out' }).click();
    await ama.page.getByRole('heading', { name: 'Sign in' }).waitFor();
  };
  const signIn = async (password: string) => {
    await ama.page.getByLabel('Username').fill(ama.username);
    await ama.page.getByLabel('Password', { exact: true }).fill(password);
    await ama.page.getByRole('button', { name: 'Sign in' }).click();
  };

  const expectFocus = async (field: Locator) =>
    eventually('the field has the focus', () => field.evaluate((input) => input === document.activeElement));

  it('R5: a reload signs in by the cookie; no token is kept where a script can read it later', async () => {
    await ama.page.reload();
    await ama.page.getByRole('button', { name: `Account of ${ama.name}` }).waitFor();
    const kept = await ama.page.evaluate(() =>
      JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie]),
    );
    expect(kept).not.toMatch(/eyJ/);
    // Whose page to show without a network.
    expect(kept.replace(/"[0-9a-f-]{36}"/, '"an id"')).toBe(JSON.stringify([{ 'parley.last-user': 'an id' }, {}, '']));
  });

  it('A42: nothing on the pages is against their policy, and nothing in it lets other scripts run', async () => {
    const { page } = ama;
    const against: string[] = [];
    await page.exposeFunction('tellViolation', (what: string) => void against.push(what));
    await page.addInitScript(() => {
      const tell = (globalThis as unknown as { tellViolation(what: string): void }).tellViolation;
      document.addEventListener('securitypolicyviolation', (event) => {
        tell(`${event.violatedDirective} ${event.blockedURI}`);
      });
    });
    const bo = await registerBystander(node.url, 'Bo Adeyemi');
    const policy = (await page.goto('/'))?.headers()['content-security-policy'] ?? '';
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toMatch(/unsafe|script-src|[ :]\*|wss?:[ ;]/);
    await ama.openDirect(bo);
    await ama.say('**bold** https://example.org `code`');
    await page.getByText('bold', { exact: true }).waitFor();
    await page.reload();
    await page.getByText('bold', { exact: true }).waitFor();
    await page.goto('/api/docs');
    await page.getByRole('heading').first().waitFor();
    expect(against).toEqual([]);
    await page.goto('/');
    await page.evaluate(() => {
      const script = document.createElement('script');
      script.textContent = 'document.title = "ours no more"';
      document.body.append(script);
      const elsewhere = new WebSocket('ws://other.example/');
      elsewhere.close();
    });
    await eventually('both are reported', () => against.length >= 2);
    expect(against.map((what) => what.split(' ')[0]).sort()).toEqual(['connect-src', 'script-src-elem']);
    expect(await page.title()).not.toBe('ours no more');
    // The page writes them to its console.
    ama.faults.splice(0);
  });

  it('F5, X4: after signing in one is where one wanted to go; what is not mine looks like what is not there', async () => {
    await signOut();
    const unknown = '01900000-0000-7000-8000-000000000000';
    await ama.page.goto(`/c/${unknown}`);
    await ama.page.getByRole('heading', { name: 'Sign in' }).waitFor();
    await signIn('a wrong password');
    await ama.page.getByRole('alert').getByText('The username or the password is wrong.').waitFor();
    expect(await ama.page.getByLabel('Username').evaluate((input) => input === document.activeElement)).toBe(true);
    await signIn('correct horse battery');
    await ama.page.getByText('There is nothing here').waitFor();
    expect(new URL(ama.page.url()).pathname).toBe(`/c/${unknown}`);
    await ama.page.goto('/no/such/page');
    await ama.page.getByText('There is nothing here').waitFor();
  });

  it('R8: signing out in one tab signs out the other', async () => {
    const second = await ama.context.newPage();
    await second.goto('/');
    await second.getByRole('button', { name: `Account of ${ama.name}` }).waitFor();
    await signOut();
    await second.getByRole('heading', { name: 'Sign in' }).waitFor();
    await second.reload();
    await second.getByRole('heading', { name: 'Sign in' }).waitFor();
  });

  it('R6: a lost connection is noticed, and found again once it can be', async () => {
    await ama.page.getByTestId('conn-banner').waitFor({ state: 'detached' });
    await ama.tap.cutLine();
    await ama.page.getByTestId('conn-banner').waitFor();
    ama.tap.mendLine();
    // By itself, without a click.
    await ama.page.getByTestId('conn-banner').waitFor({ state: 'detached', timeout: 25_000 });
  });

  it('T1: the chosen theme is there before the first paint, and in the other tab at once', async () => {
    const second = await ama.context.newPage();
    await second.goto('/');
    await ama.page.getByRole('button', { name: `Account of ${ama.name}` }).click();
    await ama.page.getByRole('menuitemradio', { name: 'Dark' }).click();
    await second.locator('html[data-theme=dark]').waitFor();
    const scripts = await ama.page.evaluate(async () => {
      const page = new DOMParser().parseFromString(await (await fetch('/')).text(), 'text/html');
      return [...page.querySelectorAll('script, link[rel=stylesheet]')].map((element) => element.outerHTML);
    });
    expect(scripts[0]).toBe('<script src="/theme.js"></script>');
    await ama.page.reload({ waitUntil: 'commit' });
    await ama.page.locator('html[data-theme=dark]').waitFor();
  });

  it('§2: an invite leads to an account and a reset to a new password, by the keyboard alone, each once', async () => {
    const linkOf = async (...args: string[]) => {
      const { text } = await adminCommand({ DATA_DIR: node.dataDirectory }, ...args, '--url', node.url);
      return /http\S+#\S+/.exec(text)?.[0] ?? text;
    };
    const [invite, reset] = [await linkOf('invite', '--username', 'grace'), () => linkOf('reset', 'grace')];
    await signOut();
    const { page } = ama;
    await page.goto(invite);
    await page.getByRole('heading', { name: 'Create an account' }).waitFor();
    const password = page.getByLabel('Password', { exact: true });
    await expectFocus(password);
    expect(await page.getByLabel('Username').inputValue()).toBe('grace');
    await page.keyboard.type('short');
    await page.keyboard.press('Enter');
    await page.getByText('Use at least 8 characters.').waitFor();
    await expectFocus(password);
    await page.keyboard.type(' no more');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Account of grace' }).waitFor();
    expect(new URL(page.url()).pathname + new URL(page.url()).hash).toBe('/');
    await page.goto(invite);
    await page.getByRole('alert').getByText('This link has been used already').waitFor();
    const first = await reset();
    await page.goto(first);
    await expectFocus(page.getByLabel('New password'));
    await page.keyboard.type('a new password');
    await page.keyboard.press('Enter');
    await page.getByRole('button', { name: 'Account of grace' }).waitFor();
    for (const [link, sentence] of [
      [first, 'This link has been used already'],
      [`${node.url}/reset#no-such-token`, 'This link does not lead anywhere'],
    ] as const) {
      await page.goto(link);
      await page.getByRole('alert').getByText(sentence).waitFor();
    }
  });

  it('what an admin announces is shown as text in a bar until it is dismissed, to who comes later too', async () => {
    const chief = await TestUser.ofHost(node.url, { externalId: 'chief' });
    const announce = (text: string, until?: string) => chief.succeed('POST', '/announcements', { text, until });
    const bar = ama.page.getByTestId('announcement');
    const shown = (text: string) => ama.page.getByRole('status').filter({ hasText: text });
    await announce('Back in <b>a minute</b>');
    await shown('Back in <b>a minute</b>').waitFor();
    const until = new Date(Date.now() + 3_600_000).toISOString();
    await announce('Closed at night', until);
    await shown('Closed at night').waitFor();
    expect(await bar.count()).toBe(1);
    await ama.page.reload();
    await shown('Closed at night').waitFor();
    await ama.page.getByRole('button', { name: 'Dismiss' }).click();
    await bar.waitFor({ state: 'detached' });
    await ama.page.waitForFunction(() => document.activeElement?.id === 'main');
  });

  it('sends no request to any other host', async () => {
    const hosts = new Set<string>();
    ama.page.on('request', (request) => hosts.add(new URL(request.url()).host));
    await ama.page.reload();
    await ama.page.getByRole('button', { name: `Account of ${ama.name}` }).waitFor();
    expect([...hosts]).toEqual([new URL(node.url).host]);
  });

  it('F6: the list of conversations is one Tab stop, with arrows within', async () => {
    const others = [];
    for (const name of ['Bo', 'Cy']) {
      const other = await registerBystander(node.url, `${name} Reader ${String.fromCharCode(97 + round)}`);
      await ama.openDirect(other);
      others.push(other);
    }
    const rows = ama.page.getByTestId('conversation-row');
    expect(await rows.evaluateAll((all) => all.map((row) => (row as HTMLElement).tabIndex))).toEqual([0, -1]);
    await rows.first().focus();
    await ama.page.keyboard.press('ArrowDown');
    await ama.page.keyboard.press('Enter');
    await ama.page.getByRole('heading', { name: others[0]?.name, level: 2 }).waitFor();
    // Opened by keyboard: the focus goes to where one writes.
    await ama.page.waitForFunction(() => document.activeElement?.matches('[data-testid=composer]'));
  });
});
