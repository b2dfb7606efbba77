import { type CommandName, ERRORS, type ErrorCode } from '@parley/protocol';
import { publicPath } from '../../kernel/base-path.js';
import type { CommandTable } from '../../realtime/commands/command-row.js';
import { VERSION } from '../../realtime/version.js';
import { payloadSchema } from './payload-schema.js';
import { commandRefusals, errorOf } from './refusals.js';
import { type Schema, type Shapes, usedBy } from './shapes.js';
import { type StompDestination, stompDestinations, stompFrames } from './stomp-frames.js';
import { forumFrames, websocketFrames } from './websocket-frames.js';

interface Reference {
  $ref: string;
}

interface Message {
  name: string;
  title: string;
  summary?: string;
  contentType: 'application/json';
  headers?: Schema;
  payload: Schema;
}

interface Channel {
  address: string;
  title: string;
  description: string;
  servers: Reference[];
  messages: Record<string, Reference>;
  parameters?: Record<string, { description: string }>;
  bindings?: { ws: { query: Schema } };
}

export interface AsyncOperation {
  action: 'send' | 'receive';
  channel: Reference;
  title: string;
  description?: string;
  messages: Reference[];
  reply?: { channel: Reference; messages: Reference[] };
  /** Code → status, and whether a repeat may succeed. */
  'x-errors'?: Record<string, { status: number; retryable: boolean }>;
}

export interface AsyncApiDocument {
  asyncapi: string;
  info: { title: string; version: string; license: object; description: string };
  defaultContentType: string;
  servers: object;
  channels: Record<string, Channel>;
  operations: Record<string, AsyncOperation>;
  components: { messages: Record<string, Message>; schemas: Record<string, Schema>; securitySchemes: object };
}

const DESCRIPTION =
  'The Socket.IO side of Parley (protocol 5, the namespace `/`). A command is one object and an acknowledgement ' +
  'callback; the acknowledgement always comes: `{success: true, …}`, or `{success: false, error}`. Names are the ' +
  "names of Socket.IO's events. The REST side is the OpenAPI document at `/api/docs/openapi.json`.";

/** What every command may be refused with. */
const ALWAYS: readonly ErrorCode[] = [
  'validation_failed',
  'not_found',
  'rate_limited',
  'internal',
  'service_unavailable',
  'draining',
];

const CHANNEL: Reference = { $ref: '#/channels/socket' };

/** AsyncAPI 3 of all commands and events. */
export function asyncApi(commands: CommandTable, shapes: Shapes): AsyncApiDocument {
  const messages: Record<string, Message> = {};
  const operations: Record<string, AsyncOperation> = {};
  const definitions = { ...shapes.definitions };
  for (const name of Object.keys(commands) as CommandName[]) {
    const { dto } = commands[name];
    const type = shapes.payloads[dto.name] ?? dto.name;
    definitions[type] = payloadSchema(dto, shapes.definitions[type] ?? {});
    addCommand(name, { messages, operations }, { shapes, codes: [...ALWAYS, ...commandRefusals(commands, name)] });
  }
  for (const [name, { description, ...payload }] of Object.entries(shapes.events)) {
    const id = idOf('event', name);
    messages[id] = message(name, payload);
    operations[id] = operation('send', name, { description, messages: [inChannel(id)] });
  }
  const [frames, stomp] = [websocketFrames(messages), stompFrames(messages)];
  const destinations = stompDestinations(messages, definitions);
  const ids = Object.keys(messages);
  const forum = forumFrames(shapes);
  for (const [id, payload] of Object.entries({ ...frames, ...forum })) messages[id] = message(id, payload);
  for (const [id, { name, headers, payload }] of Object.entries(stomp))
    messages[id] = { ...message(id, payload), summary: name, headers };
  return {
    asyncapi: '3.0.0',
    info: { title: 'Parley', version: VERSION, license: { name: 'MIT' }, description: DESCRIPTION },
    defaultContentType: 'application/json',
    servers: { node: server(), plain: plainServer(), forum: forumServer(), stomp: stompServer() },
    channels: {
      socket: socketChannel(ids),
      ...websocketChannels(Object.keys(frames)),
      websocketForum: forumChannel(Object.keys(forum)),
      ...stompChannels(destinations, Object.keys(stomp)),
    },
    operations,
    components: {
      messages,
      schemas: usedBy(messages, definitions),
      securitySchemes: { token: TOKEN, forumCookie: FORUM_COOKIE },
    },
  };
}

const TOKEN = {
  type: 'http',
  scheme: 'bearer',
  bearerFormat: 'JWT',
  description: 'In the handshake, as `auth: { token }` or as the header `Authorization`.',
};

const FORUM_COOKIE = {
  type: 'httpApiKey',
  in: 'cookie',
  name: 'parley_forum',
  description: 'Set at signing in where FORUM_PROFILE is on; its name ends with digits of the installation’s own.',
};

const server = () => ({
  host: '{host}',
  pathname: publicPath('/socket.io/'),
  protocol: 'ws',
  description: 'Socket.IO over WebSocket, with HTTP long polling as its fallback.',
  variables: { host: { default: 'localhost:3000' } },
  security: [{ $ref: '#/components/securitySchemes/token' }],
});

const plainServer = () => ({
  ...server(),
  pathname: publicPath('/ws'),
  description: 'A plain WebSocket, with a JSON object in each text message: docs/protocol.md, Plain WebSocket.',
});

const forumServer = () => ({
  ...plainServer(),
  description: 'The same with `?profile=forum`, for whom the cookie of a session names: docs/protocol.md.',
  security: [{ $ref: '#/components/securitySchemes/forumCookie' }],
});

const stompServer = () => ({
  ...server(),
  pathname: publicPath('/stomp'),
  description: 'STOMP 1.2, 1.1 and 1.0 over WebSocket: docs/protocol.md, STOMP.',
});

const socketChannel = (ids: readonly string[]): Channel => ({
  address: '/',
  title: 'The socket',
  description: 'One connection carries all commands of a client and all events of its conversations.',
  servers: [{ $ref: '#/servers/node' }],
  messages: messagesIn(ids),
});

/** Both carry the same frames: their names say who sends them. */
const websocketChannels = (ids: readonly string[]) => ({
  websocket: {
    address: '/',
    title: 'The plain WebSocket',
    description: 'Frames of clients are `frame.auth` and `frame.command.…`; all others are sent by the server.',
    servers: [{ $ref: '#/servers/plain' }],
    messages: messagesIn(ids),
  },
  websocketConversation: {
    address: '/{conversationId}',
    title: 'The plain WebSocket of one conversation',
    description: 'The same frames; only events of this conversation and of the connection are sent.',
    servers: [{ $ref: '#/servers/plain' }],
    messages: messagesIn(ids),
    parameters: { conversationId: { description: 'One of the caller’s conversations, else the close code is 4506.' } },
  },
});

const PROFILE: Schema = { type: 'object', properties: { profile: { const: 'forum' } }, required: ['profile'] };

const forumChannel = (ids: readonly string[]): Channel => ({
  address: '/',
  title: 'The profile of forums',
  description:
    'Frames of clients are `forum.request.…`, those of the server `forum.notice.…`. With FORUM_PROFILE=on only.',
  servers: [{ $ref: '#/servers/forum' }],
  messages: messagesIn(ids),
  bindings: { ws: { query: PROFILE } },
});

/** A channel for each destination, and one for frames that have none. */
function stompChannels(
  destinations: Readonly<Record<string, StompDestination>>,
  ids: readonly string[],
): Record<string, Channel> {
  const ofConnection = ids.filter((id) => !/^stomp\.(command|event|ack|refused)/.test(id));
  const connection = {
    address: '/',
    description: 'Frames of the connection and its subscriptions.',
    frames: ofConnection,
  };
  return Object.fromEntries(
    Object.entries({ stomp: connection, ...destinations }).map(([id, { address, description, frames }]) => [
      id,
      {
        address,
        title: `STOMP: ${address}`,
        description,
        servers: [{ $ref: '#/servers/stomp' }],
        messages: messagesIn(frames),
        ...(address.includes('{') && { parameters: { conversationId: { description: 'One of the caller’s.' } } }),
      },
    ]),
  );
}

const messagesIn = (ids: readonly string[]): Record<string, Reference> =>
  Object.fromEntries(ids.map((id) => [id, { $ref: `#/components/messages/${id}` }]));

function addCommand(
  name: CommandName,
  { messages, operations }: { messages: Record<string, Message>; operations: Record<string, AsyncOperation> },
  { shapes, codes }: { shapes: Shapes; codes: readonly ErrorCode[] },
): void {
  const { description, properties = {} } = shapes.commands[name];
  const { payload = {}, result = {} } = properties;
  const [id, ackId] = [idOf('command', name), idOf('ack', name)];
  messages[id] = message(name, payload);
  messages[ackId] = { ...message(name, ackOf(result, codes)), title: `Acknowledgement of ${name}` };
  operations[id] = {
    ...operation('receive', name, { description, messages: [inChannel(id)] }),
    reply: { channel: CHANNEL, messages: [inChannel(ackId)] },
    'x-errors': Object.fromEntries(
      codes.map((code) => [code, { status: ERRORS[code].status, retryable: ERRORS[code].retryable }]),
    ),
  };
}

function ackOf(result: Schema, codes: readonly ErrorCode[]): Schema {
  const done: Schema = { type: 'object', properties: { success: { const: true } }, required: ['success'] };
  const refused: Schema = {
    type: 'object',
    properties: { success: { const: false }, error: errorOf(codes) },
    required: ['success', 'error'],
  };
  return { anyOf: [{ allOf: [done, result] }, refused] };
}

const message = (name: string, payload: Schema): Message => ({
  name,
  title: name,
  contentType: 'application/json',
  payload,
});

const operation = (
  action: AsyncOperation['action'],
  title: string,
  { description, messages }: { description: string | undefined; messages: Reference[] },
): AsyncOperation => ({ action, channel: CHANNEL, title, ...(description && { description }), messages });

/** Commands and events may have one name: `message:read` is both. */
const idOf = (kind: 'command' | 'ack' | 'event', name: string): string => `${kind}.${name.replaceAll(':', '.')}`;

const inChannel = (id: string): Reference => ({ $ref: `#/channels/socket/messages/${id}` });
