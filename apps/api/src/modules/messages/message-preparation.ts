import { mentionedUsernames, shownText } from '@parley/markdown';
import {
  type EditMessageBody,
  isBlank,
  LIMITS,
  type MessageType,
  type Metadata,
  type SendMessageBody,
} from '@parley/protocol';
import type { FileSettings } from '../../config/config.js';
import { canonicalJson } from '../../kernel/canonical-json.js';
import { invalid, ParleyError } from '../../kernel/errors.js';
import { faultOf } from '../../kernel/i-json.js';
import { newId } from '../../kernel/ids.js';
import { measureJson } from '../../kernel/json-size.js';
import type { Principal } from '../../kernel/principal.js';
import type { BatchRefusal, PreparedMessage } from '../conversation-log/index.js';
import { filesIn } from '../files/index.js';
import { ownType } from './message-type.js';
import { payloadHash } from './payload-hash.js';
import { sanitizeContent } from './sanitize.js';

/** No real data is deeper than this, and walking deeper JSON could exhaust the stack. */
const MOST_DEPTH = 32;
/** More people than this are not mentioned by one message. */
const MOST_NAMES = 100;
/** NUL or an unpaired surrogate as JSON escapes it; an escaped backslash before `u` is neither. */
const UNSTORABLE = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/i;

export interface SendRequest {
  conversationId: string;
  clientMessageId: string;
  body: SendMessageBody;
}

/**
 * What was received as it will be stored.
 * @throws `validation_failed`, `content_too_long` or `too_large`.
 */
export function prepareMessage(principal: Principal, request: SendRequest): PreparedMessage {
  const { body } = request;
  const { type, metadata } = ownType(body);
  const replyToId = body.replyToId ?? null;
  checkContentSize(body.content, LIMITS.contentBytes);
  const metadataBytes = checkMetadata(metadata);
  const content = cleanContent(body.content);
  requireText(type, content);
  return {
    conversationId: request.conversationId.toLowerCase(),
    senderId: principal.userId,
    isBot: principal.isBot,
    clientMessageId: request.clientMessageId,
    id: newId(),
    payloadHash: payloadHashOf(body),
    type,
    content,
    metadata,
    metadataBytes,
    fileIds: filesIn(metadata),
    replyToId: replyToId?.toLowerCase() ?? null,
    names: namesIn(content),
  };
}

/** What an edit puts in a message's place. */
export interface PreparedEdit {
  content: string;
  /** Undefined: as it is. */
  metadata: Metadata | undefined;
  /** The files that it names. */
  fileIds: readonly string[];
  /** The version that it was made from; undefined: whatever the message is by now. */
  ifVersion: number | undefined;
  names: readonly string[];
}

/** An edit as it will be stored, by the same fixed rules as a send; whether it may be empty is for `requireText`. */
export function prepareEdit({ content: received, metadata, ifVersion }: EditMessageBody): PreparedEdit {
  checkContentSize(received, LIMITS.contentBytes);
  if (metadata) {
    checkMetadata(metadata);
    asJson(() => canonicalJson(metadata));
  }
  const content = cleanContent(received);
  return { content, metadata, fileIds: filesIn(metadata ?? {}), ifVersion, names: namesIn(content) };
}

/** Only what is not mere text may be without any; an empty fence shows none either. */
export function requireText(type: MessageType, content: string): void {
  if (type === 'text' && isBlank(shownText(content))) throw invalid('content', 'must not be empty');
}

/** Each is looked up under the conversation's lock. */
const namesIn = (content: string): string[] => mentionedUsernames(content).slice(0, MOST_NAMES);

/** @throws `validation_failed` where the metadata is no JSON. */
export const payloadHashOf = ({ content, type, metadata, replyToId }: SendMessageBody): string =>
  asJson(() => payloadHash(content, type, metadata, replyToId).toString('hex'));

/** Over a socket `metadata` may hold binary data, which is no JSON. */
function asJson(encode: () => string): string {
  try {
    return encode();
  } catch (fault) {
    throw fault instanceof TypeError ? invalid('metadata', 'must be JSON') : fault;
  }
}

/** @throws `content_too_long` with the limit in bytes. */
export function checkContentSize(content: string, limit: number): void {
  // A UTF-16 unit takes at most three bytes, so short texts need no counting.
  if (content.length * 3 <= limit || Buffer.byteLength(content) <= limit) return;
  throw new ParleyError('content_too_long', {
    message: `The text is longer than ${limit} bytes.`,
    details: [{ path: 'content', message: `must be at most ${limit} bytes of UTF-8` }],
  });
}

/** A limit in characters, of Unicode's code points. @throws `content_too_long` */
export function checkContentLength(content: string, limit: number): void {
  if (content.length <= limit || [...content].length <= limit) return;
  throw new ParleyError('content_too_long', {
    message: `The text is longer than ${limit} characters.`,
    details: [{ path: 'content', message: `must be at most ${limit} characters` }],
  });
}

/** Returns its length in bytes as the database writes it. */
function checkMetadata(metadata: Metadata): number {
  const fault = faultOf(metadata);
  if (fault) throw invalid(fault.path, fault.message);
  const { depth, digits } = measureJson(metadata, MOST_DEPTH);
  if (depth > MOST_DEPTH) throw invalid('metadata', `must not be nested deeper than ${MOST_DEPTH}`);
  const json = JSON.stringify(metadata);
  const bytes = Buffer.byteLength(json) + digits;
  if (bytes > LIMITS.metadataBytes) throw metadataTooLarge();
  // Postgres stores neither; JSON writes them as escapes.
  if (UNSTORABLE.test(json)) throw invalid('metadata', 'must not contain NUL or unpaired surrogates');
  return bytes;
}

/** @throws `unsupported` where there are no files, `validation_failed` for more than a message may carry. */
export function checkFiles(fileIds: readonly string[], { isOn, perMessage }: FileSettings): void {
  if (fileIds.length > 0 && !isOn) throw new ParleyError('unsupported');
  if (fileIds.length > perMessage) throw invalid('metadata.files', `must be at most ${perMessage}`);
}

/** Why a message with files cannot be stored. */
export function fileRefusal(reason: BatchRefusal): ParleyError {
  return reason === 'file_unknown' ? invalid('metadata', 'names a file that is not one of yours') : metadataTooLarge();
}

const metadataTooLarge = () =>
  new ParleyError('too_large', {
    message: `The metadata is larger than ${LIMITS.metadataBytes} bytes.`,
    details: [{ path: 'metadata', message: `must be at most ${LIMITS.metadataBytes} bytes as JSON without exponents` }],
  });

function cleanContent(received: string): string {
  const cleaned = sanitizeContent(received);
  if ('text' in cleaned) return cleaned.text;
  throw cleaned.refusal === 'invalid_characters'
    ? invalid('content', 'must not contain NUL or unpaired surrogates')
    : invalid('content', 'contains HTML that cannot be removed');
}
