import { frameType, LONGEST_FRAME_ID } from '@parley/protocol';
import { refTo, type Schema, type Shapes } from './shapes.js';

type Payloads = Readonly<Record<string, { name: string; payload: Schema }>>;

const ID: Schema = {
  description: 'Chosen by the client; the acknowledgement has the same.',
  anyOf: [{ type: 'string', minLength: 1, maxLength: LONGEST_FRAME_ID }, { type: 'integer' }],
};
const TOKEN: Schema = { type: 'object', properties: { token: { type: 'string' } }, required: ['token'] };
const ERROR: Schema = { type: 'object', properties: { error: refTo('ErrorObject') }, required: ['error'] };

/**
 * Every frame of `/ws`, made of the messages of Socket.IO: what a client sends and what it receives, by the kind of the
 * message and its type.
 */
export function websocketFrames(messages: Payloads): Record<string, Schema> {
  const frames: Record<string, Schema> = {
    'frame.auth': given('auth', TOKEN),
    'frame.error': sent('error', ERROR),
    'frame.sync': sent('sync', refTo('SyncAnswer')),
  };
  for (const [id, { name, payload }] of Object.entries(messages)) {
    const [kind = ''] = id.split('.');
    const type = frameType(name as Parameters<typeof frameType>[0]);
    if (kind === 'command') frames[`frame.command.${type}`] = given(type, payload);
    else if (kind === 'event') frames[`frame.event.${type}`] = sent(type, payload);
    else frames[`frame.ack.${type}`] = object({ id: ID, ack: payload }, ['id', 'ack']);
  }
  return frames;
}

/** Every frame of the forum's profile, by who sends it and its type. */
export function forumFrames({ forumRequests, forumNotices }: Shapes): Record<string, Schema> {
  const frames = (kind: string, shapes: Record<string, Schema>) =>
    Object.entries(shapes).map(([type, data]) => [`forum.${kind}.${type}`, sent(type, data)] as const);
  return Object.fromEntries([...frames('request', forumRequests), ...frames('notice', forumNotices)]);
}

const given = (type: string, data: Schema): Schema =>
  object({ id: ID, type: { const: type }, data }, ['type', 'data'], false);

const sent = (type: string, data: Schema): Schema => object({ type: { const: type }, data }, ['type', 'data']);

const object = (properties: Record<string, Schema>, required: string[], additionalProperties?: boolean): Schema => ({
  type: 'object',
  properties,
  required,
  ...(additionalProperties !== undefined && { additionalProperties }),
});
