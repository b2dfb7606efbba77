import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, ParleyNode, TestUser } from '@parley/testkit';
import type { Browser, Locator } from 'playwright-core';
import { launchBrowser, PASSWORD, Participant, registerBystander, signIn } from './browser.js';

describe('The page for operators', () => {
  let node: ParleyNode;
  let browser: Browser;
  let operator: Participant;

  beforeAll(async () => {
    const env = { ADMIN_USERS: 'olu.operator' };
    [node, browser] = await Promise.all([ParleyNode.start({ env }), launchBrowser()]);
    operator = await Participant.join(browser, node.url, 'Olu Operator');
  });
  afterAll(async () => {
    expect(operator?.faults).toEqual([]);
    await browser?.close();
    await node?.stop();
  });

  const open = async () => {
    await operator.page.getByRole('button', { name: `Account of ${operator.name}` }).press('Enter');
    await operator.page.getByRole('menuitem', { name: 'Operations' }).press('Enter');
    await operator.page.getByRole('status').filter({ hasText: 'Live' }).waitFor();
  };

  it('O1 S4.47: shows how all nodes do as they do it, as plots, sentences and tables', async () => {
    const { page } = operator;
    await open();
    const bo = await TestUser.ofHost(node.url, { externalId: 'bo' });
    const cy = await TestUser.ofHost(node.url, { externalId: 'cy' });
    const { id } = await bo.rest.createConversation({ type: 'direct', memberIds: [cy.id] });
    const told = async () => page.getByRole('img', { name: 'Messages a second' }).getAttribute('aria-label');
    await eventually('the plot tells of nothing', async () => (await told())?.endsWith(' and 0'));
    await bo.rest.send(id, { content: 'counted' });
    await eventually('the plot tells of a message', async () => / and [\d.,]*[1-9]/.test((await told()) ?? ''));
    await page.getByRole('button', { name: 'Show as a table: Messages a second' }).press('Enter');
    const rows = page.getByRole('table', { name: 'Messages a second' }).getByRole('row');
    await eventually('the table goes on', async () => (await rows.count()) > 3);
    const row = page.getByTestId('node-row');
    expect(await row.count()).toBe(1);
    expect(await row.innerText()).toMatch(/Well[\s\S]*polling[\s\S]*the only one/);
  });

  it('finds an account, keeps it out, lets it in, and makes a link with which it gets a new password', async () => {
    const { page } = operator;
    const ada = await registerBystander(node.url, 'Ada Away');
    const signsIn = () =>
      signIn(node.url, ada.username).then(
        () => true,
        () => false,
      );
    const account = page.getByTestId('account').filter({ hasText: `@${ada.username}` });
    const answer = async (button: string) =>
      page.getByRole('dialog').getByRole('button', { name: button }).press('Enter');
    const ask = async (name: string) => account.getByRole('button', { name }).press('Enter');
    await page.getByLabel('Find by the beginning of a name').fill('ada');
    await ask('Disable Ada Away');
    await answer('Disable');
    await account.getByText('disabled').waitFor();
    expect(await signsIn()).toBe(false);
    await ask('Enable Ada Away');
    await answer('Enable');
    await account.getByRole('button', { name: 'Disable Ada Away' }).waitFor();
    expect(await signsIn()).toBe(true);
    await ask('New password link Ada Away');
    await answer('Make the link');
    const link = await page.getByLabel('Link', { exact: true }).inputValue();
    await page.keyboard.press('Escape');
    expect(await takesNewPassword(link)).toBe(true);
    expect(await signsIn()).toBe(false);
    const log = page.getByTestId('audit-entry');
    await log.filter({ hasText: 'made a link for a new password: @ada.away' }).waitFor();
    expect(await textsOf(log)).toEqual(
      expect.arrayContaining([
        expect.stringContaining('Olu Operator disabled an account: Ada Away'),
        expect.stringContaining('Olu Operator enabled an account: Ada Away'),
      ]),
    );
  });

  /** By whoever got the link, at another browser. */
  async function takesNewPassword(link: string): Promise<boolean> {
    const context = await browser.newContext();
    const page = await context.newPage();
    await page.goto(link);
    await page.getByLabel('New password', { exact: true }).fill(`${PASSWORD}, changed`);
    await page.getByRole('button', { name: 'Set the password' }).click();
    await page.getByRole('button', { name: 'Account of Ada Away' }).waitFor();
    await context.close();
    return true;
  }

  const textsOf = async (rows: Locator) => (await rows.allInnerTexts()).map((text) => text.replaceAll(/\s+/g, ' '));

  it('tells everybody something, which is written down', async () => {
    const { page } = operator;
    await page.getByLabel('What everybody is told').fill('Back in a minute');
    await page.getByRole('button', { name: 'Tell everybody' }).press('Enter');
    await page.getByTestId('announcement').filter({ hasText: 'Back in a minute' }).waitFor();
    await page.getByTestId('audit-entry').filter({ hasText: 'Olu Operator announced something' }).waitFor();
  });

  it('S1.34: holds a conversation by its address and releases it, which is written down', async () => {
    const { page } = operator;
    const dee = await TestUser.ofHost(node.url, { externalId: 'dee' });
    const eli = await TestUser.ofHost(node.url, { externalId: 'eli' });
    const { id } = await dee.rest.createConversation({ type: 'direct', memberIds: [eli.id] });
    await page.getByLabel('Conversation', { exact: true }).fill(`${node.url}/c/${id}?panel=members`);
    await page.getByRole('button', { name: 'Find it' }).press('Enter');
    await page.getByRole('button', { name: 'Hold it' }).press('Enter');
    await page.getByText('It is held').waitFor();
    await page
      .getByTestId('audit-entry')
      .filter({ hasText: `held a conversation: ${id}` })
      .waitFor();
    await page.getByRole('button', { name: 'Release it' }).press('Enter');
    await page.getByText('It is not held').waitFor();
    await page
      .getByTestId('audit-entry')
      .filter({ hasText: `released a conversation: ${id}` })
      .waitFor();
  });

  it('is not there for anybody else, and not fetched by them', async () => {
    const bo = await Participant.join(browser, node.url, 'Bo Nobody');
    const asked: string[] = [];
    bo.page.on('request', (request) => asked.push(request.url()));
    const parts = bo.page.waitForRequest(/avatar-dialog/);
    await bo.page.goto('/operations');
    await bo.page.getByRole('heading', { name: 'There is nothing here' }).waitFor();
    await bo.page.getByRole('button', { name: `Account of ${bo.name}` }).press('Enter');
    await bo.page.getByRole('menuitem', { name: 'Sign out' }).waitFor();
    expect(await bo.page.getByRole('menuitem', { name: 'Operations' }).count()).toBe(0);
    // By then all parts that are for everybody are asked for.
    await parts;
    expect(asked.filter((url) => url.includes('operations-page') || url.endsWith('/api/operations'))).toEqual([]);
    expect(bo.faults).toEqual([]);
    await bo.context.close();
  });
});
