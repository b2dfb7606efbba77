import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { RepeatedWork } from '../../kernel/repeated-work.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { ConversationKeys } from '../encryption/index.js';
import { PlainTextsRepository } from './plain-texts.repository.js';

/** Of the job; tests make them small. */
export const TEXT_ENCRYPTION = {
  firstMs: 1_000,
  everyMs: 60_000,
  /** Of one statement. */
  conversations: 1_000,
  /** Of one transaction, which holds up its conversation. */
  rows: 100,
};

/**
 * Encrypts what was stored before there were keys: messages, what they were before their edits, and what reports say. How far it is
 * stands beside the key of each conversation, so it goes on wherever it was stopped, on one node at a time.
 */
@Injectable()
export class TextEncryption implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly job = new RepeatedWork({
    everyMs: () => TEXT_ENCRYPTION.everyMs,
    run: async () => {
      if (this.repository.availability.isUp) await this.run();
    },
    onFault: (fault) => this.reporter.encryptionFailed('texts', fault),
  });
  /** Whether every conversation of before has its key: those that came later get theirs with the first text. */
  private hasKeys = false;

  constructor(
    private readonly repository: PlainTextsRepository,
    private readonly keys: ConversationKeys,
    private readonly reporter: EventReporter,
  ) {}

  onApplicationBootstrap(): void {
    if (this.keys.isOn) this.job.start(TEXT_ENCRYPTION.firstMs);
  }

  onApplicationShutdown(): void {
    this.job.stop();
  }

  /** Until nothing is left that is stored as it is, or another node does the same. */
  async run(): Promise<void> {
    if (!this.hasKeys) await this.giveKeys();
    for (let encrypted: number | null = 0; encrypted !== null && !this.job.isStopped; ) {
      encrypted = await this.repository.step(TEXT_ENCRYPTION);
      if (encrypted) this.reporter.textsEncrypted(encrypted);
    }
  }

  private async giveKeys(): Promise<void> {
    let after: string | null = null;
    do {
      after = await this.repository.giveKeys(after, TEXT_ENCRYPTION);
    } while (after !== null && !this.job.isStopped);
    this.hasKeys = after === null;
  }
}
