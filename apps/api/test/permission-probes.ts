import type { CommandName, Verb } from '@parley/protocol';
import { NOBODY } from './people.js';

/** A conversation as somebody tries everything in it. What is changed to what it is already leaves it as it was. */
export interface Place {
  conversationId: string;
  name: string;
  isArchived: boolean;
  /** Messages: the actor's own and somebody else's, and the tombstones of others. */
  own: string;
  ownDeleted: string;
  others: string;
  othersDeleted: string;
  /** The actor. */
  me: string;
  /** Somebody who is in it, with the role `member`. */
  someMember: string;
  /** A report of a message in it. */
  report: string;
  /** That somebody has uploaded who stays in it, and a message carries. */
  file: string;
  /** Those who were in it, by the role that they had. */
  departed: { member: string; admin: string; owner: string };
}

/** Nothing of it is there. */
export const NOWHERE: Place = {
  conversationId: NOBODY,
  name: 'x',
  isArchived: false,
  ...{ own: NOBODY, ownDeleted: NOBODY, others: NOBODY, othersDeleted: NOBODY },
  ...{ me: NOBODY, someMember: NOBODY, report: NOBODY, file: NOBODY },
  departed: { member: NOBODY, admin: NOBODY, owner: NOBODY },
};

/** One use of a route, by the table's verb for which it is refused. */
export interface RouteProbe {
  verb: Verb;
  /** As in the OpenAPI document, `GET /api/messages/{id}`. */
  route: string;
  given(at: Place): { params?: Record<string, string>; query?: string; body?: object };
  /** A member whom the table refuses is answered as if there were no such thing. */
  isHidden?: boolean;
}

/** One use of a command, likewise. */
export interface CommandProbe {
  verb: Verb;
  command: CommandName;
  payload(at: Place): object;
}

const EMOJI = '👍';

const route = (verb: Verb, name: string, given: RouteProbe['given']): RouteProbe => ({ verb, route: name, given });
const conversation = (verb: Verb, name: string, body?: (at: Place) => object) =>
  route(verb, name, (at) => ({ params: { id: at.conversationId }, body: body?.(at) }));
const message = (verb: Verb, name: string, which: 'own' | 'ownDeleted' | 'others' | 'othersDeleted', body?: object) =>
  route(verb, name, (at) => ({ params: { id: at[which] }, body }));
const member = (verb: Verb, name: string, who: (at: Place) => string, body?: object) =>
  route(verb, name, (at) => ({ params: { id: at.conversationId, userId: who(at) }, body }));

const REMOVE = 'DELETE /api/conversations/{id}/members/{userId}';

/** In this order: leaving is the last that anybody does. */
export const ROUTE_PROBES: readonly RouteProbe[] = [
  conversation('read', 'GET /api/conversations/{id}'),
  conversation('read', 'GET /api/conversations/{id}/members'),
  conversation('read', 'GET /api/conversations/{id}/messages'),
  route('read', 'GET /api/messages', (at) => ({ query: `conversationId=${at.conversationId}` })),
  message('read', 'GET /api/messages/{id}', 'others'),
  route('read', 'GET /api/rooms/{id}/messages/{messageId}', (at) => ({
    params: { id: at.conversationId, messageId: at.others },
  })),
  message('read', 'GET /api/messages/{id}/edits', 'others'),
  message('read', 'GET /api/messages/{id}/reactions', 'others'),
  message('read', 'GET /api/messages/{id}/receipts', 'others'),
  route('read', 'GET /api/files/{id}', ({ file }) => ({ params: { id: file } })),
  route('read', 'GET /api/files/{id}/thumbnail', ({ file }) => ({ params: { id: file } })),
  route('read', 'POST /api/files/{id}/link', ({ file }) => ({ params: { id: file } })),
  route('search', 'GET /api/conversations/{id}/messages/search', (at) => ({
    params: { id: at.conversationId },
    query: 'q=hello',
  })),
  route('search', 'GET /api/search', (at) => ({ query: `q=hello&conversationId=${at.conversationId}` })),
  conversation('see_presence', 'GET /api/conversations/{id}/online'),
  conversation('see_presence', 'GET /api/conversations/{id}/typing'),
  conversation('mark', 'POST /api/conversations/{id}/delivered', () => ({ seq: 1 })),
  conversation('mark', 'POST /api/conversations/{id}/read', () => ({ seq: 1 })),
  conversation('mark', 'PATCH /api/conversations/{id}/settings', () => ({ isPinned: true })),
  conversation('send', 'POST /api/conversations/{id}/messages', () => ({ content: 'hello' })),
  route('send', 'POST /api/messages/send', (at) => ({
    body: { conversationId: at.conversationId, content: 'hello' },
  })),
  message('react', 'POST /api/messages/{id}/reactions', 'others', { emoji: EMOJI }),
  route('react', 'DELETE /api/messages/{id}/reactions/{emoji}', (at) => ({
    params: { id: at.others, emoji: encodeURIComponent(EMOJI) },
  })),
  message('edit_own', 'PATCH /api/messages/{id}', 'own', { content: 'mine' }),
  message('edit_others', 'PATCH /api/messages/{id}', 'others', { content: 'not mine' }),
  message('delete_own', 'DELETE /api/messages/{id}', 'ownDeleted'),
  message('delete_others', 'DELETE /api/messages/{id}', 'othersDeleted'),
  conversation('rename', 'PATCH /api/conversations/{id}', ({ name }) => ({ name })),
  conversation('read', 'GET /api/conversations/{id}/retention'),
  conversation('set_retention', 'PUT /api/conversations/{id}/retention', () => ({ days: null })),
  conversation('add_members', 'POST /api/conversations/{id}/members', ({ someMember }) => ({
    memberIds: [someMember],
  })),
  conversation('invite', 'POST /api/conversations/{id}/invites', () => ({})),
  route('invite', 'DELETE /api/conversations/{id}/invites/{inviteId}', (at) => ({
    params: { id: at.conversationId, inviteId: NOBODY },
  })),
  conversation('see_invites', 'GET /api/conversations/{id}/invites'),
  member('change_roles', 'PATCH /api/conversations/{id}/members/{userId}', (at) => at.someMember, { role: 'member' }),
  member('remove_member', REMOVE, (at) => at.departed.member),
  member('remove_admin', REMOVE, (at) => at.departed.admin),
  member('remove_owner', REMOVE, (at) => at.departed.owner),
  member('silence', 'DELETE /api/conversations/{id}/members/{userId}/silence', (at) => at.someMember),
  member('silence', 'PUT /api/conversations/{id}/members/{userId}/silence', (at) => at.someMember, { seconds: 60 }),
  member('ban', 'PUT /api/conversations/{id}/bans/{userId}', (at) => at.departed.member),
  member('ban', 'DELETE /api/conversations/{id}/bans/{userId}', (at) => at.departed.member),
  conversation('see_bans', 'GET /api/conversations/{id}/bans'),
  message('report', 'POST /api/messages/{id}/reports', 'others', { reason: 'spam' }),
  conversation('see_reports', 'GET /api/conversations/{id}/reports'),
  {
    ...route('see_reports', 'PATCH /api/reports/{id}', (at) => ({
      params: { id: at.report },
      body: { isResolved: true },
    })),
    isHidden: true,
  },
  conversation('export', 'GET /api/conversations/{id}/export'),
  conversation('export', 'POST /api/conversations/{id}/export/link'),
  conversation('archive', 'PATCH /api/conversations/{id}', ({ isArchived }) => ({ isArchived })),
  member('leave', REMOVE, (at) => at.me),
];

const command = (verb: Verb, name: CommandName, payload: CommandProbe['payload']): CommandProbe => ({
  verb,
  command: name,
  payload,
});

export const COMMAND_PROBES: readonly CommandProbe[] = [
  command('read', 'conversation:open', ({ conversationId }) => ({ conversationId })),
  command('read', 'conversation:leave', ({ conversationId }) => ({ conversationId })),
  command('read', 'conversation:join', ({ conversationId }) => ({ conversationId })),
  command('mark', 'message:delivered', ({ conversationId }) => ({ conversationId, seq: 1 })),
  command('mark', 'message:read', ({ conversationId }) => ({ conversationId, seq: 1 })),
  command('send', 'message:send', ({ conversationId }) => ({ conversationId, content: 'hello' })),
  command('type', 'typing:start', ({ conversationId }) => ({ conversationId })),
  command('stop_typing', 'typing:stop', ({ conversationId }) => ({ conversationId })),
  command('react', 'reaction:add', ({ others }) => ({ messageId: others, emoji: EMOJI })),
  command('react', 'reaction:remove', ({ others }) => ({ messageId: others, emoji: EMOJI })),
  command('edit_own', 'message:edit', ({ own }) => ({ messageId: own, content: 'mine' })),
  command('edit_others', 'message:edit', ({ others }) => ({ messageId: others, content: 'not mine' })),
  command('delete_own', 'message:delete', ({ ownDeleted }) => ({ messageId: ownDeleted })),
  command('delete_others', 'message:delete', ({ othersDeleted }) => ({ messageId: othersDeleted })),
];
