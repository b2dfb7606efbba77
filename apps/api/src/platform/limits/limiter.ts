/**
 * How much may be taken at once. What was taken comes back with time where there is a pace (a token bucket), else when
 * the work that took it has ended (concurrency).
 */
export interface Budget {
  atOnce: number;
  perSecond?: number;
  /** How far below nothing a key may come by what is taken all the same, in seconds of its pace. */
  debtSeconds?: number;
}

/** Named budgets, each of which every key has to itself. It never refuses: its callers compare what is left. */
export class Limiter<Name extends string> {
  private readonly accounts: Readonly<Record<Name, Accounts>>;

  constructor(budgets: Readonly<Record<Name, Budget>>, now: () => number = () => performance.now()) {
    const entries = Object.entries<Budget>(budgets).map(([name, budget]) => [name, new Accounts(budget, now)]);
    this.accounts = Object.fromEntries(entries) as Record<Name, Accounts>;
  }

  /** How much this key may still take; parts of one too. */
  left(name: Name, key: unknown): number {
    return this.accounts[name].left(key);
  }

  /** Takes so much, or what is left of it and what it may owe; less than nothing is given back. */
  take(name: Name, key: unknown, amount = 1): void {
    this.accounts[name].take(key, amount);
  }

  /** The budget that each key has, or its part of it. */
  budget(name: Name): Budget {
    return this.accounts[name].budget;
  }

  /**
   * From now on each key has one of so many equal parts of the budget. What it had left is divided as well; where the parts
   * grow, it keeps what it has.
   */
  divide(name: Name, parts: number): void {
    this.accounts[name].divide(parts);
  }

  /** Takes one for as long as the work lasts, even where none is left. */
  during<T>(name: Name, key: unknown, work: () => Promise<T>): Promise<T> {
    return this.accounts[name].during(key, work);
  }

  /** How much is taken at present by work that has not ended, of this key or of all. */
  running(name: Name, key?: unknown): number {
    return this.accounts[name].running(key);
  }

  /** Of how many keys it is remembered what they have left. */
  keys(name: Name): number {
    return this.accounts[name].size;
  }
}

interface Level {
  level: number;
  at: number;
}

/**
 * One budget. Only keys that took something are remembered, and with a pace none for longer than two fillings: what was
 * not taken from for one is full again, like what a new key has. So there are never more than could take in that time.
 */
class Accounts {
  private recent = new Map<unknown, Level>();
  private older = new Map<unknown, Level>();
  private since: number;
  private parts = 1;
  budget: Budget;
  private readonly works = new Map<unknown, number>();
  private inAll = 0;

  constructor(
    private readonly whole: Budget,
    private readonly now: () => number,
  ) {
    this.budget = whole;
    this.since = now();
  }

  divide(parts: number): void {
    if (parts === this.parts) return;
    const shrunk = Math.min(1, this.parts / parts);
    for (const levels of [this.recent, this.older]) {
      for (const key of levels.keys()) levels.set(key, { level: this.left(key) * shrunk, at: this.now() });
    }
    const { atOnce, perSecond = 0 } = this.whole;
    // Less than one could never be taken; the pace keeps to the part all the same.
    this.budget = {
      ...this.whole,
      atOnce: Math.max(Math.min(1, atOnce), atOnce / parts),
      perSecond: perSecond / parts,
    };
    this.parts = parts;
  }

  get size(): number {
    return this.recent.size + this.older.size;
  }

  left(key: unknown): number {
    const { atOnce, perSecond, debtSeconds = 0 } = this.budget;
    if (perSecond === undefined) return atOnce - this.running(key);
    const now = this.now();
    if (now - this.since >= (atOnce / perSecond + debtSeconds) * 1_000) {
      this.older = this.recent;
      this.recent = new Map();
      this.since = now;
    }
    const known = this.recent.get(key) ?? this.older.get(key);
    return known ? Math.min(atOnce, known.level + ((now - known.at) / 1_000) * perSecond) : atOnce;
  }

  take(key: unknown, amount: number): void {
    const { atOnce, perSecond = 0, debtSeconds = 0 } = this.budget;
    const level = Math.min(atOnce, Math.max(-debtSeconds * perSecond, this.left(key) - amount));
    this.older.delete(key);
    this.recent.set(key, { level, at: this.now() });
  }

  async during<T>(key: unknown, work: () => Promise<T>): Promise<T> {
    this.count(key, 1);
    try {
      return await work();
    } finally {
      this.count(key, -1);
    }
  }

  running(key?: unknown): number {
    return key === undefined ? this.inAll : (this.works.get(key) ?? 0);
  }

  private count(key: unknown, by: 1 | -1): void {
    const count = this.running(key) + by;
    if (count > 0) this.works.set(key, count);
    else this.works.delete(key);
    this.inAll += by;
  }
}
