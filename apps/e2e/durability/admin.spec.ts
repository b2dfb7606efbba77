import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { adminCommand, eventually, type ParleyNode } from '@parley/testkit';
import { ENGINES, type Store } from './engines.js';

const CLOSED = { REGISTRATION: 'closed' };
const PASSWORD = 'correct horse battery';

describe.each(ENGINES)('npm run admin on $engine', ({ open }) => {
  let store: Store;
  let node: ParleyNode;

  const admin = (...args: string[]) => adminCommand({ ...store.env, ...CLOSED, LOG_LEVEL: 'silent' }, ...args);
  const done = async (...args: string[]): Promise<string> => {
    const { code, text } = await admin(...args);
    expect({ code, text }).toEqual({ code: 0, text });
    return text;
  };
  const tokenIn = (text: string) => /#([\w-]{43})/.exec(text)?.[1] ?? '';
  const post = (path: string, body: object) =>
    fetch(`${node.url}/api/${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const meAs = (token: string) => fetch(`${node.url}/api/users/me`, { headers: { authorization: `Bearer ${token}` } });

  beforeAll(async () => {
    store = await open();
    node = await store.startNode(CLOSED);
  });
  afterAll(async () => {
    await node.stop();
    await store.close();
  });

  it('invites, resets, makes bots and keeps people out beside a running node', async () => {
    const invite = tokenIn(await done('invite', '--username', 'Ada', '--url', 'https://chat.example/'));
    expect((await post('auth/register', { username: 'ada', password: PASSWORD, invite })).status).toBe(201);
    expect(await done('list')).toMatch(/^ada +admin +ada /m);
    const reset = tokenIn(await done('reset', 'ada'));
    expect((await post('auth/reset', { token: reset, new: 'another password' })).status).toBe(200);
    const made = await done('bot', 'news', '--name', 'The News');
    const bot = /parley_bot_[\w-]+/.exec(made)?.[0] ?? '';
    expect((await meAs(bot)).status).toBe(200);
    const id = /^ {2}([0-9a-f-]{36}) +"first"/m.exec(await done('bots'))?.[1] ?? '';
    await done('bot', 'news', 'revoke', id);
    await eventually('the revoked token is refused', async () => (await meAs(bot)).status === 401);
    const second = /parley_bot_[\w-]+/.exec(await done('bot', 'news', 'token', 'second'))?.[0] ?? '';
    expect((await meAs(second)).status).toBe(200);
    await done('disable', 'news');
    await eventually('the disabled bot is refused', async () => (await meAs(second)).status === 401);
    await done('enable', 'news');
    const actions = [
      'account_enabled',
      'account_disabled',
      'bot_token_revoked',
      'bot_created',
      'reset_used',
      'invite_used',
    ];
    const log = await done('audit');
    for (const action of actions) expect(log).toContain(action);
    for (const secret of [invite, reset, bot, second]) expect(log).not.toContain(secret);
  });

  it('refuses with a sentence and a code of its own what it cannot do and what it does not know', async () => {
    for (const [args, code, sentence] of [
      [['nonsense'], 2, 'There is no command "nonsense".'],
      [['disable'], 2, 'Something is missing.'],
      [['disable', 'nobody'], 1, 'There is no account "nobody".'],
      [['invite', '--username', 'ada'], 1, 'This username is taken.'],
      [['reset', 'news'], 1, 'This account has no password here'],
      [['disable', 'ada'], 1, 'This is the last server admin'],
    ] as const) {
      const answer = await admin(...args);
      expect([answer.code, answer.text]).toEqual([code, expect.stringContaining(sentence)]);
      expect(answer.text).not.toMatch(/^\s+at .+:\d+:\d+/m);
    }
    expect(await done('--help')).toContain('Usage: npm run admin');
  });

  it('works where no node runs, and again beside the next one, also after a kill', async () => {
    await node.kill();
    expect(await done('list', 'ad')).toContain('ada');
    node = await store.startNode(CLOSED);
    const invite = tokenIn(await done('invite'));
    expect((await post('auth/register', { username: 'bob', password: PASSWORD, invite })).status).toBe(201);
    await node.terminate();
    expect(existsSync(join(node.dataDirectory, 'admin.sock'))).toBe(false);
    expect(await done('list')).toContain('bob');
  });
});
