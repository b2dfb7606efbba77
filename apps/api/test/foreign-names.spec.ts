import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocketClient } from '@parley/testkit';
import { CONFIG } from '../src/config/config.js';
import { startNode, type TestNode } from './node.js';
import { type Answer, aGroup, directOf, type Group, NOBODY, type Person, people, succeeded } from './people.js';
import { StompSocket } from './stomp-socket.js';

const INCIDENT = {
  type: 'object',
  properties: {
    severity: { enum: ['low', 'high'] },
    place: { type: 'object', properties: { floor: { type: 'integer' } } },
  },
  required: ['severity'],
};

let directory: string;
let node: TestNode;
let group: Group;
let ann: Person;

beforeAll(async () => {
  directory = mkdtempSync(join(tmpdir(), 'parley-schemas-'));
  const file = join(directory, 'schemas.json');
  writeFileSync(file, JSON.stringify({ incident: INCIDENT }));
  node = await startNode({ DATA_SCHEMAS: file });
  group = await aGroup(node);
  ann = group.owner;
});
afterAll(async () => {
  await node.close();
  rmSync(directory, { recursive: true, force: true });
});

/** What was refused: the code and the first path. */
interface Refusal {
  code: string;
  path?: string;
}

const refusalOf = ({ code, details }: { code: string; details?: { path: string }[] }): Refusal => ({
  code,
  path: details?.[0]?.path,
});

/** Sends by one way in; answers with the stored message, or with why it is refused. */
type Way = (body: object) => Promise<{ type: string; metadata: object } | Refusal>;

const told = ({ status, body }: Answer) => (status < 300 ? body : refusalOf(body.error));

const WAYS: [string, Way][] = [
  ['REST', async (body) => told(await ann.post(`/conversations/${group.id}/messages`, body))],
  ['POST messages/send', async (body) => told(await ann.post('/messages/send', { conversationId: group.id, ...body }))],
  [
    'Socket.IO',
    async (body) => {
      const ack = await (await ann.connect()).ask('message:send', { conversationId: group.id, ...body });
      return ack.success ? ack.message : refusalOf(ack.error);
    },
  ],
  [
    '/ws',
    async (body) => {
      const client = new WebSocketClient(node.url, { token: ann.token, path: '/ws' });
      await client.event('ready');
      client.send({ id: 'x', type: 'message.send', data: { conversationId: group.id, ...body } });
      const { ack } = (await client.until('it is acknowledged', ({ id }) => id === 'x')) as { ack: any };
      client.close();
      return ack.success ? ack.message : refusalOf(ack.error);
    },
  ],
  [
    '/stomp',
    async (body) => {
      const client = await StompSocket.open(node.url, ann.token);
      client.send('/app/chat.send', { conversationId: group.id, ...body });
      const { json } = await client.first('an answer', ({ headers }) => /ack|error/.test(headers.event ?? ''));
      client.close();
      return json.success ? json.message : refusalOf(json.error);
    },
  ],
];

describe.each(WAYS)('types of other systems over %s', (_name, send) => {
  it('S4.1 C28: are stored under names of ours', async () => {
    const stored = await Promise.all([
      send({ content: '', type: 'image_ref', metadata: { dataType: 'x' } }),
      send({ content: '', type: 'file_ref', metadata: { a: 1 } }),
      send({ content: '', type: 'incident_data', metadata: { severity: 'low' } }),
      send({ content: '', type: 'data', metadata: { dataType: 'anything', severity: 7 } }),
    ]);
    expect(stored.map((each) => 'type' in each && [each.type, each.metadata])).toEqual([
      ['image', { dataType: 'x' }],
      ['file', { a: 1 }],
      ['data', { severity: 'low', dataType: 'incident' }],
      ['data', { dataType: 'anything', severity: 7 }],
    ]);
  });

  it('C28: data has to fit the schema of its dataType, by whichever name it comes', async () => {
    expect(await send({ content: '', type: 'incident_data' })).toEqual({ code: 'validation_failed', path: 'metadata' });
    for (const [metadata, path] of [
      [{ severity: 'none' }, 'metadata.severity'],
      [{ severity: 'low', place: { floor: 1.5 } }, 'metadata.place.floor'],
    ] as const) {
      expect(await send({ content: '', type: 'incident_data', metadata })).toEqual({ code: 'validation_failed', path });
      const own = { content: '', type: 'data', metadata: { ...metadata, dataType: 'incident' } };
      expect(await send(own)).toEqual({ code: 'validation_failed', path });
    }
  });

  it('says what it cannot be: other data, the server’s own type, unknown ones', async () => {
    const other = { content: '', type: 'incident_data', metadata: { severity: 'low', dataType: 'fire' } };
    expect(await send(other)).toEqual({ code: 'validation_failed', path: 'metadata.dataType' });
    for (const type of ['system', 'toString', 'IMAGE_REF'])
      expect(await send({ content: 'x', type })).toEqual({ code: 'validation_failed', path: 'type' });
  });
});

describe('data with a schema', () => {
  it('§4: is no more edited than sent into what does not fit', async () => {
    const body = { content: 'x', type: 'incident_data', metadata: { severity: 'low' } };
    const { id } = succeeded(await ann.post(`/conversations/${group.id}/messages`, body));
    const edit = (metadata: object) => ann.patch(`/messages/${id}`, { content: 'y', metadata });
    expect(refusalOf((await edit({ dataType: 'incident' })).body.error)).toMatchObject({ code: 'validation_failed' });
    expect(succeeded(await edit({ dataType: 'incident', severity: 'high' })).metadata.severity).toBe('high');
    expect((await ann.patch(`/messages/${id}`, { content: 'z' })).status).toBe(200);
  });

  it('G2: what was stored before there was one is answered when it is repeated', async () => {
    const body = { content: '', type: 'incident_data', metadata: {}, clientMessageId: randomUUID() };
    const schemas = node.node.app.get<{ dataSchemas: Map<string, unknown> }>(CONFIG).dataSchemas;
    const schema = schemas.get('incident');
    schemas.delete('incident');
    const first = await ann.post(`/conversations/${group.id}/messages`, body);
    schemas.set('incident', schema);
    const again = await ann.post(`/conversations/${group.id}/messages`, body);
    expect([first.status, again.status, again.body.id]).toEqual([201, 200, first.body.id]);
  });

  it('S3.32: what does not fit makes no direct conversation', async () => {
    const [one, other] = (await people(node, 2)) as [Person, Person];
    const body = { receiverId: other.id, content: '', type: 'incident_data' };
    expect((await one.post('/messages/send', body)).status).toBe(400);
    expect((await one.get('/conversations')).body.items).toEqual([]);
  });
});

describe('GET messages?userId=', () => {
  const EMPTY = { items: [], nextCursor: null, hasMore: false, users: [] };

  it('S0.4: is the page of the direct conversation with that person, from both sides', async () => {
    const [one, other] = (await people(node, 2)) as [Person, Person];
    const id = await directOf(one, other);
    for (const content of ['a', 'b', 'c']) await one.say(id, content);
    const direct = (await one.get(`/conversations/${id}/messages?limit=2&before=3`)).text;
    expect((await one.get(`/messages?userId=${other.id.toUpperCase()}&limit=2&before=3`)).text).toBe(direct);
    const { items } = succeeded(await other.get(`/messages?userId=${one.id}&after=1`));
    expect(items.map(({ content }: { content: string }) => content)).toEqual(['b', 'c']);
  });

  it('is an empty page where there is none: with others, oneself, nobody, and whoever shares a group alone', async () => {
    const [one, other] = (await people(node, 2)) as [Person, Person];
    await directOf(other, ann);
    for (const userId of [other.id, one.id, NOBODY, ann.id])
      expect(succeeded(await one.get(`/messages?userId=${userId}&after=1`))).toEqual(EMPTY);
    expect(succeeded(await one.get(`/messages?userId=${other.id}&around=1`))).toEqual({ ...EMPTY, prevCursor: null });
    expect((await one.get(`/messages?userId=${other.id}&before=${NOBODY}`)).status).toBe(404);
    expect((await one.get('/conversations')).body.items).toEqual([]);
  });

  it('names exactly one of a person and a conversation, and pages as everywhere', async () => {
    const path = async (query: string) => (await ann.get(`/messages?${query}`)).body.error.details[0].path;
    expect(await path(`userId=${NOBODY}&conversationId=${group.id}`)).toBe('userId');
    expect(await path('userId=bob')).toBe('userId');
    expect(await path(`userId=${NOBODY}&limit=0`)).toBe('limit');
    expect(await path(`userId=${NOBODY}&before=x`)).toBe('before');
    expect(await path('')).toBe('conversationId');
  });
});
