import { type BudgetName, budgetsOf, isOfAllNodes } from '../../config/budgets.js';
import type { Config } from '../../config/config.js';
import { ParleyError } from '../../kernel/errors.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import { Limiter, type Budget as LimiterBudget } from './limiter.js';

/** What became of a charge. */
export interface Charge {
  budget: BudgetName;
  /** How much the key may take at once where it took nothing lately. */
  limit: number;
  /** How much of that is left. */
  remaining: number;
  /** Until nothing is taken any more. */
  resetMs: number;
  /** Null: it was within the budget, and taken. */
  refusal: ParleyError | null;
}

/** One key's part of a budget. */
export interface Account {
  name: BudgetName;
  key: unknown;
  /** What a charge takes of it; 1 where missing. */
  cost?: number;
}

/** What a key took of a budget, by both names; less than nothing was given back. */
export type Taken = [budget: string, key: string, amount: number];

/** How far below nothing a user may come by what other nodes report, in seconds of the budget's pace. */
const MOST_DEBT_SECONDS = 60;
/** Accounts whose use is still to be published to the other nodes; of more, each node knows its own part. */
const MOST_GATHERED = 50_000;

type Settings = Pick<Config, 'hasOthers' | 'rateLimits' | 'messagesPerSecond' | 'messagesPerMinute' | 'signIn'>;

/** What users, addresses, sockets and conversations may do: the one place that decides whether a budget is spent. */
export class RateLimits {
  private readonly limiter: Limiter<BudgetName> | null;
  private readonly budgets: ReturnType<typeof budgetsOf>;
  /** What was taken of the budgets of all nodes, by budget and key; null where there is one node. */
  private gathered: Map<BudgetName, Map<unknown, number>> | null;
  private gatheredAccounts = 0;

  constructor(
    config: Settings,
    private readonly reporter: Pick<EventReporter, 'budgetSpent'>,
    now?: () => number,
  ) {
    this.budgets = budgetsOf(config, config.signIn);
    this.gathered = config.hasOthers ? new Map() : null;
    this.limiter = config.rateLimits ? new Limiter(this.withDebts(), now) : null;
  }

  /** Takes the cost where there is as much left; null where nothing is limited. */
  charge(name: BudgetName, key: unknown, cost = 1): Charge | null {
    return this.chargeAll([{ name, key, cost }]);
  }

  /** Takes the costs of all of these, or of none; answers for the one of which least is left. */
  chargeAll(accounts: readonly [Account, ...Account[]]): Charge | null {
    const { limiter } = this;
    if (!limiter) return null;
    const charges = accounts.map((account) => look(limiter, account));
    const tightest = charges.reduce((least, each) => (isTighter(each, least) ? each : least));
    if (tightest.refusal) this.reporter.budgetSpent(tightest.budget);
    else for (const account of accounts) this.take(limiter, account);
    return tightest;
  }

  /** How much of a budget a key may take at once; null where nothing is limited. */
  limitOf(name: BudgetName): number | null {
    return this.limiter && Math.floor(this.limiter.budget(name).atOnce);
  }

  /** Gives back what a charge took. */
  refund(name: BudgetName, key: unknown, cost = 1): void {
    if (this.limiter) this.take(this.limiter, { name, key, cost: -cost });
  }

  /** What was taken here of the budgets of all nodes since the last call. */
  taken(): Taken[] {
    const { gathered } = this;
    if (!gathered || this.gatheredAccounts === 0) return [];
    this.gathered = new Map();
    this.gatheredAccounts = 0;
    return [...gathered].flatMap(([name, ofBudget]) =>
      [...ofBudget].map(([key, amount]): Taken => [name, String(key), Math.round(amount * 100) / 100]),
    );
  }

  /** As much was taken on another node. */
  takenElsewhere(taken: readonly Taken[]): void {
    for (const [name, key, amount] of taken) {
      if (isOfAllNodes(name, this.budgets)) this.limiter?.take(name, key, amount);
    }
  }

  /** Of the budgets of all nodes this one has one of so many parts. */
  divide(parts: number): void {
    for (const name of Object.keys(this.budgets)) {
      if (isOfAllNodes(name, this.budgets)) this.limiter?.divide(name, parts);
    }
  }

  private take(limiter: Limiter<BudgetName>, { name, key, cost = 1 }: Account): void {
    limiter.take(name, key, cost);
    if (!this.gathered || !isOfAllNodes(name, this.budgets)) return;
    const ofBudget = this.gathered.get(name) ?? new Map<unknown, number>();
    this.gathered.set(name, ofBudget);
    const before = ofBudget.get(key);
    if (before === undefined && this.gatheredAccounts >= MOST_GATHERED) return;
    if (before === undefined) this.gatheredAccounts += 1;
    ofBudget.set(key, (before ?? 0) + cost);
  }

  private withDebts(): Record<BudgetName, LimiterBudget> {
    const debtSeconds = this.gathered ? MOST_DEBT_SECONDS : 0;
    const entries = Object.entries(this.budgets).map(([name, budget]) => [
      name,
      isOfAllNodes(name, this.budgets) ? { ...budget, debtSeconds } : budget,
    ]);
    return Object.fromEntries(entries) as Record<BudgetName, LimiterBudget>;
  }
}

function look(limiter: Limiter<BudgetName>, { name, key, cost = 1 }: Account): Charge {
  const { atOnce, perSecond = 1 } = limiter.budget(name);
  const left = limiter.left(name, key);
  const after = left - Math.min(cost, atOnce);
  const remaining = after < 0 ? left : after;
  const retryAfterMs = Math.ceil((-after / perSecond) * 1_000);
  return {
    budget: name,
    limit: Math.floor(atOnce),
    remaining: Math.max(0, Math.floor(remaining)),
    resetMs: Math.ceil(((atOnce - remaining) / perSecond) * 1_000),
    refusal: after < 0 ? new ParleyError('rate_limited', { retryAfterMs }) : null,
  };
}

function isTighter(one: Charge, other: Charge): boolean {
  const waits = [one, other].map(({ refusal }) => refusal?.extra.retryAfterMs ?? 0) as [number, number];
  return waits[0] === waits[1] ? one.remaining < other.remaining : waits[0] > waits[1];
}
