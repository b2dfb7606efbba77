import { expect } from '@jest/globals';
import type { ErrorBody, NoSession } from '@parley/protocol';
import type { Behaviours } from '../stage.js';

type Headers = Record<string, string>;

/** Everything that may be refused for its origin: the upgrade, long polling, and a request by the cookie. */
async function answersTo(url: string, cookie: string, headers: Headers): Promise<number[]> {
  const polling = await fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers });
  const refresh = await fetch(`${url}/api/auth/refresh`, { method: 'POST', headers: { cookie, ...headers } });
  return [polling.status, refresh.status];
}

/** Whether this deployment believes us as a proxy; then it sends Strict-Transport-Security where we forward TLS. */
async function believes(url: string): Promise<boolean> {
  const { headers } = await fetch(`${url}/health/live`, { headers: { 'x-forwarded-proto': 'https' } });
  return headers.has('strict-transport-security');
}

export const addresses: Behaviours = {
  '§2: a page that is not at the address of the server is refused with what is wrong, and so is its socket': async (
    stage,
  ) => {
    const { cookie, url } = await stage.account();
    const origin = 'https://evil.example';
    expect(await answersTo(url, cookie, { origin })).toEqual([403, 403]);
    const answer = await fetch(`${url}/api/auth/refresh`, { method: 'POST', headers: { cookie, origin } });
    expect(((await answer.json()) as ErrorBody).error).toMatchObject({
      code: 'forbidden',
      retryable: false,
      details: [{ path: 'origin', message: 'not allowed' }],
    });
    const person = await stage.person();
    expect(await person.dial({ extraHeaders: { origin } }).closed()).toBe('connect_error');
  },

  '§2: the address is what a proxy of ours says, and of nobody else': async (stage) => {
    for (const url of stage.urls) {
      const { cookie } = await stage.account();
      const good = (await believes(url)) ? 200 : 403;
      const { host } = new URL(url);
      const outside: Headers = { origin: 'https://chat.example:8443' };
      const believed: Headers[] = [
        { 'x-forwarded-host': 'chat.example:8443' },
        { 'x-forwarded-host': 'chat.example', 'x-forwarded-port': '8443', 'x-forwarded-proto': 'https' },
        { 'x-forwarded-host': `chat.example:8443, ${host}` },
      ];
      for (const told of believed) {
        expect(await answersTo(url, cookie, { ...outside, ...told })).toEqual([good, good]);
      }
      const elsewhere = { ...outside, 'x-forwarded-host': 'chat.example:8444' };
      expect(await answersTo(url, cookie, elsewhere)).toEqual([403, 403]);
    }
  },

  '§2: a socket opens at the address that a proxy of ours says': async (stage) => {
    const person = await stage.person();
    const extraHeaders = { origin: 'https://chat.example', 'x-forwarded-host': 'chat.example' };
    const line = person.dial({ extraHeaders });
    if (await believes(person.url)) expect((await line.ready()).userId).toBe(person.id);
    else expect(await line.closed()).toBe('connect_error');
  },

  '§3: a page that has no cookie learns that there is no session, and is not refused': async (stage) => {
    const [url = ''] = stage.urls;
    const body = JSON.stringify({ isOptional: true });
    const headers = { 'content-type': 'application/json' };
    const answer = await fetch(`${url}/api/auth/refresh`, { method: 'POST', headers, body });
    expect([answer.status, (await answer.json()) as NoSession]).toEqual([200, { session: null }]);
  },
};
