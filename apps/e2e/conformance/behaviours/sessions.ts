import { expect } from '@jest/globals';
import type { Me, Session } from '@parley/protocol';
import { inSeconds } from '../host-token.js';
import type { Line } from '../line.js';
import type { Behaviours } from '../stage.js';
import { anError } from './shapes.js';

const subjectOf = (token: string): string =>
  (JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as { sub: string }).sub;

/** A socket received why it is closed, and was closed for good. */
async function expectEnd(line: Line, code: string, reason = 'io server disconnect') {
  const { error } = await line.first('server:closing');
  expect([error.code, await line.closed()]).toEqual([code, reason]);
}

/** What comes of a refresh: the status, and the next cookie as a browser would send it. */
async function refreshed(url: string, cookie: string): Promise<{ status: number; cookie: string }> {
  const headers = { cookie, origin: new URL(url).origin };
  const answer = await fetch(`${url}/api/auth/refresh`, { method: 'POST', headers });
  await answer.arrayBuffer();
  return { status: answer.status, cookie: answer.headers.get('set-cookie')?.split(';')[0] ?? '' };
}

export const sessions: Behaviours = {
  '§2: a socket is warned, ends with its token and comes back with a new one, unless auth:refresh renews it in place':
    async (stage) => {
      const { id, people, lines } = await stage.scene(1);
      const [person] = people;
      const sub = subjectOf(person.token);
      const [exp, lasting] = [inSeconds(4), inSeconds(600)];
      const tokens = [stage.token({ sub, name: sub, exp }), person.token];
      const auth = (give: (auth: object) => void) => give({ token: tokens.shift() });
      const renewed = await person.connect({ auth: { token: tokens[0] } });
      const ending = await person.connect({ auth, reconnection: true, reconnectionDelay: 1 });
      for (const line of [renewed, ending]) {
        expect(await line.first('auth:expiring')).toEqual({ expiresAt: new Date(exp * 1000).toISOString() });
      }
      const answer = await renewed.ask('auth:refresh', { token: stage.token({ sub, name: sub, exp: lasting }) });
      expect(answer).toEqual({ success: true, expiresAt: new Date(lasting * 1000).toISOString() });
      await expectEnd(ending, 'token_expired', 'transport close');
      await ending.first('ready', (announced) => ending.all('ready').indexOf(announced) === 1);
      const { version } = await lines[0].say(id, 'still heard');
      for (const line of [renewed, ending]) await line.reaches(id, version ?? 0);
      expect(renewed.all('server:closing')).toEqual([]);
      expect(ending.all('auth:expiring')).toHaveLength(1);
    },

  '§2: auth:refresh with another’s token is forbidden and closes; with no good token it is refused and stays': async (
    stage,
  ) => {
    const [person, other] = await stage.crowd(2);
    const line = await person.connect();
    expect(await line.refused('auth:refresh', { token: 'garbage' })).toEqual(anError('unauthenticated'));
    const late = stage.token({ sub: 'late', exp: inSeconds(-5) });
    expect(await line.refused('auth:refresh', { token: late })).toEqual(anError('token_expired'));
    expect(line.ended).toBeNull();
    expect(await line.refused('auth:refresh', { token: other.token })).toEqual(anError('forbidden'));
    await expectEnd(line, 'forbidden');
  },

  '§2: signing out closes that session’s sockets on every node, and its token is refused on every node': async (
    stage,
  ) => {
    const account = await stage.account();
    const { username, password } = account;
    const elsewhere = await account.post<Session>('/auth/login', { username, password });
    const lines = await Promise.all(stage.urls.map(() => account.connect()));
    const kept = await account.connect({ auth: { token: elsewhere.accessToken } });
    expect((await account.call('POST', '/auth/logout')).status).toBe(204);
    for (const line of lines) await expectEnd(line, 'unauthenticated');
    for (const url of stage.urls) {
      expect((await account.call('GET', '/users/me', undefined, { url })).status).toBe(401);
    }
    const again = account.dial();
    expect(await again.closed()).toBe('connect_error');
    await kept.ask('sync', { conversations: {} });
    expect(kept.ended).toBeNull();
  },

  '§2: a new password ends every session on every node, and answers with a new one': async (stage) => {
    const account = await stage.account();
    const lines = await Promise.all(stage.urls.map(() => account.connect()));
    const body = { current: account.password, new: `${account.password}, changed` };
    const { accessToken } = await account.post<Session>('/auth/password', body);
    for (const line of lines) await expectEnd(line, 'unauthenticated');
    account.token = accessToken;
    expect((await account.get<Me>('/users/me')).id).toBe(account.id);
    await account.connect();
  },

  '§2: the cookie is exchanged on any node, and the one just replaced is good for two tabs and for a lost answer':
    async (stage) => {
      const account = await stage.account();
      const everywhere = [...stage.urls, ...stage.urls];
      const answers = await Promise.all(everywhere.map((url) => refreshed(url, account.cookie)));
      const [first] = answers;
      expect(first?.status).toBe(200);
      expect(answers).toEqual(everywhere.map(() => first));
      expect(await refreshed(stage.urls.at(-1) ?? '', first?.cookie ?? '')).toMatchObject({ status: 200 });
    },

  '§2: a cookie from before one that was used ends the session, on every node': async (stage) => {
    const account = await stage.account();
    const [first, last] = [stage.urls[0] ?? '', stage.urls.at(-1) ?? ''];
    const line = await account.connect();
    const second = await refreshed(first, account.cookie);
    const third = await refreshed(last, second.cookie);
    expect((await refreshed(first, account.cookie)).status).toBe(401);
    await expectEnd(line, 'unauthenticated');
    for (const { cookie } of [second, third]) expect((await refreshed(last, cookie)).status).toBe(401);
  },

  '§2: a new password whose answer was lost can be repeated, on any node, by who knows it': async (stage) => {
    const account = await stage.account();
    const change = (url: string, body: object) => account.call('POST', '/auth/password', body, { url });
    const body = { current: account.password, new: 'another password' };
    const last = stage.urls.at(-1) ?? '';
    expect((await change(account.url, body)).status).toBe(200);
    const { status, text } = await change(last, body);
    expect(status).toBe(200);
    expect((await change(last, { ...body, new: 'a guessed password' })).status).toBe(401);
    account.token = (JSON.parse(text) as Session).accessToken;
    await account.connect();
  },

  '§2: a password is the same in whichever way a keyboard composes its letters': async (stage) => {
    const guest = await stage.account();
    const username = `n${guest.username}`.slice(0, 32);
    await guest.post<Session>('/auth/register', { username, password: 'cafe\u0301 creme' });
    await guest.post<Session>('/auth/login', { username, password: 'caf\u00e9 creme' });
    expect(await guest.refused('POST', '/auth/login', { username, password: 'cafe creme' })).toMatchObject({
      status: 401,
    });
  },
};
