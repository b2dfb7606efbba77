import { Injectable } from '@nestjs/common';
import { LIMITS, type MessageReactions, type ReactionCount, type ReactionResult } from '@parley/protocol';
import { conflict, notFound, ParleyError } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import {
  type Changed,
  type HeldMessage,
  type MessageChange,
  MessageChanges,
  MessagesRepository,
} from '../messages/index.js';
import { UsersRepository } from '../users/index.js';
import { oneEmoji } from './emoji.js';
import { REACTION_CHANGE, reactionEvent } from './reaction.events.js';
import { withOneLess, withOneMore } from './reaction-counts.js';
import { type Reaction, ReactionsRepository } from './reactions.repository.js';

/** What an answer takes beside the ids of users and their fields. */
const FRAME_BYTES = 4_096;

/** Adds and removes emoji of members on messages. */
@Injectable()
export class ReactionsService {
  constructor(
    private readonly changes: MessageChanges,
    private readonly repository: ReactionsRepository,
    private readonly messages: MessagesRepository,
    private readonly users: UsersRepository,
  ) {}

  /**
   * Adds one's own; what is there already changes nothing.
   * @throws `conflict` on a deleted message and beyond `LIMITS.reactionKinds`; `forbidden` on a system message.
   */
  async add(principal: Principal, messageId: string, given: string): Promise<ReactionResult> {
    const emoji = oneEmoji(given);
    return resultOf(await this.changes.run(principal, messageId, (held) => this.decideAdd(held, emoji)));
  }

  /** Takes one's own back; what is not there, as on a deleted message, changes nothing. */
  async remove(principal: Principal, messageId: string, given: string): Promise<ReactionResult> {
    const emoji = oneEmoji(given);
    return resultOf(await this.changes.run(principal, messageId, (held) => this.decideRemove(held, emoji)));
  }

  /**
   * In the order in which each emoji came first, with the earliest `LIMITS.receiptsMembers` users who gave it; with
   * fewer of each where they would take more than `LIMITS.answerBytes`.
   * @throws `not_found`
   */
  async list(principal: Principal, messageId: string): Promise<MessageReactions> {
    const answer = await this.messages.readVisible({ messageId }, principal.userId, async (tx, message) => {
      const found = await this.repository.byEmoji(tx, message, {
        ofEach: LIMITS.receiptsMembers,
        bytes: LIMITS.answerBytes - FRAME_BYTES,
      });
      const byEmoji = new Map(found.map((each) => [each.emoji, each]));
      const items = message.reactions.flatMap(({ emoji }) => byEmoji.get(emoji) ?? []);
      const views = await this.users.viewsOf(
        items.flatMap(({ userIds }) => userIds),
        tx,
      );
      return { items, users: [...views.values()] };
    });
    if (!answer) throw notFound();
    return answer;
  }

  private async decideAdd(held: HeldMessage, emoji: string): Promise<MessageChange | null> {
    const { tx, message, at } = held;
    if (message.type === 'system') throw new ParleyError('forbidden');
    if (message.deletedAt) throw conflict('message', 'deleted');
    if (!(await this.repository.insert(tx, reactionOf(held, emoji), at))) return null;
    const reactions = withOneMore(message.reactions, emoji);
    if (!reactions) throw conflict('emoji', `a message has at most ${LIMITS.reactionKinds} kinds`);
    return changeOf({ emoji, action: 'added' }, reactions);
  }

  private async decideRemove(held: HeldMessage, emoji: string): Promise<MessageChange | null> {
    const { tx, message } = held;
    if (!(await this.repository.delete(tx, reactionOf(held, emoji)))) return null;
    return changeOf({ emoji, action: 'removed' }, withOneLess(message.reactions, emoji));
  }
}

function reactionOf({ message, userId }: HeldMessage, emoji: string): Reaction {
  return { conversationId: message.conversationId, seq: message.seq, messageId: message.id, userId, emoji };
}

function changeOf(data: { emoji: string; action: 'added' | 'removed' }, reactions: ReactionCount[]): MessageChange {
  return { values: { reactions }, kind: REACTION_CHANGE, data, event: reactionEvent };
}

const resultOf = ({ version, changed, message }: Changed): ReactionResult => ({
  version,
  changed,
  reactions: message.reactions,
});
