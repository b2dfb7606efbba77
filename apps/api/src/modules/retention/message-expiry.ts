import { Inject, Injectable } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { type Change, ConversationChanges, conversationUpdatedEvent, type OwnContext } from '../conversations/index.js';
import { UPDATED } from './change-kind.js';
import { ExpiryRepository, type ExpiryStep } from './expiry.repository.js';
import { RetentionRepository } from './retention.repository.js';

/** Lets the oldest messages of a conversation go: with them goes all that there was of them. */
@Injectable()
export class MessageExpiry {
  constructor(
    private readonly repository: ExpiryRepository,
    private readonly retention: RetentionRepository,
    private readonly changes: ConversationChanges,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Some of those that are too old, with a version of their own. Returns how many; null where another node is at it, and 0
   * where none is left, or the node stops before they have gone.
   */
  async step(step: ExpiryStep, isStopped: () => boolean): Promise<number | null> {
    const { rows } = step;
    const upTo = await this.repository.expiredUpTo(this.config, step);
    if (upTo === null) return 0;
    // Of these there may be many for each message, so they go before it, and nobody waits for that.
    let forgotten: number;
    do {
      if (isStopped()) return 0;
      forgotten = await this.repository.forgetReads(step, upTo);
    } while (forgotten === rows);
    return this.removeUpTo(step, upTo);
  }

  /** As `step`, once it is forgotten when those up to this one were read. */
  removeUpTo(step: ExpiryStep, upTo: number): Promise<number | null> {
    return this.changes.runByItself(step.conversationId, async (context) => {
      if (!(await this.retention.takeLock(context.tx))) return { result: null, unchanged: true };
      // Looked at once more: whoever keeps them for longer, or holds them, has done so before the lock or after it.
      const last = await this.repository.expiredUpTo(this.config, step, context.tx);
      if (last === null) return { result: 0, unchanged: true };
      // A day may have begun meanwhile, and another node may have taken this step: what is due beyond goes with the next one.
      const end = Math.min(last, upTo);
      if (end < context.conversation.firstSeq) return { result: null, unchanged: true };
      return this.expire(context, step, end);
    });
  }

  private async expire(context: OwnContext, step: ExpiryStep, upTo: number): Promise<Change<number | null>> {
    const { tx, conversation, version } = context;
    const expired = await this.repository.expire(tx, step, upTo);
    const values = {
      firstSeq: upTo + 1,
      expiredCountable: expired.countable,
      trimmedVersion: Math.max(conversation.trimmedVersion, expired.version),
    };
    return {
      result: upTo - conversation.firstSeq + 1,
      values,
      row: { kind: UPDATED },
      system: null,
      event: (change) => conversationUpdatedEvent(change, { ...conversation, ...values, version }),
    };
  }
}
