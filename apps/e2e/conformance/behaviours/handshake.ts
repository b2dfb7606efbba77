import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import { text } from 'node:stream/consumers';
import { expect } from '@jest/globals';
import type { ConversationListItem, ErrorObject, Page, SyncAnswer } from '@parley/protocol';
import { inSeconds } from '../host-token.js';
import type { Behaviours } from '../stage.js';
import { anError, aTime, aUuid } from './shapes.js';

/** A polling handshake, by hand, for the status that a plain client cannot see. */
const poll = (url: string, headers: Record<string, string>) =>
  fetch(`${url}/socket.io/?EIO=4&transport=polling`, { headers });

/** An upgrade by hand that has to be refused: the plain HTTP answer. */
async function refusedUpgrade(url: string, query: string): Promise<{ status: number; error: ErrorObject }> {
  const key = 'MDEyMzQ1Njc4OWFiY2RlZg==';
  const headers = {
    connection: 'upgrade',
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': key,
  };
  const asked = request(`${url}/socket.io/?${query}`, { headers }).end();
  const answered = once(asked, 'response');
  const upgraded = once(asked, 'upgrade').then(() => Promise.reject(new Error(`${query} was upgraded.`)));
  const [answer] = (await Promise.race([answered, upgraded])) as [IncomingMessage];
  const { error } = JSON.parse(await text(answer)) as { error: ErrorObject };
  return { status: answer.statusCode ?? 0, error };
}

export const handshake: Behaviours = {
  '§5 S2.6: a token in auth brings ready, once, with all that is announced': async (stage) => {
    const person = await stage.person();
    const line = await person.connect();
    expect(await line.ready()).toEqual({
      userId: person.id,
      epoch: expect.any(String),
      cursor: expect.any(Number),
      serverTime: aTime,
      serverVersion: expect.any(String),
      limits: {
        contentBytes: expect.any(Number),
        metadataBytes: 102_400,
        frameBytes: 262_144,
        membersPerRequest: 100,
        messagesPerSecond: expect.any(Number),
        messagesPerMinute: expect.any(Number),
        editWindowSeconds: expect.any(Number),
        fileBytes: expect.any(Number),
        filesPerMessage: expect.any(Number),
      },
      features: { search: expect.any(Boolean), files: expect.any(Boolean) },
    });
    await line.ask('sync', { conversations: {} });
    expect(line.all('ready')).toHaveLength(1);
  },

  '§2 S2.6 S1.14: the Authorization header does as well': async (stage) => {
    const person = await stage.person();
    const line = person.dial({ auth: {}, extraHeaders: { authorization: `Bearer ${person.token}` } });
    expect((await line.ready()).userId).toBe(person.id);
  },

  'S2.3: long polling carries all that a WebSocket does': async (stage) => {
    const person = await stage.person();
    const line = await person.connect({ transports: ['polling'] });
    const id = await stage.group([person]);
    const { seq } = await line.say(id, 'by polling');
    expect(seq).toBe(1);
    await line.reaches(id, 2);
  },

  'S2.3: a client with its default options connects and is heard': async (stage) => {
    const person = await stage.person();
    const line = await person.connect({ transports: undefined });
    const id = await stage.group([person]);
    expect((await line.say(id, 'by defaults')).seq).toBe(1);
    await line.reaches(id, 2);
  },

  '§5: the epoch is the same on every node': async (stage) => {
    const people = await Promise.all(stage.urls.map(() => stage.person()));
    const told = await Promise.all(people.map(async (each) => (await (await each.connect()).ready()).epoch));
    expect(new Set(told).size).toBe(1);
  },

  '§2 §5 S1.11 S1.24: a token that is missing, garbled, foreign or expired is a connect_error with the error': async (
    stage,
  ) => {
    const person = await stage.person();
    const [head = '', body = '', signature = ''] = person.token.split('.');
    const other = Buffer.from(JSON.stringify({ sub: 'else', exp: inSeconds(60) })).toString('base64url');
    const refused: [object, string][] = [
      [{}, 'unauthenticated'],
      [{ token: '' }, 'unauthenticated'],
      [{ token: 7 }, 'unauthenticated'],
      [{ token: ['x'] }, 'unauthenticated'],
      [{ token: 'garbage' }, 'unauthenticated'],
      [{ token: `${head}.${other}.${signature}` }, 'unauthenticated'],
      [{ token: `${head}.${body}.` }, 'unauthenticated'],
      [{ token: stage.token({ sub: 'late', exp: inSeconds(-1) }) }, 'token_expired'],
      [{ token: stage.token({ sub: 'else', aud: 'another' }) }, 'unauthenticated'],
      [{ token: stage.token({ sub: 'else', iss: 'another' }) }, 'unauthenticated'],
      [{ token: stage.token({ sub: 'soon', nbf: inSeconds(3600) }) }, 'unauthenticated'],
    ];
    for (const [auth, code] of refused) {
      const line = person.dial({ auth });
      expect([auth, await line.closed()]).toEqual([auth, 'connect_error']);
      expect([auth, line.refusal?.code, line.refusal?.requestId]).toEqual([auth, code, aUuid]);
    }
  },

  '§2 S0.24: a page of another origin is refused with 403 on every transport, the own one is not': async (stage) => {
    const person = await stage.person();
    const evil = await poll(person.url, { origin: 'https://evil.example' });
    expect([evil.status, ((await evil.json()) as { error: ErrorObject }).error.code]).toEqual([403, 'forbidden']);
    const line = person.dial({ extraHeaders: { origin: 'https://evil.example' } });
    expect(await line.closed()).toBe('connect_error');
    const other = await stage.person();
    await other.connect({ extraHeaders: { origin: other.url } });
  },

  '§5: a client of an older Engine.IO is refused with a plain 400 before any upgrade, on both transports': async (
    stage,
  ) => {
    const { url } = await stage.person();
    for (const eio of ['EIO=3', 'EIO=2', 'x=4']) {
      expect([eio, await refusedUpgrade(url, `${eio}&transport=websocket`)]).toEqual([
        eio,
        { status: 400, error: anError('validation_failed') },
      ]);
      const polled = await fetch(`${url}/socket.io/?${eio}&transport=polling`);
      expect([eio, polled.status, await polled.json()]).toEqual([eio, 400, { error: anError('validation_failed') }]);
    }
    const { status } = await refusedUpgrade(url, 'EIO=4&transport=flash');
    expect(status).toBe(400);
  },

  '§5: commands that are given before ready wait for it': async (stage) => {
    const person = await stage.person();
    const id = await stage.group([person]);
    const line = person.dial();
    const early = [1, 2, 3].map((n) => line.say(id, `early ${n}`));
    expect((await Promise.all(early)).map(({ seq }) => seq)).toEqual([1, 2, 3]);
    expect(line.all('ready')).toHaveLength(1);
    await line.reaches(id, 4);
  },

  'G4 §5: between what was read before and what is heard after connecting nothing is missing': async (stage) => {
    const [owner, reader] = await stage.crowd(2);
    const id = await stage.group([owner, reader]);
    const sender = await owner.connect();
    const enough = new AbortController();
    const sending = (async () => {
      for (let n = 1; !enough.signal.aborted; n += 1) await sender.say(id, `${n}`);
    })();
    const list = await reader.get<Page<ConversationListItem>>('/conversations');
    const { version, receipts } = list.items.find((each) => each.id === id) ?? { version: 0, receipts: 0 };
    const line = await reader.connect();
    const answer: SyncAnswer = await line.ask('sync', { conversations: { [id]: { version, receipts } } });
    enough.abort();
    await sending;
    const { version: last } = await reader.get<ConversationListItem>(`/conversations/${id}`);
    await line.reaches(id, last);
    const synced = answer.conversations[id];
    const rows = synced && 'messages' in synced ? synced.messages.map((each) => each.version) : [];
    const known = new Set([...rows, ...line.versions(id)]);
    const missing = Array.from({ length: last - version }, (_, n) => version + 1 + n).filter(
      (each) => !known.has(each),
    );
    expect(missing).toEqual([]);
  },
};
