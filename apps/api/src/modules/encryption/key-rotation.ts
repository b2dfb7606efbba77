import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { RepeatedWork } from '../../kernel/repeated-work.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { ConversationKeys, placeOf } from './conversation-keys.js';
import { KeyRotationRepository } from './key-rotation.repository.js';

/** Of the job; tests make them small. */
export const ROTATION = {
  firstMs: 1_000,
  /** Nodes that were started before the key became the first one may have used another since. */
  everyMs: 60_000,
  /** Keys of one transaction. */
  keys: 500,
};

/**
 * Encrypts the keys of conversations by the first key of the deployment, where another one has encrypted them: what that was is in
 * each row, so any node goes on wherever one was stopped. What is encrypted by the keys of conversations stays as it is.
 */
@Injectable()
export class KeyRotation implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly job = new RepeatedWork({
    everyMs: () => ROTATION.everyMs,
    run: async () => {
      if (this.repository.availability.isUp) await this.run();
    },
    onFault: (fault) => this.reporter.encryptionFailed('keys', fault),
  });

  constructor(
    private readonly repository: KeyRotationRepository,
    private readonly keys: ConversationKeys,
    private readonly reporter: EventReporter,
  ) {}

  onApplicationBootstrap(): void {
    if (this.keys.ring.others.length > 0) this.job.start(ROTATION.firstMs);
  }

  onApplicationShutdown(): void {
    this.job.stop();
  }

  /** Until every key is encrypted by the first one, or another node does the same. */
  async run(): Promise<void> {
    const { ring } = this.keys;
    for (let rotated = 1; rotated > 0 && !this.job.isStopped; ) {
      rotated = await this.repository.step(ring.others, ROTATION.keys, (key) => {
        const place = placeOf(key.conversationId);
        return ring.wrap(ring.unwrap(key, place), place);
      });
      if (rotated > 0) this.reporter.keysRotated(rotated);
    }
  }
}
