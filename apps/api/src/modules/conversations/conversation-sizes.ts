import { Injectable } from '@nestjs/common';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { Readings } from '../../platform/telemetry/readings.js';
import { ConversationSizesRepository } from './conversation-sizes.repository.js';

const TTL_MS = 300_000;

/** How many messages conversations have, counted anew when somebody asks for the metrics and it was not lately. */
@Injectable()
export class ConversationSizes {
  private askedAt = Number.NEGATIVE_INFINITY;

  constructor(
    private readonly repository: ConversationSizesRepository,
    private readonly reporter: EventReporter,
    readings: Readings,
  ) {
    readings.beforeReading(() => this.refresh());
  }

  /** Has them counted anew the next time that somebody asks. */
  forget(): void {
    this.askedAt = Number.NEGATIVE_INFINITY;
  }

  /** Does not wait: this time the former figures are served. */
  private refresh(): void {
    const now = performance.now();
    if (now - this.askedAt < TTL_MS || !this.repository.availability.isUp) return;
    this.askedAt = now;
    this.count().catch((fault: unknown) => this.reporter.conversationsNotCounted(fault));
  }

  private async count(): Promise<void> {
    const { '': sizes } = this.reporter.distributions.conversation_messages;
    const found = await this.repository.count(sizes.bounds);
    sizes.counts = sizes.counts.map((_, i) => found.find(({ bucket }) => bucket === i)?.conversations ?? 0);
    sizes.sum = found.reduce((sum, { messages }) => sum + messages, 0);
  }
}
