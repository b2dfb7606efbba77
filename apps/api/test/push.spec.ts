import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LIMITS } from '@parley/protocol';
import { eventually } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { PASSWORD, startNode, type TestNode } from './node.js';
import { aGroup, codeOf, directOf, groupOf, Person, pathOf, people, succeeded } from './people.js';
import { type TestBrowser, TestPushService } from './push-service.js';

const SUBJECT = 'mailto:admin@chat.example';
const ROUTE = '/users/me/push-subscriptions';

let service: TestPushService;
let node: TestNode;
beforeAll(async () => {
  service = await TestPushService.start();
  node = await startNode({ VAPID_SUBJECT: SUBJECT, PUSH_ORIGINS: service.url });
});
afterAll(async () => {
  await node.close();
  await service.close();
});

/** A browser of this person's that hears of messages. */
async function subscribed(person: Person, more: object = {}): Promise<TestBrowser> {
  const browser = service.browser();
  succeeded(await person.post(ROUTE, { ...browser.body, ...more }));
  return browser;
}

async function two(): Promise<{ ann: Person; bob: Person; id: string }> {
  const [ann, bob] = (await people(node, 2)) as [Person, Person];
  return { ann, bob, id: await directOf(ann, bob) };
}

async function registered(name: string): Promise<Person> {
  const { id, username, token } = await node.register(name);
  return new Person(node, id, username, token);
}

const listed = async (person: Person) => succeeded(await person.get(ROUTE));
const subscriptionsOf = ({ id }: Person) =>
  node.rows(sql`SELECT id FROM push_subscriptions WHERE user_id = ${id}`).then(({ length }) => length);

describe('a person whose app is closed', () => {
  it('U6: is told of a message as the desktop would be, in words that only that browser can read', async () => {
    const { ann, bob, id } = await two();
    const browser = await subscribed(bob);
    const { seq } = await ann.say(id, 'see **you**\nat [eight](https://x.example)');
    const push = await browser.first(() => true);
    expect(push.notice).toEqual({ title: ann.username, body: 'see you at eight', conversationId: id, seq });
    expect(push.headers).toMatchObject({ ttl: '86400', urgency: 'high', 'content-encoding': 'aes128gcm' });
    expect(push.headers.topic).toMatch(/^[\w-]{32}$/);
    const { publicKey } = await listed(bob);
    expect(await service.claimsOf(push)).toMatchObject({ aud: service.url, sub: SUBJECT, key: publicKey });
    const group = await groupOf(ann, [bob], 'Harbour');
    await ann.say(group, 'hello');
    const { notice } = await browser.first(({ conversationId }) => conversationId === group);
    expect(notice).toMatchObject({ title: 'Harbour', body: `${ann.username}: hello` });
  });

  it('U6: is told of one of several messages at once, by one browser each, and never of their own', async () => {
    const { ann, bob, id } = await two();
    const [own, first, second] = [await subscribed(ann), await subscribed(bob), await subscribed(bob)];
    await Promise.all(['one', 'two', 'three'].map((text) => ann.say(id, text)));
    for (const browser of [first, second]) await browser.first(({ seq }) => seq >= 3);
    expect([first.received.length, second.received.length].every((count) => count <= 3)).toBe(true);
    await bob.say(id, 'so that Ann’s browser works');
    await own.first(() => true);
    expect(own.received.map(({ notice }) => notice.title)).toEqual([bob.username]);
  });

  it('is told neither names nor words where they want it so', async () => {
    const { ann, bob, id } = await two();
    const browser = await subscribed(bob, { isPrivate: true });
    await ann.say(id, 'a secret');
    expect((await browser.first(() => true)).notice).toMatchObject({ title: 'Parley', body: 'New message' });
  });

  it('U7: is not told of what they muted, and of nobody whom they block', async () => {
    const { id, owner, members } = await aGroup(node, { members: 4 });
    const [, mentions, none, blocking] = members as [Person, Person, Person, Person];
    const told = await Promise.all(members.map((member) => subscribed(member)));
    const [first, second, third] = told as [TestBrowser, TestBrowser, TestBrowser];
    const settings = `/conversations/${id}/settings`;
    succeeded(await mentions.patch(settings, { notifications: 'mentions' }));
    succeeded(await none.patch(settings, { notifications: 'none' }));
    succeeded(await blocking.call('PUT', `/users/${owner.id}/block`));
    await owner.say(id, 'for everybody');
    await first.first(({ body }) => body.endsWith('everybody'));
    await owner.say(id, `for @${mentions.username} and @${none.username}`);
    for (const browser of [first, second]) await browser.first(({ body }) => body.includes('for @'));
    expect(told.map(({ received }) => received.length)).toEqual([2, 1, 0, 0]);
    await node.rows(
      sql`UPDATE conversation_settings SET muted_until = now() - interval '1 second' WHERE user_id = ${none.id}`,
    );
    await owner.say(id, 'and when that is over');
    for (const browser of [first, third]) await browser.first(({ body }) => body.endsWith('over'));
    expect(told.map(({ received }) => received.length)).toEqual([3, 1, 1, 0]);
  });

  it('is not told while somebody is at one of their sockets, and is once that is left unread', async () => {
    const { id, owner, members } = await aGroup(node, { members: 3 });
    const [reading, leaving, absent] = members as [Person, Person, Person];
    const [first, second, third] = [await subscribed(reading), await subscribed(leaving), await subscribed(absent)];
    const areHere = (isIdle: boolean) =>
      eventually('their presence', async () => {
        const rows = await node.rows(
          sql`SELECT 1 FROM node_users WHERE user_id IN (${reading.id}, ${leaving.id}) AND is_idle = ${isIdle}`,
        );
        return rows.length === 2;
      });
    const sockets = await Promise.all([reading, leaving].map((member) => member.connect()));
    await areHere(false);
    const { seq } = await owner.say(id, 'while they are there');
    succeeded(await reading.post(`/conversations/${id}/read`, { seq }));
    await third.first(({ body }) => body.endsWith('there'));
    for (const socket of sockets) await socket.ask('presence:idle', { isIdle: true });
    await areHere(true);
    await owner.say(id, 'while they are away');
    for (const browser of [first, second]) await browser.first(({ body }) => body.endsWith('away'));
    expect([first, second].map(({ received }) => received.length)).toEqual([1, 1]);
    await second.first(({ body }) => body.endsWith('there'));
    expect([first, second].map(({ received }) => received.length)).toEqual([1, 2]);
    for (const socket of sockets) socket.close();
  });

  it('is told of a message of a large group that mentions them, and of no other', async () => {
    const { id, owner, members } = await aGroup(node, { members: LIMITS.receiptsMembers });
    const [meant, other] = members as [Person, Person];
    const [first, second] = [await subscribed(meant), await subscribed(other)];
    await owner.say(id, 'for everybody');
    await owner.say(id, `for @${meant.username}`);
    await first.first(({ body }) => body.includes('@'));
    await owner.say(id, `for @${other.username}`);
    await second.first(({ body }) => body.includes('@'));
    expect([first, second].map(({ received }) => received.length)).toEqual([1, 1]);
  });
});

describe('a subscription', () => {
  it('goes when its push service says that it is over, and stays when that asks to wait', async () => {
    const { ann, bob, id } = await two();
    const [gone, busy] = [await subscribed(bob), await subscribed(bob)];
    gone.answers.push({ status: 410 });
    busy.answers.push({ status: 429, headers: { 'Retry-After': '1' } }, { status: 503 });
    await ann.say(id, 'hello');
    await busy.first(() => true);
    expect(busy.asked).toBe(3);
    await eventually('the end of one', async () => (await subscriptionsOf(bob)) === 1);
    await ann.say(id, 'again');
    await busy.first(({ body }) => body === 'again');
    expect(gone.asked).toBe(1);
  });

  it('is not asked again where its push service refuses, or leads elsewhere', async () => {
    const { ann, bob, id } = await two();
    const [refusing, leading, other] = [await subscribed(bob), await subscribed(bob), service.browser()];
    refusing.answers.push({ status: 413 });
    leading.answers.push({ status: 302, headers: { location: service.url + other.path } });
    await ann.say(id, 'hello');
    for (const browser of [refusing, leading]) await eventually('a push', () => browser.asked === 1);
    await ann.say(id, 'again');
    for (const browser of [refusing, leading]) await browser.first(({ body }) => body === 'again');
    expect([refusing.asked, leading.asked, other.asked]).toEqual([2, 2, 0]);
  });

  it('is not told, once its push service lets it, of what was deleted meanwhile', async () => {
    const { ann, bob, id } = await two();
    const browser = await subscribed(bob);
    const wait = { status: 429, headers: { 'Retry-After': '1' } };
    browser.answers.push(wait, wait);
    const { id: deleted } = await ann.say(id, 'better not');
    await eventually('a push', () => browser.asked === 1);
    succeeded(await ann.call('DELETE', `/messages/${deleted}`));
    // Its turn comes after that of the one before.
    const group = await groupOf(ann, [bob], 'Harbour');
    await ann.say(group, 'hello');
    await browser.first(({ conversationId }) => conversationId === group);
    expect(browser.received.map(({ notice }) => notice.conversationId)).toEqual([group]);
    expect(browser.asked).toBe(3);
  });

  it('lasts as long as its session, however that ends', async () => {
    const [ann, bob] = [await registered('push-ann'), await registered('push-bob')];
    const id = await directOf(ann, bob);
    const signIn = async () => {
      const { body } = await node.request.post('/api/auth/login').send({ username: 'push-bob', password: PASSWORD });
      return new Person(node, bob.id, bob.username, body.accessToken);
    };
    const [kept, ended] = [await subscribed(bob), await subscribed(await signIn())];
    const sessions = succeeded(await bob.get('/auth/sessions')).items;
    const other = sessions.find(({ isCurrent }: { isCurrent: boolean }) => !isCurrent);
    expect((await listed(bob)).items.map(({ isCurrent }: { isCurrent: boolean }) => isCurrent)).toEqual([false, true]);
    succeeded(await bob.delete(`/auth/sessions/${other.id}`));
    await ann.say(id, 'hello');
    await kept.first(() => true);
    expect(ended.asked).toBe(0);
    await eventually('its end', async () => (await subscriptionsOf(bob)) === 1);
    await node.rows(
      sql`UPDATE push_subscriptions SET expires_at = now() - interval '1 second' WHERE user_id = ${bob.id}`,
    );
    const fresh = await subscribed(await signIn());
    await ann.say(id, 'again');
    await fresh.first(() => true);
    expect(kept.received).toHaveLength(1);
    succeeded(await bob.call('DELETE', '/users/me', { password: PASSWORD }));
    await eventually('the end of all', async () => (await subscriptionsOf(bob)) === 0);
  });

  it('is renewed by its browser, moves with it to another account, and is one of twenty at most', async () => {
    const [ann, bob] = (await people(node, 2)) as [Person, Person];
    const browser = await subscribed(ann);
    const [first] = (await listed(ann)).items;
    expect(first).toMatchObject({ service: new URL(service.url).host, isPrivate: false, isCurrent: false });
    succeeded(await ann.post(ROUTE, { ...browser.body, isPrivate: true }));
    expect((await listed(ann)).items).toEqual([{ ...first, isPrivate: true, expiresAt: expect.any(String) }]);
    succeeded(await bob.post(ROUTE, browser.body));
    expect([(await listed(ann)).items.length, (await listed(bob)).items.length]).toEqual([0, 1]);
    for (let i = 0; i < LIMITS.pushSubscriptions; i += 1) await subscribed(bob);
    const { items } = await listed(bob);
    expect(items).toHaveLength(LIMITS.pushSubscriptions);
    expect(items.map(({ id }: { id: string }) => id)).not.toContain(first.id);
    expect((await ann.delete(`${ROUTE}/${items[0].id}`)).status).toBe(404);
    expect((await bob.delete(`${ROUTE}/${items[0].id}`)).status).toBe(204);
    expect((await listed(bob)).items).toHaveLength(LIMITS.pushSubscriptions - 1);
  });

  it('is refused where its address is none of a push service on the internet', async () => {
    const [ann] = (await people(node, 1)) as [Person];
    const { body } = service.browser();
    for (const endpoint of [
      'http://push.example.org/x',
      'https://push.example.org:8443/x',
      'https://ann:secret@push.example.org/x',
      'https://127.0.0.1/x',
      'https://0x7f.1/x',
      'https://[::1]/x',
      'https://[::ffff:10.0.0.1]/x',
      'https://169.254.169.254/latest/meta-data',
      'https://192.168.1.1/x',
      'file:///etc/passwd',
      'nowhere',
    ]) {
      const answer = await ann.post(ROUTE, { ...body, endpoint });
      expect([endpoint, codeOf(answer), pathOf(answer)]).toEqual([endpoint, 'validation_failed', 'endpoint']);
    }
    for (const wrong of [{ p256dh: `B${'A'.repeat(86)}` }, { p256dh: 'x' }, { auth: 'x' }, { auth: 7 }, { more: 1 }])
      expect(codeOf(await ann.post(ROUTE, { ...body, ...wrong }))).toBe('validation_failed');
    expect(await subscriptionsOf(ann)).toBe(0);
  });

  it('is never connected to where its name leads into a network of our own', async () => {
    const { ann, bob, id } = await two();
    const browser = await subscribed(bob);
    const local = { ...service.browser().body, endpoint: 'https://localhost/x' };
    succeeded(await bob.post(ROUTE, local));
    await ann.say(id, 'hello');
    await browser.first(() => true);
    const refused = await eventually('the refusal', () =>
      node.logs.find(({ msg, err }) => String(msg).includes('did not take') && err !== undefined),
    );
    expect(JSON.stringify(refused)).toContain('not public');
  });
});

it('is not offered where nobody has said whom push services may turn to', async () => {
  const off = await startNode();
  try {
    const [ann] = (await people(off, 1)) as [Person];
    expect((await ann.get(ROUTE)).body).toEqual({ publicKey: null, items: [] });
    expect(codeOf(await ann.post(ROUTE, service.browser().body))).toBe('unsupported');
  } finally {
    await off.close();
  }
});
