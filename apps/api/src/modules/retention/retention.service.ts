import { Inject, Injectable } from '@nestjs/common';
import type { Hold, Retention } from '@parley/protocol';
import { CONFIG, type Config } from '../../config/config.js';
import { notFound } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import { AuditService } from '../audit/index.js';
import type { Unchanged } from '../conversation-log/index.js';
import { type Change, ConversationChanges, conversationUpdatedEvent } from '../conversations/index.js';
import { UPDATED } from './change-kind.js';
import { RetentionRepository } from './retention.repository.js';

/** For how long messages of a conversation are kept, and whether they stay whatever that says. */
@Injectable()
export class RetentionService {
  constructor(
    private readonly repository: RetentionRepository,
    private readonly changes: ConversationChanges,
    private readonly audit: AuditService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async get(principal: Principal, conversationId: string): Promise<Retention> {
    await this.changes.check(principal, conversationId, 'read');
    const settings = await this.repository.settings(conversationId);
    if (!settings) throw notFound();
    return this.present(settings.days);
  }

  /** Its members are told by a system message, as it is their messages that go. */
  async set(principal: Principal, conversationId: string, days: number | null): Promise<Retention> {
    await this.changes.run<void>(
      principal,
      conversationId,
      'set_retention',
      async ({ tx, conversation, version, at }): Promise<Change<void> | Unchanged<void>> => {
        const { retentionDays } = conversation;
        if (retentionDays === days) return { result: undefined, unchanged: true };
        const action = 'retention_changed';
        await this.audit.record({ actorId: principal.userId, action, conversationId, details: { days } }, tx);
        return {
          result: undefined,
          values: { retentionDays: days },
          row: { kind: UPDATED },
          system: { event: action, from: textOf(retentionDays), to: textOf(days) },
          event: (change) => conversationUpdatedEvent(change, { ...conversation, updatedAt: at, version }),
        };
      },
    );
    return this.present(days);
  }

  async getHold(conversationId: string): Promise<Hold> {
    const settings = await this.repository.settings(conversationId);
    if (!settings) throw notFound();
    return { isHeld: settings.isHeld };
  }

  /** By a server admin, who need not be in it, and learns nothing of it. @throws `not_found` */
  async hold({ userId }: Principal, conversationId: string, isHeld: boolean): Promise<Hold> {
    const action = isHeld ? 'conversation_held' : 'conversation_released';
    await this.repository.setHeld(conversationId, isHeld, (tx) =>
      this.audit.record({ actorId: userId, action, conversationId }, tx),
    );
    return this.getHold(conversationId);
  }

  private present(days: number | null): Retention {
    return { days, serverDays: this.config.retentionDays || null };
  }
}

const textOf = (days: number | null): string => (days === null ? '' : String(days));
