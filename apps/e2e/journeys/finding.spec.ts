import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from '@parley/testkit';
import { type Bystander, Participant, registerBystander } from './browser.js';
import { fill } from './fill.js';
import { serve } from './served.js';
import { violationsIn } from './violations.js';

describe('Finding people, conversations and what was said', () => {
  const served = serve();
  let ama: Participant;
  let tomas: Bystander;
  let groups: { launch: string; ops: string };
  let round = 0;

  /** Two groups, the first with more messages than one page holds and one of them long. */
  beforeEach(async () => {
    const suffix = String.fromCharCode(97 + round++);
    ama = await Participant.join(served.browser, served.node.url, `Ama Okafor ${suffix}`);
    tomas = await registerBystander(served.node.url, `Tomas Reyes ${suffix}`);
    const rest = await ama.rest();
    const { id } = await tomas.rest.me();
    const group = async (name: string) => (await rest.createConversation({ type: 'group', name, memberIds: [id] })).id;
    groups = { launch: await group('Launch room'), ops: await group('Ops on call') };
    await fill(tomas.rest, groups.launch, 120, (line) => (line === 20 ? 'the Überholung is done' : `line ${line}.`));
    await tomas.rest.send(groups.ops, { content: `${'before it '.repeat(300)} Überholung ${'after it '.repeat(50)}` });
    await ama.row('Ops on call').getByText('before it').waitFor();
  });
  afterEach(async () => {
    expect(ama.faults).toEqual([]);
    await ama.context.close();
  });

  const violations = () => violationsIn(ama.page);
  const hits = () => ama.page.getByTestId('search-hit');
  const composerHasFocus = () => ama.composer.evaluate((input) => input === document.activeElement);
  const focused = () => ama.page.evaluate(() => document.activeElement?.getAttribute('data-seq'));

  it('Ctrl+K, a few letters and Enter lead to a conversation, and Escape back to where one was', async () => {
    const { page } = ama;
    await ama.openRow('Launch room');
    await ama.composer.fill('half a word');
    await page.keyboard.press('Control+k');
    const choices = page.getByTestId('palette-choice');
    expect(await choices.first().textContent()).toContain('Ops on call');
    expect(await violations()).toEqual([]);
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await eventually('the composer has the focus again', composerHasFocus);
    await page.keyboard.press('Control+k');
    await page.keyboard.type('ocl');
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: 'Ops on call', level: 2 }).waitFor();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    // Back leads to the conversation, not to the choice.
    await page.goBack();
    await page.getByRole('heading', { name: 'Launch room', level: 2 }).waitFor();
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  it('Ctrl+K is Cmd+K on a Mac, stands where it does on other layouts, and does nothing beside a dialog', async () => {
    const userAgent = 'Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36 Chrome/140.0.0.0';
    const mac = await Participant.join(served.browser, served.node.url, `Mac User ${round}`, { userAgent });
    await mac.page.keyboard.press('Control+k');
    expect(await mac.page.getByRole('dialog').count()).toBe(0);
    await mac.page.keyboard.press('Meta+k');
    await mac.page.getByRole('dialog').waitFor();
    await mac.context.close();
    const { page } = ama;
    const pressCyrillic = () =>
      page.evaluate(() => {
        const init = { key: 'л', code: 'KeyK', ctrlKey: true, bubbles: true };
        document.dispatchEvent(new KeyboardEvent('keydown', init));
      });
    await pressCyrillic();
    await page.getByRole('dialog', { name: 'Go to' }).waitFor();
    await pressCyrillic();
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await ama.openRow('Launch room');
    await page.getByRole('button', { name: 'More', exact: true }).click();
    await page.getByRole('menuitem', { name: 'Rename…' }).click();
    await page.getByRole('dialog', { name: 'Rename group' }).waitFor();
    await page.keyboard.press('Control+k');
    expect(page.url()).not.toContain('go-to');
  });

  it('the focus returns from a dialog to what opened it, be it a button or the entry of a menu', async () => {
    const { page } = ama;
    await ama.openRow('Launch room');
    const hasFocus = (name: string) =>
      page.getByRole('button', { name, exact: true }).evaluate((button) => button === document.activeElement);
    for (const [opener, item] of [['New group'], ['More', 'Rename…']] as const) {
      await page.getByRole('button', { name: opener, exact: true }).focus();
      await page.keyboard.press('Enter');
      if (item) await page.getByRole('menuitem', { name: item }).press('Enter');
      await page.getByRole('dialog').waitFor();
      await page.keyboard.press('Escape');
      await page.getByRole('dialog').waitFor({ state: 'detached' });
      await eventually(`${opener} has the focus again`, () => hasFocus(opener));
    }
    await ama.composer.focus();
    await page.keyboard.press('Control+k');
    await page.keyboard.type('new mes');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'New message' }).waitFor();
    await page.keyboard.press('Escape');
    await page.getByRole('dialog').waitFor({ state: 'detached' });
    await eventually('the composer has the focus, since the palette is gone', composerHasFocus);
  });

  it('the palette keeps what is chosen when people arrive, and signs nobody out', async () => {
    const { page } = ama;
    const someone = await registerBystander(served.node.url, `New Groper ${round}`);
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => (release = resolve));
    await page.route('**/api/users?query=*', async (route) => {
      await released;
      await route.continue();
    });
    await page.keyboard.press('Control+k');
    await page.keyboard.type('new gro');
    await page.keyboard.press('ArrowDown');
    const chosen = () => page.locator('[role=option][aria-selected=true]').textContent();
    const before = await chosen();
    release();
    await page.getByRole('option', { name: someone.name }).waitFor();
    expect(await chosen()).toBe(before);
    await page.getByRole('combobox').fill('sign out');
    await page.getByRole('option', { name: /Search messages for/ }).waitFor();
    expect(await page.getByRole('option', { name: 'Sign out', exact: true }).count()).toBe(0);
  });

  it('the palette offers people one has never written to, and actions', async () => {
    const { page } = ama;
    const someone = await registerBystander(served.node.url, `Zoë Quist ${round}`);
    await page.keyboard.press('Control+k');
    await page.keyboard.type(someone.username);
    await page.getByRole('option', { name: someone.name }).waitFor();
    await page.keyboard.press('Enter');
    await page.getByRole('heading', { name: someone.name, level: 2 }).waitFor();
    await page
      .getByRole('button', { name: /^Search/ })
      .first()
      .click();
    await page.keyboard.type('new gr');
    await page.keyboard.press('Enter');
    await page.getByRole('dialog', { name: 'New group' }).waitFor();
  });

  it('S4.29, L10: Ctrl+F finds in the open conversation, and a hit opens in its place', async () => {
    const { page } = ama;
    await ama.openRow('Launch room');
    await page.keyboard.press('Control+f');
    await page.keyboard.type('uberholung');
    await hits().first().waitFor();
    expect(await hits().count()).toBe(1);
    expect(await hits().locator('mark').textContent()).toBe('Überholung');
    expect(await violations()).toEqual([]);
    await page.keyboard.press('Tab');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await eventually('the message has the focus', async () => (await focused()) === '20');
    await ama.message('the Überholung is done').waitFor();
    expect(await hits().count()).toBe(1);
    expect(await ama.row('Launch room').getAttribute('aria-current')).toBe('page');
    await page.keyboard.press('End');
    await eventually('another message has the focus', async () => (await focused()) !== '20');
    await hits().first().click();
    await eventually('the same hit leads there again', async () => (await focused()) === '20');
    await page.getByRole('searchbox').focus();
    await page.keyboard.press('Escape');
    await page.getByRole('searchbox').waitFor({ state: 'detached' });
    await eventually('the composer has the focus again', composerHasFocus);
  });

  it('S4.29: messages that come in meanwhile do not put the search off', async () => {
    const { page } = ama;
    await ama.openRow('Launch room');
    await page.keyboard.press('Control+f');
    const ended = new AbortController();
    const others = (async () => {
      while (!ended.signal.aborted) await tomas.rest.send(groups.launch, { content: 'meanwhile' });
    })();
    try {
      await page.getByRole('searchbox').fill('uberholung');
      await hits().first().waitFor();
    } finally {
      ended.abort();
      await others;
    }
  });

  it('S4.29 the search of all conversations names them, and Back leads to its results again', async () => {
    const { page } = ama;
    await page.keyboard.press('Control+k');
    await page.keyboard.type('Überholung');
    await page.getByRole('option', { name: /Search messages for/ }).waitFor();
    await page.keyboard.press('Enter');
    await hits().nth(1).waitFor();
    expect(await page.getByTestId('search-results').getByRole('heading', { level: 3 }).allTextContents()).toEqual([
      'Ops on call',
      'Launch room',
    ]);
    // Of the long one the part around the match is shown.
    expect(await hits().first().locator('mark').isVisible()).toBe(true);
    await page.getByTestId('search-results').getByText('2 messages found').waitFor();
    expect(await violations()).toEqual([]);
    await hits().nth(1).click();
    await eventually('the message has the focus', async () => (await focused()) === '20');
    await page.goBack();
    await hits().nth(1).waitFor();
    expect(await page.getByRole('searchbox').inputValue()).toBe('Überholung');
  });

  it('S4.29 operators narrow it, and what is deleted is not found any more', async () => {
    const { page } = ama;
    await page.goto(`/search?${new URLSearchParams({ q: `from:${tomas.username} in:"Launch room" line` })}`);
    await hits().first().waitFor();
    expect(await hits().first().textContent()).toContain(tomas.name);
    await page.getByRole('button', { name: 'Show more' }).click();
    await eventually('twice as many are listed', async () => (await hits().count()) === 40);
    await hits().nth(35).click();
    await ama.composer.waitFor();
    await page.goBack();
    await eventually('as many are listed again', async () => (await hits().count()) === 40);
    await eventually('the hit is in view again', () =>
      hits()
        .nth(35)
        .evaluate((hit) => hit.getBoundingClientRect().bottom <= innerHeight),
    );
    await ama.rest().then((rest) => rest.send(groups.ops, { content: 'only mine' }));
    await page.getByRole('searchbox').fill('from:me only');
    await page.getByTestId('search-results').getByText('One message found').waitFor();
    await page.getByRole('searchbox').fill('xyzzy');
    await page.getByText('No message matches').waitFor();
    expect(await violations()).toEqual([]);
    await page.getByRole('searchbox').fill('before:soon');
    await page.getByRole('alert').waitFor();
    await page.getByRole('searchbox').fill('');
    await page.getByRole('heading', { name: 'Search messages' }).waitFor();
  });

  it('S4.29 on a phone the results cover the conversation, a hit shows the message, and Back the results', async () => {
    const { page } = ama;
    await page.setViewportSize({ width: 390, height: 800 });
    await page.goto(`/c/${groups.launch}`);
    await page.getByRole('button', { name: 'Search', exact: true }).click();
    await page.getByRole('searchbox').fill('Überholung');
    await hits().first().click();
    await ama.message('the Überholung is done').waitFor();
    expect(await page.getByRole('searchbox').count()).toBe(0);
    await page.goBack();
    await hits().first().waitFor();
  });

  it('S4.29 without a connection it says so, and finds once there is one', async () => {
    const { page, context } = ama;
    await page.goto('/search');
    await page.getByRole('heading', { name: 'Search messages' }).waitFor();
    await context.setOffline(true);
    await page.getByRole('searchbox').fill('Überholung');
    await page.getByTestId('search-results').getByRole('alert').waitFor();
    await context.setOffline(false);
    await page.getByRole('button', { name: 'Try again' }).click();
    await hits().nth(1).waitFor();
  });
});
