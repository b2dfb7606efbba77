import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ModulesContainer } from '@nestjs/core';
import { MESSAGE_METADATA } from '@nestjs/websockets/constants.js';
import { ERRORS } from '@parley/protocol';
import { eventually, type MetricFamily, metricOf, readOpenMetrics } from '@parley/testkit';
import { sql } from 'drizzle-orm';
import { ConversationSizes } from '../src/modules/conversations/conversation-sizes.js';
import { startNode, type TestNode } from './node.js';
import { aGroup, NOBODY } from './people.js';

interface Layer {
  route?: { path: string; methods: Record<string, boolean> };
}

interface Operation {
  security?: object[];
  'x-alias-of'?: string;
  parameters?: { name: string; in: string; schema: object }[];
  requestBody?: { content: object };
  responses: Record<string, { headers?: object; content?: Record<string, { schema: object }> }>;
}

type Paths = Record<string, Record<string, Operation>>;

describe('The documents of a running node', () => {
  let node: TestNode;
  let paths: Paths;
  let operations: Record<string, { title: string; action: string; 'x-errors'?: object }>;
  beforeAll(async () => {
    node = await startNode();
    paths = (await node.request.get('/api/docs/openapi.json').expect(200)).body.paths;
    operations = (await node.request.get('/api/asyncapi').expect(200)).body.operations;
  });
  afterAll(() => node.close());

  it('S0.12 S3.49: OpenAPI tells every route that the server answers, and no other', () => {
    const { router } = node.node.app.getHttpAdapter().getInstance() as { router: { stack: Layer[] } };
    // What stands there for every method is Nest's, for routes outside of its prefix.
    const answered = router.stack.flatMap(({ route }) => {
      const methods = Object.keys(route?.methods ?? {});
      return methods.length === 1 ? [`${methods[0]} ${route?.path.replaceAll(/:(\w+)/g, '{$1}')}`] : [];
    });
    const told = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method} ${path}`),
    );
    expect(answered.length).toBeGreaterThan(40);
    expect(told.toSorted()).toEqual(answered.toSorted());
  });

  it('S0.12: of each route it tells the answer, and its refusals by the status of the error table', () => {
    for (const [path, methods] of Object.entries(paths)) {
      for (const { responses } of Object.values(methods)) {
        const [status, answer] = Object.entries(responses)[0] ?? [];
        const schemas = Object.values(answer?.content ?? {}).map(({ schema }) => Object.keys(schema).length > 0);
        const isBare = status === '204' || path.startsWith('/api/files/uploads');
        expect({ path, schemas }).toEqual({ path, schemas: isBare ? [] : [true] });
        for (const [failed, { content }] of Object.entries(responses)) {
          if (Number(failed) < 400) continue;
          const codes = /"enum":\[([^\]]*)\]/.exec(JSON.stringify(content))?.[1]?.match(/\w+/g) ?? [];
          expect(codes.map((code) => ERRORS[code as keyof typeof ERRORS].status)).toEqual(
            codes.map(() => Number(failed)),
          );
        }
      }
    }
  });

  it('S0.12: aliases name what they stand for, and public routes need no token', () => {
    const alias = (method: string, path: string) => paths[path]?.[method]?.['x-alias-of'];
    expect(alias('get', '/api/rooms/{id}')).toBe('GET /api/conversations/{id}');
    expect(alias('post', '/api/messages/send')).toBe('POST /api/conversations/{id}/messages');
    expect(alias('get', '/api/messages')).toBe('GET /api/conversations/{id}/messages');
    expect(alias('get', '/api/rooms/{id}/messages/{messageId}')).toBe('GET /api/messages/{id}');
    expect(alias('get', '/api/conversations/{id}')).toBeUndefined();
    expect(paths['/api/auth/login']?.post?.security).toEqual([]);
    expect(paths['/api/users/me']?.get?.security).toBeUndefined();
  });

  it('S0.12: parameters have the bounds that the server holds them to', () => {
    const { parameters = [] } = paths['/api/conversations/{id}/messages']?.get ?? {};
    const schemaOf = (name: string) => parameters.find((each) => each.name === name)?.schema;
    expect(schemaOf('id')).toEqual({ type: 'string', format: 'uuid' });
    expect(schemaOf('limit')).toEqual({ type: 'integer', minimum: 1, maximum: 100 });
    expect(schemaOf('type')).toEqual({ type: 'string', enum: ['text', 'image', 'file', 'system', 'data'] });
  });

  it('S0.12 S3.49: AsyncAPI tells every command that a gateway declares, with its refusals, and no other', () => {
    const declared = [...node.node.app.get(ModulesContainer).values()].flatMap(({ providers }) =>
      [...providers.values()].flatMap(({ metatype }) => commandsOf((metatype?.prototype ?? {}) as object)),
    );
    const told = Object.values(operations).filter(({ action }) => action === 'receive');
    expect(told.map(({ title }) => title).toSorted()).toEqual(declared.toSorted());
    for (const each of told) expect(each['x-errors']).toMatchObject({ validation_failed: { status: 400 } });
  });

  it('S0.12: AsyncAPI has a channel for each destination of STOMP, and what may be sent there or comes from there', async () => {
    const { channels } = (await node.request.get('/api/asyncapi').expect(200)).body;
    const framesAt = (address: string): string[] =>
      Object.values<any>(channels).flatMap((channel) =>
        channel.address === address && channel.servers[0].$ref === '#/servers/stomp'
          ? Object.keys(channel.messages)
          : [],
      );
    const commands = Object.values(operations).filter(({ action }) => action === 'receive');
    for (const { title } of commands)
      expect([title, framesAt(`/app/${title.replace(':', '.')}`)]).toEqual([
        title,
        [`stomp.command.${title.replace(':', '.')}`],
      ]);
    expect(framesAt('/app/chat.send')).toEqual(['stomp.command.message.send']);
    expect(framesAt('/app/chat.typing')).toEqual(['stomp.command.typing.start', 'stomp.command.typing.stop']);
    expect(framesAt('/user/queue/acks')).toContain('stomp.ack.sync');
    expect(framesAt('/user/queue/errors')).toEqual(['stomp.refused']);
    const topic = framesAt('/topic/conversation/{conversationId}');
    expect(topic).toEqual(expect.arrayContaining(['stomp.event.message.created', 'stomp.event.member.removed']));
    const others = framesAt('/user/queue/messages').filter((frame) => !topic.includes(frame));
    expect(others).toEqual(expect.arrayContaining(['stomp.event.ready', 'stomp.event.message.sent']));
    expect(others).not.toContain('stomp.event.typing.update');
  });

  it('S0.12: of routes of tus it tells the headers that they take and answer, and the bytes', () => {
    const { parameters = [], requestBody, responses } = paths['/api/files/uploads/{id}']?.patch ?? {};
    expect(parameters.filter((each) => each.in === 'header').map(({ name }) => name)).toEqual([
      'Tus-Resumable',
      'Upload-Offset',
    ]);
    expect(Object.keys(requestBody?.content ?? {})).toEqual(['application/offset+octet-stream']);
    expect(Object.keys(responses?.['204']?.headers ?? {})).toEqual(['Upload-Offset', 'Upload-Expires', 'Upload-File']);
  });

  it('S3.49: the page tells the same to people, without a script and without a style of its own', async () => {
    const { text, headers } = await node.request.get('/api/docs').expect(200);
    expect(headers['content-type']).toBe('text/html; charset=utf-8');
    const routes = Object.entries(paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const titles = [...routes, ...Object.values(operations).map(({ title }) => title)];
    expect(titles.filter((title) => !text.includes(`<code>${title}</code>`))).toEqual([]);
    expect(text.match(/<script|<style|<[^>]+\s(style|on\w+)=|(src|href)="https?:/g)).toBeNull();
    const links = [...text.matchAll(/href="#([^"]+)"/g)].map(([, id]) => id);
    const ids = new Set([...text.matchAll(/id="([^"]+)"/g)].map(([, id]) => id));
    expect(links.filter((id) => !ids.has(id))).toEqual([]);
    const style = await node.request.get('/api/docs/page.css').expect(200);
    expect(style.headers['content-type']).toBe('text/css; charset=utf-8');
  });

  const metrics = async (): Promise<Map<string, MetricFamily>> => {
    const { text, headers } = await node.request.get('/metrics').expect(200);
    expect(headers['content-type']).toBe('application/openmetrics-text; version=1.0.0; charset=utf-8');
    return readOpenMetrics(text);
  };

  it('S3.49: docs/operations.md has each family of /metrics that is Parley’s own, with its type and labels, and no other', async () => {
    const page = readFileSync(join(import.meta.dirname, '../../../docs/operations.md'), 'utf8');
    const rows = [...page.matchAll(/^\| `(parley_\w+)(?:\{([\w, ]+)\})?` \| (\w+) \|/gm)];
    const told = rows.map(([, name, labels = '', type]) => ({ name, type, labels: labels.split(', ').join() }));
    const served = [...(await metrics()).values()].filter(({ name }) => name.startsWith('parley_'));
    const nameOf = ({ name, type }: MetricFamily) => (type === 'counter' ? `${name}_total` : name);
    expect(told.map(({ name, type }) => `${name} ${type}`).toSorted()).toEqual(
      served.map((family) => `${nameOf(family)} ${family.type}`).toSorted(),
    );
    const labelsOf = new Map(told.map(({ name, labels }) => [name, labels]));
    for (const family of served) {
      const names = new Set(family.samples.map(({ labels: { le: _le, ...own } }) => Object.keys(own).sort().join()));
      for (const labels of names) {
        const listed = labelsOf.get(nameOf(family))?.split(',').sort().join();
        expect([family.name, labels]).toEqual([family.name, listed]);
      }
    }
    const process = [...page.matchAll(/`((?:process|nodejs)_\w+)`/g)].map(([, name = '']) =>
      name.replace(/_total$/, ''),
    );
    const families = await metrics();
    expect(process.length).toBeGreaterThan(3);
    expect(process.filter((name) => !families.has(name))).toEqual([]);
  });

  it('S4.47 S4.48: /metrics tells of sockets, messages, their ways and delays, edits, refusals, and nothing of people', async () => {
    const before = await metrics();
    const { id, owner, members } = await aGroup(node, { members: 1 });
    const sockets = await Promise.all([owner, ...members].map((each) => each.connect()));
    const [mine, other] = sockets as [(typeof sockets)[0], (typeof sockets)[0]];
    const { messageId } = await mine.say(id, 'the words of a message');
    await mine.ask('message:edit', { messageId, content: 'other words of it' });
    await mine.ask('message:delete', { messageId });
    await mine.ask('a name of a client: 1', {});
    await owner.get(`/conversations/${NOBODY}`);
    await other.first('message:deleted');
    const after = await metrics();
    const grown = (name: string, labels = {}) => metricOf(after, name, labels) - metricOf(before, name, labels);
    expect(grown('parley_connections_total', { transport: 'socketio' })).toBeGreaterThanOrEqual(2);
    expect(metricOf(after, 'parley_sockets', { transport: 'socketio', state: 'open' })).toBeGreaterThanOrEqual(2);
    expect(metricOf(after, 'parley_users_connected')).toBeGreaterThanOrEqual(2);
    expect(grown('parley_messages_sent_total', { type: 'text' })).toBe(1);
    expect(grown('parley_changes_committed_total', { event: 'message:edited' })).toBe(1);
    expect(grown('parley_changes_committed_total', { event: 'message:deleted' })).toBe(1);
    expect(grown('parley_commands_failed_total', { code: 'not_found' })).toBe(1);
    expect(grown('parley_requests_failed_total', { code: 'not_found' })).toBe(1);
    expect(grown('parley_message_delivery_seconds_count', { sent: 'here' })).toBe(1);
    expect(grown('parley_batch_messages_sum')).toBe(1);
    for (const name of ['message_delivery_seconds', 'message_commit_seconds', 'batch_seconds'])
      expect(grown(`parley_${name}_sum`)).toBeGreaterThan(0);
    const text = JSON.stringify([...after.values()]);
    for (const word of [id, owner.id, owner.username, messageId, 'words', 'a name of'])
      expect(text).not.toContain(word);
    for (const socket of sockets) socket.close();
  });

  it('S4.48: /metrics tells how many messages conversations have, as the database has them', async () => {
    const [{ conversations, messages } = { conversations: 0, messages: 0 }] = await node.rows<Record<string, number>>(
      sql`SELECT count(*)::int AS conversations, coalesce(sum(last_seq), 0)::int AS messages FROM conversations`,
    );
    node.node.app.get(ConversationSizes, { strict: false }).forget();
    await eventually('the conversations are counted', async () => {
      const found = await metrics();
      const of = (part: string) => metricOf(found, `parley_conversation_messages_${part}`);
      return of('count') === conversations && of('sum') === messages;
    });
    expect(conversations).toBeGreaterThan(0);
  });
});

/** The names of commands that the methods of a gateway declare. */
function commandsOf(prototype: object): string[] {
  return Object.values(Object.getOwnPropertyDescriptors(prototype)).flatMap(({ value }) => {
    const name: unknown = typeof value === 'function' ? Reflect.getMetadata(MESSAGE_METADATA, value) : undefined;
    return typeof name === 'string' ? [name] : [];
  });
}
