import { Inject, Injectable } from '@nestjs/common';
import type { CommandName } from '@parley/protocol';
import { asParleyError, type ParleyError } from '../../kernel/errors.js';
import { isUuid, newId } from '../../kernel/ids.js';
import { type Charge, RateLimits } from '../../platform/limits/rate-limits.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import type { CommandConnection } from './command-connection.js';
import { COMMAND_TABLE, type CommandTable } from './command-row.js';
import { SendCharge } from './send-charge.js';

interface CommandToCharge {
  name: CommandName;
  transport: string;
  userId: string;
  /** The payload as it came. */
  sent: unknown;
}

/** What a command was charged. */
export interface CommandCharge {
  /** What is left of its budget; null where nothing is limited. */
  left: Charge | null;
  /** Why it is not run; null: it is. */
  refusal: ParleyError | null;
  /** Of a send, whose handler refuses it. */
  send?: SendCharge;
}

/** What holds for a command whether it comes over a socket or by REST. */
@Injectable()
export class CommandAccounts {
  constructor(
    @Inject(COMMAND_TABLE) private readonly table: CommandTable,
    private readonly limits: RateLimits,
    private readonly reporter: EventReporter,
  ) {}

  /** Counts one more command of this connection, whatever it is. @throws `rate_limited` */
  admit(connection: CommandConnection): void {
    const refusal = this.limits.charge('commands', connection)?.refusal;
    if (refusal) throw refusal;
  }

  /** Charges what is no command as a request, since its user may have many connections; null: it is within the budget. */
  chargeUnknown({ data }: CommandConnection): ParleyError | null {
    return this.limits.charge('requests', data.principal.userId)?.refusal ?? null;
  }

  /** Takes what the command costs of its budget. */
  charge({ name, transport, userId, sent }: CommandToCharge): CommandCharge {
    const { budget, cost } = this.table[name];
    const send =
      budget === 'sends' ? SendCharge.of(this.limits, { userId, conversationId: conversationOf(sent) }) : undefined;
    const left = send ? send.charge : this.limits.charge(budget, userId, cost);
    const refusal = send ? send.lookUp() : (left?.refusal ?? null);
    if (!refusal) this.reporter.commandCharged({ command: name, transport }, cost);
    return { left, refusal, send };
  }

  /** Any fault as the refusal to answer. That of a send has the id under which it can be repeated (G2). */
  refusalOf(fault: unknown, name: string, sent: unknown): ParleyError {
    const error = asParleyError(fault);
    if (name !== 'message:send' || error.extra.clientMessageId !== undefined) return error;
    const id = (sent as { clientMessageId?: unknown } | null | undefined)?.clientMessageId;
    return error.withClientMessageId(isUuid(id) ? id.toLowerCase() : newId());
  }
}

const conversationOf = (sent: unknown): unknown =>
  (sent as { conversationId?: unknown } | null | undefined)?.conversationId;
