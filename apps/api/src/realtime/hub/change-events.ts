import { Injectable } from '@nestjs/common';
import type { ChangeRecord } from '../../database/rows.js';
import type { StreamEvent } from './stream-events.js';

/**
 * Makes an event of each change of the kinds it was registered for, whatever its conversation, in the order given; null
 * where it is for a later read, of the earliest of a conversation never.
 */
export type EventFactory = (changes: readonly ChangeRecord[]) => Promise<(StreamEvent | null)[]>;

/** The factories of events by kind of stored change: each module registers the kinds that it writes. */
@Injectable()
export class ChangeEvents {
  private readonly factories = new Map<string, EventFactory>();

  register(kinds: readonly string[], factory: EventFactory): void {
    for (const kind of kinds) this.factories.set(kind, factory);
  }

  /**
   * The events of these changes by conversation; throws for a kind without a factory, since a stream must not skip it.
   */
  async events(changes: readonly ChangeRecord[]): Promise<Map<string, StreamEvent[]>> {
    const found = new Map<string, StreamEvent[]>();
    const byFactory = Map.groupBy(changes, ({ kind }) => this.factoryOf(kind));
    const makeAll = async ([factory, some]: [EventFactory, ChangeRecord[]]) => {
      const made = await factory(some);
      some.forEach(({ conversationId }, i) => {
        const event = made[i];
        const events = found.get(conversationId);
        if (event && events) events.push(event);
        else if (event) found.set(conversationId, [event]);
      });
    };
    await Promise.all([...byFactory].map(makeAll));
    return found;
  }

  private factoryOf(kind: string): EventFactory {
    const factory = this.factories.get(kind);
    if (!factory) throw new Error(`Changes of the kind ${kind} have no event.`);
    return factory;
  }
}
