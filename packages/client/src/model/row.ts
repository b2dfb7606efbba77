import type {
  Message,
  MessageStatus,
  ReactionCount,
  ReactionResult,
  ReactionUpdatedEvent,
  ReplyPreview,
} from '@parley/protocol';
import { type OwnChange, withOwnChange } from './own-changes.js';
import type { StoredItem } from './snapshots.js';

/**
 * One message as far as it is known. Its parts come from different sources, so each has the version as of which it is
 * known: the message by `message.version`, its reactions and which of them are mine by versions of their own, because
 * broadcasts do not have which are mine, and an acknowledged reaction has nothing else.
 */
export interface Row {
  /** Its reactions are without `reactedByMe`; `status` is the farthest that the server has sent. */
  readonly message: Message;
  readonly reactionsVersion: number;
  readonly mine: ReadonlySet<string>;
  readonly mineVersion: number;
  /** What was shown of this row last. */
  shown: StoredItem | null;
}

export type RowChange = (held: Row) => Row;

const NONE: ReadonlySet<string> = new Set();
const UNKNOWN = -1;
const RANK: Record<MessageStatus, number> = { sent: 0, delivered: 1, read: 2 };

export const furtherStatus = (a: MessageStatus, b: MessageStatus): MessageStatus => (RANK[b] > RANK[a] ? b : a);

/** Answered to me: in a page, a sync, a list or an ack. */
export function fetchedRow(message: Message): Row {
  const { reactions, version } = message;
  const mine = reactions.length === 0 ? NONE : emojiOfMine(reactions);
  return rowOf({ ...message, reactions: counts(reactions) }, mine, version);
}

/** As `message:new` has it: there are no reactions to what is new, so none of them is mine. */
export function newRow(message: Message, version: number): Row {
  return rowOf(atLeast(message, version), NONE, version);
}

/** Everything that is newer in the other, part by part. The present row itself if there is nothing. */
export function mergeRows(held: Row, coming: Row): Row {
  const isNewer = coming.message.version > held.message.version;
  const status = furtherStatus(held.message.status, coming.message.status);
  const hasReactions = coming.reactionsVersion > held.reactionsVersion;
  const hasMine = coming.mineVersion > held.mineVersion;
  if (!isNewer && !hasReactions && !hasMine && status === held.message.status) return held;
  const base = isNewer ? coming.message : held.message;
  const { reactions } = (hasReactions ? coming : held).message;
  const { mine, mineVersion } = hasMine ? coming : held;
  return {
    message: { ...base, status, reactions },
    reactionsVersion: Math.max(held.reactionsVersion, coming.reactionsVersion),
    mine,
    mineVersion,
    shown: null,
  };
}

/** An edit or a deletion that was broadcast. */
export function withBroadcast(held: Row, message: Message, version: number): Row {
  const told = atLeast(message, version);
  return mergeRows(held, { ...rowOf(told, NONE, told.version), mineVersion: UNKNOWN });
}

export function withReaction(held: Row, event: ReactionUpdatedEvent, me: string): Row {
  const { version } = event;
  const hasReactions = version > held.reactionsVersion;
  const isMine = event.userId === me && version > held.mineVersion;
  if (!hasReactions && !isMine && version <= held.message.version) return held;
  const message = atLeast(held.message, version);
  return {
    message: hasReactions ? { ...message, reactions: counts(event.reactions) } : message,
    reactionsVersion: Math.max(version, held.reactionsVersion),
    mine: isMine ? toggled(held.mine, event) : held.mine,
    mineVersion: isMine ? version : held.mineVersion,
    shown: null,
  };
}

/** The row's own version stays: an edit before this reaction may still be on its way. */
export function withOwnReactions(held: Row, { version, reactions }: ReactionResult): Row {
  const message = { ...held.message, reactions: counts(reactions) };
  const told = { message, reactionsVersion: version, mine: emojiOfMine(reactions), mineVersion: version, shown: null };
  return mergeRows(held, told);
}

/** What a message shows beside what its row has. */
interface Live {
  readonly status: MessageStatus;
  readonly replyTo: ReplyPreview | null;
  readonly own: OwnChange;
}

/** The same object while the row and what goes with it stay. */
export function shownItem(row: Row, { status, replyTo, own }: Live, me: string): StoredItem {
  const { shown } = row;
  const isQuoteSame = shown?.message.replyTo?.excerpt === replyTo?.excerpt;
  if (shown?.message.status === status && isQuoteSame && shown.own === own) return shown;
  const { message, mine } = row;
  const reactions = message.reactions.map((each) => ({ ...each, reactedByMe: mine.has(each.emoji) }));
  const key = message.senderId === me ? message.clientMessageId : message.id;
  row.shown = { kind: 'stored', key, message: withOwnChange({ ...message, status, reactions, replyTo }, own), own };
  return row.shown;
}

function rowOf(message: Message, mine: ReadonlySet<string>, mineVersion: number): Row {
  return { message, reactionsVersion: message.version, mine, mineVersion, shown: null };
}

function atLeast(message: Message, version: number): Message {
  return message.version >= version ? message : { ...message, version };
}

function counts(reactions: readonly ReactionCount[]): ReactionCount[] {
  return reactions.map(({ emoji, count }) => ({ emoji, count }));
}

function emojiOfMine(reactions: readonly ReactionCount[]): ReadonlySet<string> {
  return new Set(reactions.filter(({ reactedByMe }) => reactedByMe).map(({ emoji }) => emoji));
}

function toggled(mine: ReadonlySet<string>, { emoji, action }: ReactionUpdatedEvent): ReadonlySet<string> {
  const next = new Set(mine);
  if (action === 'added') next.add(emoji);
  else next.delete(emoji);
  return next;
}
