import {
  type ErrorObject,
  type ForumNotices,
  type ForumRequests,
  LIMITS,
  type Message,
  type PrivateMessage,
} from '@parley/protocol';
import { invalid, type ParleyError } from '../../../kernel/errors.js';
import { readFrame } from '../websocket/frame-reader.js';

type RequestType = keyof ForumRequests;

/** A frame of a client that could be read; what its data hold beside their names is for the command's own checks. */
export interface ForumFrame {
  type: RequestType;
  data: Readonly<Record<string, unknown>>;
}

/** One that could not. */
export interface BadForumFrame {
  type: string | null;
  fault: ParleyError;
}

/** One that names nothing that there is. */
export interface UnknownForumFrame {
  type: string;
  isUnknown: true;
}

/** The names that the data of each type may have. */
const MEMBERS: { readonly [Type in RequestType]: readonly string[] } = {
  join: [],
  leave: [],
  private_message: ['receiverId', 'content', 'clientMessageId'],
  load_history: ['userId', 'before', 'limit'],
  typing_start: ['userId'],
  typing_stop: ['userId'],
};

/** Reads a text message: `{type, data}`. Never throws. */
export function readForumFrame(text: string): ForumFrame | BadForumFrame | UnknownForumFrame {
  const frame = readFrame(text);
  if ('fault' in frame) return { type: null, fault: frame.fault };
  const { id, type, data = {} } = frame;
  if (id !== undefined) return { type, fault: invalid('id', 'is not known in a frame') };
  if (!isRequest(type)) return { type, isUnknown: true };
  if (typeof data !== 'object' || data === null || Array.isArray(data))
    return { type, fault: invalid('data', 'must be an object') };
  const unknown = Object.keys(data).find((name) => !MEMBERS[type].includes(name));
  if (unknown !== undefined) return { type, fault: invalid(`data.${unknown.slice(0, 64)}`, 'is not known here') };
  return { type, data: data as Record<string, unknown> };
}

const isRequest = (type: string): type is RequestType => Object.hasOwn(MEMBERS, type);

export const forumFrame = <Type extends keyof ForumNotices>(type: Type, data: ForumNotices[Type]): string =>
  JSON.stringify({ type, data });

/** A message as the profile has it. */
export const privateMessage = (message: Message, receiverId: string): PrivateMessage => ({
  id: message.id,
  seq: message.seq,
  clientMessageId: message.clientMessageId,
  senderId: message.senderId,
  receiverId,
  type: message.type,
  content: message.content,
  createdAt: message.createdAt,
  isDeleted: message.isDeleted,
});

/** The error in the words of the profile; a send's own id as the client wrote it. */
export function failedFrame(request: string | null, error: ErrorObject, data: ForumFrame['data'] = {}): string {
  const { clientMessageId: given, receiverId, userId } = data;
  const name = receiverId === undefined && userId !== undefined ? 'userId' : 'receiverId';
  const details = error.details?.map(({ path, message }) => ({
    path: path === 'conversationId' ? name : path,
    message,
  }));
  const id = typeof given === 'string' && given.length <= LIMITS.nameLength ? given : error.clientMessageId;
  return forumFrame('message_failed', {
    ...error,
    request,
    ...(details && { details }),
    ...(id !== undefined && { clientMessageId: id }),
  });
}
