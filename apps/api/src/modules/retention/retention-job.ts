import { Inject, Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { CONFIG, type Config } from '../../config/config.js';
import { RepeatedWork } from '../../kernel/repeated-work.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { archiving, ConversationChanges } from '../conversations/index.js';
import { ChangesTrimRepository } from './changes-trim.repository.js';
import { MessageExpiry } from './message-expiry.js';
import { type DueConversation, RetentionRepository } from './retention.repository.js';

/** Of the job; tests make them small. */
export const RETENTION = {
  everyMs: 600_000,
  /** Conversations that are looked at together. */
  conversations: 500,
  /** Of one transaction, which holds up its conversation: messages, with their reactions and edits. */
  rows: 500,
  /** Rows of changes of one transaction, which holds up their conversations. */
  changes: 500,
  /** Conversations of one run that fail: the rest waits for the next one. */
  failures: 10,
};

/**
 * Archives conversations in which nobody has written for long, lets messages expire that are older than they may be, and
 * removes rows of changes that no stream needs any more.
 * What is due is in the data, and each step is one transaction: whatever stops it, any node goes on from there.
 */
@Injectable()
export class RetentionJob implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly job = new RepeatedWork({
    everyMs: () => RETENTION.everyMs,
    run: async () => {
      if (this.repository.availability.isUp) await this.run();
    },
    onFault: (fault) => this.report(fault, null),
  });
  /** The last conversation of a run that too many of them ended: the next one goes on there. */
  private after: string | null = null;

  constructor(
    private readonly repository: RetentionRepository,
    private readonly changes: ConversationChanges,
    private readonly expiry: MessageExpiry,
    private readonly changesTrim: ChangesTrimRepository,
    private readonly reporter: EventReporter,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    this.job.start();
  }

  onApplicationShutdown(): void {
    this.job.stop();
  }

  /**
   * Until nothing is due any more, or another node does the same. Where one part fails the others are done all the same.
   * @throws where too many conversations fail. Those beyond them come first next time.
   */
  async run(): Promise<void> {
    await this.trim().catch((fault: unknown) => this.report(fault, null));
    await this.walk();
  }

  private async trim(): Promise<void> {
    for (let isMore = true; isMore && !this.job.isStopped; ) {
      const step = await this.changesTrim.step(RETENTION.changes);
      if (step && step.trimmed > 0) this.reporter.changesTrimmed(step.trimmed);
      isMore = step?.isMore ?? false;
    }
  }

  /** Once through all conversations of which something may be due. One that fails is passed over. */
  private async walk(): Promise<void> {
    let failures = 0;
    let { after } = this;
    this.after = null;
    do {
      const page: DueConversation[] | null = await this.repository.page(this.config, after, RETENTION.conversations);
      if (!page) return;
      for (const due of page) {
        if (this.job.isStopped) return;
        try {
          if (!(await this.work(due))) return;
        } catch (fault) {
          failures += 1;
          if (failures === RETENTION.failures) {
            this.after = due.id;
            throw fault;
          }
          this.report(fault, due.id);
        }
      }
      after = page.length < RETENTION.conversations ? null : (page.at(-1)?.id ?? null);
    } while (after !== null);
  }

  /** False where another node is at it. */
  private async work({ id, isIdle, hasExpired }: DueConversation): Promise<boolean> {
    if (isIdle && !(await this.archive(id))) return false;
    for (let isMore = hasExpired; isMore && !this.job.isStopped; ) {
      const step = { conversationId: id, rows: RETENTION.rows };
      const expired = await this.expiry.step(step, () => this.job.isStopped);
      if (expired === null) return false;
      if (expired > 0) this.reporter.messagesExpired(id, expired);
      isMore = expired > 0;
    }
    return true;
  }

  /** It may have been archived, or somebody may have written, since it was looked at. */
  private async archive(conversationId: string): Promise<boolean> {
    const outcome = await this.changes.runByItself<'archived' | 'kept' | 'elsewhere'>(
      conversationId,
      async ({ tx, conversation, at }) => {
        if (!(await this.repository.takeLock(tx))) return { result: 'elsewhere', unchanged: true };
        const idleMs = at.getTime() - conversation.updatedAt.getTime();
        if (conversation.isArchived || idleMs < this.config.archiveAfterDays * DAY_MS)
          return { result: 'kept', unchanged: true };
        return { ...archiving(true, 'idle'), result: 'archived' };
      },
    );
    if (outcome === 'archived') this.reporter.idleArchived(conversationId);
    return outcome !== 'elsewhere';
  }

  private report(fault: unknown, conversationId: string | null): void {
    if (!this.job.isStopped) this.reporter.retentionFailed(fault, conversationId);
  }
}

const DAY_MS = 86_400_000;
