import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { ParleyError } from '../../kernel/errors.js';
import { isUuid } from '../../kernel/ids.js';
import type { Principal } from '../../kernel/principal.js';
import { type ApiRequest, requestOf } from '../../platform/http/request.js';
import type { Account, Charge, RateLimits } from '../../platform/limits/rate-limits.js';
import type { CommandConnection } from './command-connection.js';

/** Whose send to which conversation. */
interface Send {
  userId: string;
  /** As it came; whatever it is. */
  conversationId: unknown;
}

/**
 * What the budgets say to a send. Only who has looked up whether it is a repeat may refuse it for them (G2): a repeat is
 * answered as ever, and has a fixed budget of its own.
 */
export class SendCharge {
  /** What may be given back. */
  private taken: readonly Account[];

  private constructor(
    private readonly limits: RateLimits,
    private readonly send: Send,
    /** What is left of the budget of which least is left; null where nothing is limited. */
    readonly charge: Charge | null,
  ) {
    this.taken = charge && !charge.refusal ? budgetsOf(send) : [];
  }

  static of(limits: RateLimits, send: Send): SendCharge {
    return new SendCharge(limits, send, limits.chargeAll(budgetsOf(send)));
  }

  /** Why it is refused where it is no repeat; null: it is within its budget. */
  get refusal(): ParleyError | null {
    return this.charge?.refusal ?? null;
  }

  /** Why it is refused without a look-up: more than may be looked up have come. To be called once, where it is refused. */
  lookUp(): ParleyError | null {
    return this.refusal && (this.limits.charge('repeats', this.send.userId)?.refusal ?? null);
  }

  /** It was one: what it took of the budgets of sends is given back, as far as there may be more repeats. */
  wasRepeat(): void {
    if (this.taken.length === 0 || this.limits.charge('repeats', this.send.userId)?.refusal) return;
    this.refund(this.taken);
  }

  /** Nothing was stored. The budget of the conversation is for its members: strangers are known only now, by the refusal. */
  wasRefused(): void {
    this.refund(this.taken.filter(({ name }) => name === 'conversations'));
  }

  private refund(accounts: readonly Account[]): void {
    this.taken = this.taken.filter((account) => !accounts.includes(account));
    for (const { name, key } of accounts) this.limits.refund(name, key);
  }
}

function budgetsOf({ userId, conversationId }: Send): [Account, ...Account[]] {
  const ofUser: [Account, Account] = [
    { name: 'sends', key: userId },
    { name: 'bursts', key: userId },
  ];
  return isUuid(conversationId) ? [...ofUser, { name: 'conversations', key: conversationId.toLowerCase() }] : ofUser;
}

/** Who sends, and what that was charged. */
export interface Sender {
  principal: Principal;
  charge: SendCharge;
  /** Characters of a text, where the connection's transport has a limit of its own. */
  mostCharacters?: number | undefined;
}

/** The `Sender`, as a parameter of a handler: the router hands the charge over, or the interceptor. */
export const Charged = createParamDecorator((_: unknown, context: ExecutionContext): Sender => {
  const isRest = context.getType() === 'http';
  const { principal, charge, ...more } = isRest ? senderOfRequest(requestOf(context)) : senderOfCommand(context);
  if (!principal || !(charge instanceof SendCharge)) throw new Error('This is no send that was charged.');
  return { principal, charge, ...more };
});

const senderOfRequest = ({ principal, sendCharge }: ApiRequest) => ({ principal, charge: sendCharge });

function senderOfCommand(context: ExecutionContext) {
  const { principal, mostCharacters } = context.switchToWs().getClient<CommandConnection>().data;
  return { principal, mostCharacters, charge: context.getArgByIndex<unknown>(2) };
}
