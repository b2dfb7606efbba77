import type { CommandName, Commands, Need } from '@parley/protocol';
import type { BudgetName } from '../../config/budgets.js';

/** What a command may need. None is for server admins: their guard is of REST routes. */
type CommandNeed = Exclude<Need, 'server_admin'>;

type Handler<Payload> = (connection: never, command: Payload) => Promise<unknown>;

/** What the router knows of a command. */
interface CommandRow<Payload, Result> {
  /** Checks the payload. */
  dto: new () => Payload;
  /** The method of a gateway that declares the command with `@SubscribeMessage`. */
  handler: (connection: never, command: never) => Promise<Result>;
  /** Of whose budget each use of it is charged; a send's are looked at by `SendCharge`. */
  budget: BudgetName;
  /** What each use of it is charged, in units of a send: about the work that it makes. */
  cost: number;
  /** The rows of the table of permissions by which it is refused, or what stands in their place. */
  needs: readonly [CommandNeed, ...CommandNeed[]];
}

/** A row for every command of the protocol: one that is missing does not compile. */
export type CommandTable = {
  readonly [Name in CommandName]: CommandRow<Commands[Name]['payload'], Commands[Name]['result']>;
};

/** Injects the `CommandTable`. */
export const COMMAND_TABLE = Symbol('command table');

/** A row whose handler takes what its DTO makes. */
export const row = <Payload, Gateway, Method extends keyof Gateway>(
  dto: new () => Payload,
  { prototype }: { prototype: Gateway },
  method: Gateway[Method] extends Handler<Payload> ? Method : never,
  ...[budget, cost, ...needs]: [budget: BudgetName, cost: number, ...needs: [CommandNeed, ...CommandNeed[]]]
) => ({ dto, handler: prototype[method] as Gateway[Method], budget, cost, needs });
