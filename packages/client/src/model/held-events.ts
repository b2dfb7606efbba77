import type { Events } from '@parley/protocol';

/** Events that have a place in their conversation's order. */
export type DurableName =
  | 'message:new'
  | 'message:edited'
  | 'message:deleted'
  | 'reaction:updated'
  | 'conversation:updated'
  | 'conversation:archived'
  | 'member:added'
  | 'member:updated'
  | 'member:removed';

export type DurableEvent = {
  [Name in DurableName]: { readonly name: Name; readonly payload: Events[Name] };
}[DurableName];

const LIMIT = 1_000;

/** Events of one conversation that came before their turn, by version. */
export class HeldEvents {
  readonly #events = new Map<number, DurableEvent>();

  get isEmpty(): boolean {
    return this.#events.size === 0;
  }

  /** False where there is no room: only a sync brings it then. */
  add(event: DurableEvent): boolean {
    const { version } = event.payload;
    if (this.#events.has(version)) return true;
    if (this.#events.size >= LIMIT) return false;
    this.#events.set(version, event);
    return true;
  }

  /** The event of this version; it and those before it are removed. */
  take(version: number): DurableEvent | undefined {
    const event = this.#events.get(version);
    for (const held of this.#events.keys()) if (held <= version) this.#events.delete(held);
    return event;
  }

  clear(): void {
    this.#events.clear();
  }

  *[Symbol.iterator](): Iterator<DurableEvent> {
    yield* this.#events.values();
  }
}
