import { randomUUID } from 'node:crypto';
import type { Session } from '@parley/protocol';
import { ScriptedClient, SMALL_WORKLOAD } from '@parley/testkit';
import type { Row } from '../row.contract.js';
import type { Stage } from '../stage.js';

const ROUNDS = 8;
const SOCKETS = 3;
/** Redis stays stopped for up to so long once they have begun; its nodes give a silent one up after two seconds. */
const LONGER_SECONDS = 1.5;
/** How late it may come to light that a session has ended, while Redis is away. */
const LATEST_SECONDS = 30;

/** F33: the end of sessions is published late, when their user has long signed in again. */
export const lateWord: Row = {
  id: 'F33',
  title: `Redis stopped while sessions end on one node and begin on the other, ${ROUNDS} times`,
  nodes: 2,
  workload: SMALL_WORKLOAD,
  check: { recovery: 10 },
  async run(stage) {
    const [first, second] = stage.fleet.urls as [string, string];
    const admin = await ask(first, 'register', { username: 'chief', password: randomUUID() });
    let closed = 0;
    for (let round = 1; round <= ROUNDS; round += 1) {
      const how = WAYS[round % WAYS.length] ?? 'signing out';
      const account = await Account.register(first, `account${round}`);
      const old = await account.connect(second);
      const sockets = await stage.fault(`Redis stopped, and sessions ended: ${how}`, {}, async () => {
        stage.fleet.redis.pause();
        try {
          await ENDINGS[how](account, { url: first, admin });
          await account.signIn(second);
          const begun = await account.connect(second);
          await stage.pass(stage.random.next() * LONGER_SECONDS);
          return begun;
        } finally {
          stage.fleet.redis.resume();
        }
      });
      await stage.pass(2);
      closed += sockets.filter(({ isConnected }) => !isConnected).length;
      await mustBeClosed(stage, old, how);
      for (const socket of sockets) socket.close();
    }
    stage.figure('sockets of sessions that began since', `${closed} of ${ROUNDS * SOCKETS} closed`);
    stage.must(closed === 0, `${closed} sockets were closed for a session that was not theirs.`);
  },
};

interface Place {
  url: string;
  admin: Session;
}

/** What ends a user's sessions, by a request to one node. */
const ENDINGS = {
  async 'a new password'(account: Account, { url }: Place) {
    const next = randomUUID();
    await ask(url, 'password', { current: account.password, new: next }, account.session);
    account.password = next;
  },
  async 'signing out'(account: Account, { url }: Place) {
    await ask(url, 'logout', undefined, account.session);
  },
  async 'disabled and enabled again'(account: Account, { url, admin }: Place) {
    const id = account.session.user.id;
    for (const isDisabled of [true, false]) await request(`${url}/api/users/${id}`, 'PATCH', { isDisabled }, admin);
  },
};

const WAYS = Object.keys(ENDINGS) as (keyof typeof ENDINGS)[];

class Account {
  private constructor(
    readonly username: string,
    public password: string,
    public session: Session,
  ) {}

  static async register(url: string, username: string): Promise<Account> {
    const password = randomUUID();
    return new Account(username, password, await ask(url, 'register', { username, password }));
  }

  async signIn(url: string): Promise<void> {
    this.session = await ask(url, 'login', { username: this.username, password: this.password });
  }

  connect(url: string): Promise<ScriptedClient[]> {
    const { accessToken } = this.session;
    return Promise.all(Array.from({ length: SOCKETS }, () => ScriptedClient.connect(url, accessToken)));
  }
}

async function mustBeClosed(stage: Stage, sockets: readonly ScriptedClient[], how: string): Promise<void> {
  const isOpen = () => sockets.some(({ isConnected }) => isConnected);
  for (let passed = 0; isOpen() && passed < LATEST_SECONDS; passed += 1) await stage.pass(1);
  stage.must(!isOpen(), `${how}: a socket of an ended session is open after ${LATEST_SECONDS} s.`);
  for (const socket of sockets) socket.close();
}

const ask = (url: string, what: string, body?: object, as?: Session): Promise<Session> =>
  request(`${url}/api/auth/${what}`, 'POST', body, as);

async function request<T>(url: string, method: string, body?: object, as?: Session): Promise<T> {
  const answer = await fetch(url, {
    method,
    headers: {
      ...(as && { authorization: `Bearer ${as.accessToken}` }),
      ...(body && { 'content-type': 'application/json' }),
    },
    body: body && JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${url}: ${answer.status} ${text}`);
  return (text === '' ? undefined : JSON.parse(text)) as T;
}
