import { type CommandName, PERMISSIONS } from '@parley/protocol';
import type { Route, Surface } from './surface.js';
import type { Target } from './target.js';

/** No id of anything. */
const NOBODY = '018f0000-0000-7000-8000-000000000000';

/** What requests and commands name. */
interface Ids {
  conversation: string;
  message: string;
  /** A member of the conversation. */
  user: string;
  /** Of the message. */
  report: string;
  file: string;
}

/** Alice's message in the group, or in another conversation. */
export const idsOf = ({ fixture: { group, message, bob, report, file } }: Target, conversation = group): Ids => ({
  conversation,
  message: message.id,
  user: bob.id,
  report,
  file: file.fileId,
});

/** What nobody has. */
export const NOWHERE: Ids = { conversation: NOBODY, message: NOBODY, user: NOBODY, report: NOBODY, file: NOBODY };

type Given = (ids: Ids) => { query?: string; body?: object };

const EMOJI = '👍';
/** The same in every answer, so that these can be compared. */
const SEND = { content: 'x', clientMessageId: NOBODY };

/** What a route needs beside its path to be right; where one is missing, its rows fail by `validation_failed`. */
const GIVEN: Readonly<Record<string, readonly Given[]>> = {
  'GET /accounts': [() => ({ query: 'query=al' })],
  'POST /announcements': [() => ({ body: { text: 'For everybody' } })],
  'POST /auth/links': [() => ({ body: { purpose: 'invite' } })],
  'POST /bots': [() => ({ body: { username: 'a-bot' } })],
  'POST /bots/{id}/tokens': [() => ({ body: { name: 'A token' } })],
  'PATCH /conversations/{id}': [() => ({ body: { name: 'Mine' } }), () => ({ body: { isArchived: true } })],
  'PUT /conversations/{id}/hold': [() => ({ body: { isHeld: true } })],
  'PUT /conversations/{id}/retention': [() => ({ body: { days: 1 } })],
  'POST /conversations/{id}/delivered': [() => ({ body: { seq: 1 } })],
  'POST /conversations/{id}/members': [({ user }) => ({ body: { memberIds: [user] } })],
  'PATCH /conversations/{id}/members/{userId}': [() => ({ body: { role: 'admin' } })],
  'PUT /conversations/{id}/members/{userId}/silence': [() => ({ body: { seconds: 60 } })],
  'POST /conversations/{id}/messages': [() => ({ body: SEND })],
  'PATCH /conversations/{id}/settings': [() => ({ body: { isPinned: true } })],
  'GET /conversations/{id}/messages/search': [() => ({ query: 'q=confidential' })],
  'POST /conversations/{id}/read': [() => ({ body: { seq: 1 } })],
  'GET /messages': [({ conversation }) => ({ query: `conversationId=${conversation}` })],
  'PATCH /messages/{id}': [() => ({ body: { content: 'Mine' } })],
  'POST /messages/{id}/reactions': [() => ({ body: { emoji: EMOJI } })],
  'POST /messages/{id}/reports': [() => ({ body: { reason: 'spam' } })],
  'POST /messages/send': [({ conversation }) => ({ body: { ...SEND, conversationId: conversation } })],
  'PATCH /reports/{id}': [() => ({ body: { isResolved: true } })],
  'GET /search': [({ conversation }) => ({ query: `q=confidential&conversationId=${conversation}` })],
  'GET /users': [() => ({ query: 'query=al' })],
  'PATCH /users/{id}': [() => ({ body: { isDisabled: true } })],
};

/** A request as `Target.api` takes it. */
export type Request = readonly [request: string, body?: object];

/** Every use of a route about these. */
export function usesOf({ method, path }: Route, ids: Ids): Request[] {
  const uses: readonly Given[] = GIVEN[`${method} ${path.replace(/^\/rooms\b/, '/conversations')}`] ?? [() => ({})];
  return uses.map((given) => {
    const { query, body } = given(ids);
    return [`${method} ${pathOf(path, ids)}${query ? `?${query}` : ''}`, body];
  });
}

/** Of routes, those that the table of permissions has for members of conversations. */
export const ofConversations = ({ routes }: Surface): Route[] =>
  routes.filter(({ needs }) => needs.some((need) => need in PERMISSIONS));

function pathOf(path: string, { conversation, message, user, report, file }: Ids): string {
  const [, root = ''] = path.split('/');
  const byRoot: Record<string, string> = {
    conversations: conversation,
    rooms: conversation,
    messages: message,
    users: user,
    reports: report,
    files: file,
  };
  const values: Record<string, string | undefined> = {
    id: byRoot[root],
    messageId: message,
    userId: user,
    emoji: encodeURIComponent(EMOJI),
  };
  return path.replaceAll(/\{(\w+)\}/g, (_, name: string) => values[name] ?? NOBODY);
}

/** A payload of each command about a conversation; null: it is about none. A command without a line does not compile. */
const PAYLOADS: Readonly<Record<CommandName, ((ids: Ids) => object) | null>> = {
  'message:send': ({ conversation }) => ({ ...SEND, conversationId: conversation }),
  'message:edit': ({ message }) => ({ messageId: message, content: 'x' }),
  'message:delete': ({ message }) => ({ messageId: message }),
  'reaction:add': ({ message }) => ({ messageId: message, emoji: EMOJI }),
  'reaction:remove': ({ message }) => ({ messageId: message, emoji: EMOJI }),
  'message:read': ({ conversation }) => ({ conversationId: conversation, seq: 1 }),
  'message:delivered': ({ conversation }) => ({ conversationId: conversation, seq: 1 }),
  'conversation:join': ({ conversation }) => ({ conversationId: conversation }),
  'conversation:leave': ({ conversation }) => ({ conversationId: conversation }),
  'conversation:open': ({ conversation }) => ({ conversationId: conversation }),
  'typing:start': ({ conversation }) => ({ conversationId: conversation }),
  'typing:stop': ({ conversation }) => ({ conversationId: conversation }),
  'presence:subscribe': null,
  'presence:idle': null,
  sync: null,
  'auth:refresh': null,
};

/** Every command about a conversation, about these. */
export const commandsAbout = (ids: Ids): [CommandName, object][] =>
  Object.entries(PAYLOADS).flatMap(([name, payload]) => (payload ? [[name as CommandName, payload(ids)]] : []));
