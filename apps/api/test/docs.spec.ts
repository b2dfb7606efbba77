import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ModulesContainer } from '@nestjs/core';
import { MESSAGE_METADATA } from '@nestjs/websockets/constants.js';
import { ERRORS } from '@parley/protocol';
import { startNode, type TestNode } from './node.js';

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
});

/** The names of commands that the methods of a gateway declare. */
function commandsOf(prototype: object): string[] {
  return Object.values(Object.getOwnPropertyDescriptors(prototype)).flatMap(({ value }) => {
    const name: unknown = typeof value === 'function' ? Reflect.getMetadata(MESSAGE_METADATA, value) : undefined;
    return typeof name === 'string' ? [name] : [];
  });
}
