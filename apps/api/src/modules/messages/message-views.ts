import { Injectable } from '@nestjs/common';
import { excerptOf, type Message } from '@parley/protocol';
import type { Db } from '../../database/database.js';
import type { MessageRow } from '../../database/rows.js';
import { MessageTextRepository, type Place } from '../conversation-log/index.js';
import { type OthersMarks, presentMessage, withStatus } from './message.presenter.js';
import { MessageViewsRepository } from './message-views.repository.js';

/** A row, and who is going to see it. */
export interface Seen {
  row: MessageRow;
  userId: string;
}

const keyOf = ({ conversationId, seq }: Place): string => `${conversationId} ${seq}`;

/**
 * The one way from rows to answers: every page, list, sync, ack and repaired event presents its messages here. Each
 * method reads with the handle it is given, so in the caller's snapshot; at most one statement for each kind of row,
 * whatever the number of messages and conversations, and none where no row needs it. The answer is in the rows' order.
 */
@Injectable()
export class MessageViews {
  constructor(
    private readonly repository: MessageViewsRepository,
    private readonly texts: MessageTextRepository,
  ) {}

  /**
   * As everyone may see them, for events: status `sent`, reactions without `reactedByMe`, excerpts of what the quoted
   * messages are now. At most one statement.
   */
  async forAll(db: Db, rows: readonly MessageRow[]): Promise<Message[]> {
    const messages = rows.map(presentMessage);
    const quoted = new Map<string, Place>();
    for (const { conversationId, replyTo } of messages) {
      const place = replyTo && { conversationId, seq: replyTo.seq };
      if (place) quoted.set(keyOf(place), place);
    }
    if (quoted.size === 0) return messages;
    const texts = await this.texts.quotedTexts(db, [...quoted.values()]);
    const excerpts = new Map(texts.map((each) => [keyOf(each), excerptOf(each.text)]));
    return messages.map((message) => withExcerpt(message, excerpts));
  }

  /** As one member sees them: also `reactedByMe` in every reaction, and the status of their own. At most three statements. */
  forViewer(db: Db, userId: string, rows: readonly MessageRow[]): Promise<Message[]> {
    return this.forEach(
      db,
      rows.map((row) => ({ row, userId })),
    );
  }

  /** The same of the messages at these places, in this order; of those that there are. */
  async atPlaces(db: Db, userId: string, places: readonly Place[]): Promise<Message[]> {
    return this.forViewer(db, userId, await this.texts.inOrder(db, places));
  }

  /** Each row as its own viewer sees it; the same row may be there for several. At most three statements. */
  async forEach(db: Db, seen: readonly Seen[]): Promise<Message[]> {
    const messages = await this.forAll(
      db,
      seen.map(({ row }) => row),
    );
    const shown = seen.map(({ userId }, i) => ({ message: messages[i] as Message, userId }));
    const reacted = await this.ownReactions(db, shown);
    const marks = await this.marksOfOthers(db, shown);
    return shown.map(({ message, userId }) => {
      const told = withStatus(message, userId, marks.get(`${message.conversationId} ${userId}`) ?? null);
      if (message.reactions.length === 0) return told;
      const reactions = message.reactions.map((each) => ({
        ...each,
        reactedByMe: reacted.has(`${keyOf(message)} ${userId} ${each.emoji}`),
      }));
      return { ...told, reactions };
    });
  }

  private async ownReactions(db: Db, shown: readonly Shown[]): Promise<ReadonlySet<string>> {
    const wanted = shown.flatMap(({ message: { conversationId, seq, reactions }, userId }) =>
      reactions.map(({ emoji }) => ({ conversationId, seq, emoji, userId })),
    );
    if (wanted.length === 0) return new Set();
    const found = await this.repository.reactions(db, wanted);
    return new Set(found.map((each) => `${keyOf(each)} ${each.userId} ${each.emoji}`));
  }

  private async marksOfOthers(db: Db, shown: readonly Shown[]): Promise<ReadonlyMap<string, OthersMarks>> {
    const own = shown.filter(({ message, userId }) => message.senderId === userId && message.type !== 'system');
    const authors = new Map(
      own.map(({ message: { conversationId }, userId }) => [`${conversationId} ${userId}`, { conversationId, userId }]),
    );
    if (authors.size === 0) return new Map();
    const rows = await this.repository.othersMarks(db, [...authors.values()]);
    return new Map(rows.map((row) => [`${row.conversation_id} ${row.user_id}`, row]));
  }
}

interface Shown {
  message: Message;
  userId: string;
}

function withExcerpt(message: Message, excerpts: ReadonlyMap<string, string>): Message {
  const { replyTo, conversationId } = message;
  if (!replyTo) return message;
  const excerpt = excerpts.get(keyOf({ conversationId, seq: replyTo.seq })) ?? '';
  return { ...message, replyTo: { ...replyTo, excerpt } };
}
