import { Inject, Injectable } from '@nestjs/common';
import type { CommandName } from '@parley/protocol';
import { asParleyError, type ParleyError } from '../../kernel/errors.js';
import { isUuid, newId } from '../../kernel/ids.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { COMMAND_TABLE, type CommandTable } from './command-row.js';

/** What holds for a command whether it comes over a socket or by REST. */
@Injectable()
export class CommandAccounts {
  constructor(
    @Inject(COMMAND_TABLE) private readonly table: CommandTable,
    private readonly reporter: EventReporter,
  ) {}

  /** Counts what the command costs; no command is refused for it yet (docs/decisions/0008). */
  charge(name: CommandName, transport: string): void {
    this.reporter.commandCharged({ command: name, transport }, this.table[name].cost);
  }

  /** Any fault as the refusal to answer. That of a send has the id under which it can be repeated (G2). */
  refusalOf(fault: unknown, name: string, sent: unknown): ParleyError {
    const error = asParleyError(fault);
    if (name !== 'message:send' || error.extra.clientMessageId !== undefined) return error;
    const id = (sent as { clientMessageId?: unknown } | null | undefined)?.clientMessageId;
    return error.withClientMessageId(isUuid(id) ? id.toLowerCase() : newId());
  }
}
