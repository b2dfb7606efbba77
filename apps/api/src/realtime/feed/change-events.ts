import { Injectable } from '@nestjs/common';
import type { ChangeRecord } from '../../database/rows.js';
import type { FeedEvent } from './feed-events.js';

/** Makes one event of each change, of one conversation and of the kinds it was registered for, in any order. */
export type TellChanges = (conversationId: string, changes: readonly ChangeRecord[]) => Promise<FeedEvent[]>;

/** Who turns which kind of stored change into its event: each module registers the kinds it writes. */
@Injectable()
export class ChangeEvents {
  private readonly tellers = new Map<string, TellChanges>();

  register(kinds: readonly string[], tell: TellChanges): void {
    for (const kind of kinds) this.tellers.set(kind, tell);
  }

  /** The events of these changes, in any order; throws where nobody knows a kind, since a feed must not skip it. */
  async events(conversationId: string, changes: readonly ChangeRecord[]): Promise<FeedEvent[]> {
    const byTeller = Map.groupBy(changes, ({ kind }) => this.tellerOf(kind));
    const told = await Promise.all([...byTeller].map(([tell, some]) => tell(conversationId, some)));
    return told.flat();
  }

  private tellerOf(kind: string): TellChanges {
    const tell = this.tellers.get(kind);
    if (!tell) throw new Error(`Changes of the kind ${kind} have no event.`);
    return tell;
  }
}
