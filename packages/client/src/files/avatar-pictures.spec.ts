import { beforeEach, describe, expect, it } from '@jest/globals';
import type { ConnectionSnapshot } from '../connection/connection-snapshot.js';
import { Tokens } from '../connection/tokens.js';
import { Http } from '../http/http.js';
import { Value } from '../value.js';
import { FileLinks } from './file-links.js';

const MINE = '/base/api/files/1/avatar';

describe('The picture of somebody', () => {
  let asked: [url: string, token: string | null][];
  let status: number;
  let links: FileLinks;

  beforeEach(() => {
    asked = [];
    status = 200;
    const ask = async (url: string, { headers }: RequestInit) => {
      asked.push([url, new Headers(headers).get('authorization')]);
      if (status === 200) return new Response('a picture');
      const error = { code: 'not_found', message: '', retryable: false, requestId: 'x' };
      return Response.json({ error }, { status });
    };
    const tokens = new Tokens(async () => 'token');
    const http = new Http({ url: 'https://chat.example/base/', tokens, fetch: ask as typeof fetch });
    const connection = new Value({ state: 'online' } as ConnectionSnapshot);
    links = new FileLinks({ http, connection: () => connection, now: () => 0 });
  });

  it('is fetched with the token, once for all who want it, and shown from memory', async () => {
    const [one, other] = await Promise.all([links.url(MINE), links.url(MINE)]);
    expect(other).toBe(one);
    expect(asked).toEqual([[`https://chat.example${MINE}`, 'Bearer token']]);
    expect(await (await fetch(one)).text()).toBe('a picture');
  });

  it('of another server is where its address says', async () => {
    expect(await links.url('https://host.example/me.png')).toBe('https://host.example/me.png');
    expect(asked).toEqual([]);
  });

  it('is asked for at no other server, in whatever way its address is written', async () => {
    status = 404;
    for (const path of ['//other.example/me.png', '/\\other.example/me.png'])
      await expect(links.url(path)).rejects.toMatchObject({ code: 'not_found' });
    expect(asked.map(([url]) => new URL(url).origin)).toEqual(['https://chat.example', 'https://chat.example']);
  });

  it('that is not there rejects with the reason, and is asked for again by the next one', async () => {
    status = 404;
    await expect(links.url(MINE)).rejects.toMatchObject({ code: 'not_found' });
    status = 200;
    expect(await links.url(MINE)).toMatch(/^blob:/);
  });

  it('is forgotten with the session, and beyond five hundred', async () => {
    const first = await links.url(MINE);
    for (let n = 2; n <= 501; n += 1) await links.url(`/base/api/files/${n}/avatar`);
    await expect(fetch(first)).rejects.toThrow();
    const last = await links.url('/base/api/files/501/avatar');
    links.clear();
    await Promise.resolve();
    await expect(fetch(last)).rejects.toThrow();
    expect(asked).toHaveLength(501);
  });
});
