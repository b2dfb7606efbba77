import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { type Change, ConversationChanges, conversationUpdatedEvent, type OwnContext } from '../conversations/index.js';
import { RetentionRepository } from './retention.repository.js';

/**
 * Of the kinds of changes that the release before knows the one which becomes `conversation:updated` there, whatever has
 * changed: its nodes run beside ours for a while.
 */
const KIND = 'renamed';

/** Lets the oldest messages of a conversation go: with them goes all that there was of them. */
@Injectable()
export class MessageExpiry {
  constructor(
    private readonly repository: RetentionRepository,
    private readonly changes: ConversationChanges,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * At most so many of those that are too old, with a version of their own. Returns how many; null where another node is at
   * it, and 0 where the node stops before they have gone.
   */
  async step(conversationId: string, most: number, isStopped: () => boolean): Promise<number | null> {
    const upTo = await this.repository.expiredUpTo(this.config, conversationId, most);
    if (upTo === null) return 0;
    // Of these there may be many for each message, so they go before it, and nobody waits for that.
    let forgotten: number;
    do {
      if (isStopped()) return 0;
      forgotten = await this.repository.forgetReads(conversationId, upTo, most);
    } while (forgotten === most);
    return this.changes.runByItself(conversationId, async (context) => {
      if (!(await this.repository.takeTurn(context.tx))) return { result: null, unchanged: true };
      const { firstSeq } = context.conversation;
      return upTo < firstSeq ? { result: 0, unchanged: true } : this.expire(context, upTo);
    });
  }

  private async expire({ tx, conversation, version }: OwnContext, upTo: number): Promise<Change<number | null>> {
    const expired = await this.repository.expire(tx, conversation.id, upTo);
    const values = {
      firstSeq: upTo + 1,
      expiredCountable: expired.countable,
      trimmedVersion: Math.max(conversation.trimmedVersion, expired.version),
    };
    return {
      result: upTo - conversation.firstSeq + 1,
      values,
      row: { kind: KIND },
      system: null,
      event: (change) => conversationUpdatedEvent(change, { ...conversation, ...values, version }),
    };
  }
}
