import { randomUUID } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { MESSAGE_METADATA } from '@nestjs/websockets/constants.js';
import type { Ack, CommandName, ErrorObject } from '@parley/protocol';
import { notFound, ParleyError } from '../../kernel/errors.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { type SendTraces, TRACES } from '../../platform/telemetry/send-traces.js';
import { validated } from '../../platform/validation.js';
import { CommandAccounts } from './command-accounts.js';
import type { CommandConnection } from './command-connection.js';
import { COMMAND_TABLE, type CommandTable } from './command-row.js';
import { InFlightLimiter } from './in-flight-limiter.js';
import type { SendCharge } from './send-charge.js';

/** A gateway's method, as Nest wraps it. */
export type CommandHandler = (connection: CommandConnection, payload: unknown, charge?: SendCharge) => Promise<object>;

/** A command as a transport hands it over. */
export interface GivenCommand {
  transport: string;
  connection: CommandConnection;
  name: string;
  /** The payloads; exactly one is right. */
  sent: readonly unknown[];
  /** Of the gateway that has a command of this name. */
  handler: CommandHandler | undefined;
  /** Why the transport could not read a payload. */
  refusal(): ParleyError | null;
}

/** Runs commands: checks, bounds, charges, calls the gateway's method, and makes an acknowledgement of what comes. */
@Injectable()
export class CommandRouter {
  readonly inFlight = new InFlightLimiter();

  constructor(
    @Inject(COMMAND_TABLE) private readonly table: CommandTable,
    private readonly accounts: CommandAccounts,
    private readonly reporter: EventReporter,
    @Inject(TRACES) private readonly traces: SendTraces | null,
  ) {
    for (const [name, { handler }] of Object.entries(table)) {
      if (Reflect.getMetadata(MESSAGE_METADATA, handler) !== name) throw new Error(`No gateway declares ${name}.`);
    }
  }

  /** Never rejects: whatever goes wrong is the answer. */
  dispatch(given: GivenCommand): Promise<Ack<object>> {
    const { traces } = this;
    return traces && given.name === 'message:send' ? this.traced(traces, given) : this.answer(given);
  }

  private async traced(traces: SendTraces, given: GivenCommand): Promise<Ack<object>> {
    const { transport, connection } = given;
    const trace = traces.begin({ transport, userId: connection.data.principal.userId });
    if (!trace) return this.answer(given);
    const answer = await trace.during(() => this.answer(given));
    trace.answered(answer.success ? undefined : answer.error);
    return answer;
  }

  private async answer(given: GivenCommand): Promise<Ack<object>> {
    try {
      const result = await this.inFlight.during(given.connection, () => this.run(given));
      return { success: true, ...result };
    } catch (fault) {
      return { success: false, error: this.refuse(given, fault) };
    }
  }

  private async run({ connection, name, sent, handler, ...given }: GivenCommand): Promise<object> {
    this.accounts.admit(connection);
    if (!handler || !this.isKnown(name)) {
      // A frame that could not be read names nothing.
      throw this.accounts.chargeUnknown(connection) ?? (name === '' ? given.refusal() : null) ?? notFound();
    }
    if (!connection.data.isReady) await connection.data.ready;
    if (!connection.connected) throw new ParleyError('service_unavailable');
    const { userId } = connection.data.principal;
    const charge = this.accounts.charge({ name, transport: given.transport, userId, sent: sent[0] });
    try {
      const refusal = charge.refusal ?? given.refusal();
      if (refusal) throw refusal;
      const dto: new () => object = this.table[name].dto;
      // Several payloads are none, which the check refuses in its own way.
      return await handler(connection, validated(dto, sent.length === 1 ? sent[0] : undefined), charge.send);
    } catch (fault) {
      charge.send?.wasRefused();
      throw fault;
    }
  }

  isKnown(name: string): name is CommandName {
    return Object.hasOwn(this.table, name);
  }

  private refuse({ connection, name, sent, transport }: GivenCommand, fault: unknown): ErrorObject {
    const error = this.accounts.refusalOf(fault, name, sent[0]);
    const requestId = randomUUID();
    const { userId } = connection.data.principal;
    const command = String(name).slice(0, 64);
    this.reporter.commandFailed(error, { userId, transport, command, requestId });
    return error.toObject(requestId);
  }
}
