import { Injectable } from '@nestjs/common';
import type { ChangeRecord } from '../../database/rows.js';
import type { StreamEvent } from './stream-events.js';

/**
 * Makes an event of each change of the kinds it was registered for, whatever its conversation, in the order given; null
 * where it is for a later read, of the earliest of a conversation never.
 */
export type TellChanges = (changes: readonly ChangeRecord[]) => Promise<(StreamEvent | null)[]>;

/** Who turns which kind of stored change into its event: each module registers the kinds it writes. */
@Injectable()
export class ChangeEvents {
  private readonly tellers = new Map<string, TellChanges>();

  register(kinds: readonly string[], tell: TellChanges): void {
    for (const kind of kinds) this.tellers.set(kind, tell);
  }

  /**
   * The events of these changes by conversation; throws for a kind without a factory, since a stream must not skip it.
   */
  async events(changes: readonly ChangeRecord[]): Promise<Map<string, StreamEvent[]>> {
    const found = new Map<string, StreamEvent[]>();
    const byTeller = Map.groupBy(changes, ({ kind }) => this.tellerOf(kind));
    const tellAll = async ([tell, some]: [TellChanges, ChangeRecord[]]) => {
      const made = await tell(some);
      some.forEach(({ conversationId }, i) => {
        const event = made[i];
        const events = found.get(conversationId);
        if (event && events) events.push(event);
        else if (event) found.set(conversationId, [event]);
      });
    };
    await Promise.all([...byTeller].map(tellAll));
    return found;
  }

  private tellerOf(kind: string): TellChanges {
    const tell = this.tellers.get(kind);
    if (!tell) throw new Error(`Changes of the kind ${kind} have no event.`);
    return tell;
  }
}
