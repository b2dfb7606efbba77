import { parseArgs } from 'node:util';
import { LIMITS } from '@parley/protocol';
import { MOST_LINK_HOURS } from '../auth/index.js';
import { UsageError } from './usage-error.js';

/** What a command has to say, and the code that its process ends with: 0 done, 1 refused, 2 not understood. */
export interface AdminOutcome {
  code: number;
  text: string;
}

const USAGE = `Usage: npm run admin -- COMMAND

  invite [--username NAME] [--hours N]   a link to register with, also while REGISTRATION=closed; good for a week
  reset USER [--hours N]                 a link to set a new password; good for a day
  withdraw LINK                          takes a link back that nobody has used, by its id
  disable USER                           ends every session of an account, and lets it in no more
  enable USER                            lets it in again
  list [BEGINNING]                       accounts, by username
  bot NAME [--name TEXT]                 makes a bot, and prints its first token
  bot NAME token [TEXT]                  another token of a bot
  bot NAME revoke TOKEN                  ends a token, by its id
  bots                                   bots and their tokens
  audit [--limit N]                      what administrators did, newest first

USER is a username or an id. --url ORIGIN: where people reach the web app, for links.`;

/** What was typed, taken apart. */
export interface AdminArguments {
  command: CommandName;
  words: readonly string[];
  username: string | undefined;
  name: string | undefined;
  url: string | undefined;
  hours: number | undefined;
  limit: number | undefined;
}

export const HELP: AdminOutcome = { code: 0, text: USAGE };

const COMMANDS = ['invite', 'reset', 'withdraw', 'disable', 'enable', 'list', 'bot', 'bots', 'audit'] as const;
export type CommandName = (typeof COMMANDS)[number];

const OPTIONS = {
  username: { type: 'string' },
  name: { type: 'string' },
  url: { type: 'string' },
  hours: { type: 'string' },
  limit: { type: 'string' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** What can be answered without the database: help, and what is none of the commands. Null for the rest. */
export function usageFor(args: readonly string[]): AdminOutcome | null {
  try {
    return readArguments(args) ? null : HELP;
  } catch (fault) {
    return usageOutcome(fault);
  }
}

/** What was not understood, with what would be. @throws anything else */
export function usageOutcome(fault: unknown): AdminOutcome {
  if (!(fault instanceof UsageError)) throw fault;
  return { code: 2, text: `${fault.message}\n\n${USAGE}` };
}

/** Null where help is asked for. @throws UsageError */
export function readArguments(args: readonly string[]): AdminArguments | null {
  const { values, positionals } = parsed(args);
  const [first, ...words] = positionals;
  if (values.help || first === undefined || first === 'help') return null;
  const command = COMMANDS.find((name) => name === first);
  if (!command) throw new UsageError(`There is no command "${first}".`);
  return {
    command,
    words,
    username: values.username,
    name: values.name,
    url: values.url === undefined ? undefined : origin(values.url),
    hours: number('hours', values.hours, MOST_LINK_HOURS),
    limit: number('limit', values.limit, LIMITS.pageMax),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options: OPTIONS, allowPositionals: true });
  } catch (fault) {
    throw new UsageError((fault as Error).message);
  }
}

function number(name: string, value: string | undefined, most: number): number | undefined {
  if (value === undefined) return undefined;
  const given = Number(value);
  if (!/^\d+$/.test(value) || given < 1 || given > most) {
    throw new UsageError(`--${name} must be a whole number from 1 to ${most}; it is "${value}".`);
  }
  return given;
}

function origin(value: string): string {
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) {
    throw new UsageError(`--url must be an address such as https://chat.example.org; it is "${value}".`);
  }
  return value.replace(/\/+$/, '');
}
