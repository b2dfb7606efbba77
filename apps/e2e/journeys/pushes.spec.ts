import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { expectSoon, ParleyNode } from '@parley/testkit';
import type { Browser, CDPSession, Page } from 'playwright-core';
import { type Bystander, launchBrowser, Participant, registerBystander } from './browser.js';
import { violationsIn } from './violations.js';

let node: ParleyNode;
let browser: Browser;
let ama: Participant;
let tomas: Bystander;

beforeAll(async () => {
  const env = { RATE_LIMITS: 'off', VAPID_SUBJECT: 'mailto:admin@chat.example', BASE_PATH: '/chat' };
  // The headless shell, without `keepsPages`, shows no notifications.
  [node, browser] = await Promise.all([ParleyNode.start({ env }), launchBrowser({ keepsPages: true })]);
  tomas = await registerBystander(node.url, 'Tomas Reyes');
});
afterAll(async () => {
  await browser?.close();
  await node?.stop();
});
afterEach(async () => {
  expect(ama.faults).toEqual([]);
  await ama.context.close();
});

async function join(name: string): Promise<string> {
  ama = await Participant.join(browser, node.url, name, { serviceWorkers: 'allow', permissions: ['notifications'] });
  const me = await (await ama.rest()).me();
  return (await tomas.rest.createConversation({ type: 'direct', memberIds: [me.id] })).id;
}

/** A page beside the app, of the same origin, that sees what the app's worker shows and hands it pushes. */
class Lookout {
  private constructor(
    private readonly page: Page,
    private readonly session: CDPSession,
    private readonly registrationId: string,
  ) {}

  static async open(app: Page): Promise<Lookout> {
    await app.evaluate(() => navigator.serviceWorker.ready);
    const page = await app.context().newPage();
    await page.goto(new URL('/health/live', node.url).href);
    const session = await app.context().newCDPSession(page);
    const registered = new Promise<string>((resolve) => {
      session.on('ServiceWorker.workerRegistrationUpdated', ({ registrations }) => {
        const [first] = registrations;
        if (first) resolve(first.registrationId);
      });
    });
    await session.send('ServiceWorker.enable');
    return new Lookout(page, session, await registered);
  }

  /** As the browser does once it has decrypted one. */
  async push(notice: object): Promise<void> {
    const { origin } = new URL(node.url);
    const data = JSON.stringify(notice);
    await this.session.send('ServiceWorker.deliverPushMessage', { origin, registrationId: this.registrationId, data });
  }

  shown(): Promise<{ title: string; body: string; tag: string }[]> {
    return this.page.evaluate(async () => {
      const registration = await navigator.serviceWorker.getRegistration('/chat/');
      return ((await registration?.getNotifications()) ?? []).map(({ title, body, tag }) => ({ title, body, tag }));
    });
  }
}

it('U6: the worker shows a push unless the app is in view, one a conversation, and takes back what is read', async () => {
  const id = await join('Ama Okafor pushed');
  const { page } = ama;
  const lookout = await Lookout.open(page);
  const { seq } = await tomas.rest.send(id, { content: 'hello' });
  const notice = (body: string) => ({ title: 'Tomas Reyes', body, conversationId: id, seq });
  await lookout.push(notice('in view'));
  await page.goto('about:blank');
  for (const body of ['first', 'second']) await lookout.push(notice(body));
  await expectSoon(async () =>
    expect(await lookout.shown()).toEqual([{ title: 'Tomas Reyes', body: 'second', tag: id }]),
  );
  await page.goto(`${node.url}/`);
  await ama.row('Tomas Reyes').waitFor();
  expect(await lookout.shown()).toHaveLength(1);
  await ama.page.evaluate(() => document.body.setAttribute('data-same', ''));
  const [worker] = ama.context.serviceWorkers();
  // What a click does; only after a real one may the worker also bring the window to the front.
  await worker?.evaluate(`openAt(${JSON.stringify({ conversationId: id, seq })}).catch(() => undefined)`);
  await page.waitForURL(`**/chat/c/${id}/m/${seq}`);
  await page.locator('body[data-same]').waitFor();
  await (await ama.rest()).request('POST', `/conversations/${id}/read`, { seq });
  await expectSoon(async () => expect(await lookout.shown()).toEqual([]));
});

it('U6: what is shown of somebody is gone once they have signed out', async () => {
  const id = await join('Ama Okafor leaving');
  const { page } = ama;
  const lookout = await Lookout.open(page);
  const { seq } = await tomas.rest.send(id, { content: 'for Ama alone' });
  await page.goto('about:blank');
  await lookout.push({ title: 'Tomas Reyes', body: 'for Ama alone', conversationId: id, seq });
  await expectSoon(async () => expect(await lookout.shown()).toHaveLength(1));
  await page.goto(`${node.url}/`);
  await ama.row('Tomas Reyes').waitFor();
  expect(await lookout.shown()).toHaveLength(1);
  await page.getByRole('button', { name: `Account of ${ama.name}` }).press('Enter');
  await page.getByRole('menuitem', { name: 'Sign out' }).press('Enter');
  await page.getByRole('heading', { name: 'Sign in' }).waitFor();
  await expectSoon(async () => expect(await lookout.shown()).toEqual([]));
});

it('U6: the switch says what the browser does not allow, and is off then', async () => {
  await join('Ama Okafor switching');
  const { page, context } = ama;
  await page.goto(`${node.url}/settings/notifications`);
  const also = page.getByRole('checkbox', { name: 'Show notifications when Parley is closed' });
  await also.waitFor();
  expect(await violationsIn(page)).toEqual([]);
  // Whose windows here are private ones, of which it says so in the console.
  await also.click();
  await page.getByRole('alert').getByText('a private window never can').waitFor();
  const refusals = ama.faults.splice(0);
  expect(refusals.filter((fault) => !fault.includes('incognito'))).toEqual([]);
  expect(await also.isChecked()).toBe(false);
  await context.clearPermissions();
  await also.click();
  await page.getByRole('alert').getByText('does not allow notifications').waitFor();
  expect(await also.isChecked()).toBe(false);
});
