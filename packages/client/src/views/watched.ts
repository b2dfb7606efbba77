import type { Subscribable } from '../subscribable.js';

/** Which ids somebody looks at just now. */
export class Watched {
  private readonly watchers = new Map<string, number>();

  constructor(
    private readonly onFirst: (id: string) => void,
    private readonly onNone: (id: string) => void = () => undefined,
  ) {}

  ids(): string[] {
    return [...this.watchers.keys()];
  }

  /** The same value, and whoever subscribes to it is known to look at `id`. */
  watch<T>(id: string, value: Subscribable<T>): Subscribable<T> {
    return {
      getSnapshot: () => value.getSnapshot(),
      subscribe: (listener) => {
        const stop = value.subscribe(listener);
        this.enter(id);
        let isOver = false;
        return () => {
          if (isOver) return;
          isOver = true;
          stop();
          this.leave(id);
        };
      },
    };
  }

  private enter(id: string): void {
    const count = this.watchers.get(id) ?? 0;
    this.watchers.set(id, count + 1);
    if (count === 0) this.onFirst(id);
  }

  private leave(id: string): void {
    const count = this.watchers.get(id) ?? 0;
    if (count > 1) return void this.watchers.set(id, count - 1);
    this.watchers.delete(id);
    this.onNone(id);
  }
}
