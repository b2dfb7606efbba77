import { forgetOldest } from './forget-oldest.js';

/** Remembers a bounded number of values for a while; the oldest makes room for a new one. */
export class ExpiringCache<V> {
  private readonly entries = new Map<string, { value: V; until: number }>();
  private forgotten = 0;

  constructor(
    private readonly most: number,
    private readonly lifetimeMs: number,
  ) {}

  get(key: string): V | undefined {
    const entry = this.entries.get(key);
    if (entry && entry.until > performance.now()) return entry.value;
    if (entry) this.entries.delete(key);
    return undefined;
  }

  /**
   * What is remembered, else what `load` finds. That is remembered too, unless something was forgotten while it was
   * being looked up: it might be from before.
   */
  async getOrLoad(key: string, load: () => Promise<V>): Promise<V> {
    const known = this.get(key);
    if (known !== undefined) return known;
    const { forgotten } = this;
    const value = await load();
    if (forgotten === this.forgotten) this.set(key, value);
    return value;
  }

  /** The lifetime begins anew. */
  set(key: string, value: V): void {
    this.entries.delete(key);
    this.entries.set(key, { value, until: performance.now() + this.lifetimeMs });
    forgetOldest(this.entries, this.most);
  }

  forget(key: string): void {
    this.forgotten += 1;
    this.entries.delete(key);
  }

  forgetWhere(isOver: (value: V) => boolean): void {
    this.forgotten += 1;
    for (const [key, { value }] of this.entries) if (isOver(value)) this.entries.delete(key);
  }
}
