import { type Budget, sendBudgets } from '@parley/protocol';
import type { Config, SignInSettings } from './config.js';

/** What of the environment's reader is needed here. */
interface Reader {
  integer(name: string, range: { least: number; most: number; otherwise: number }): number;
}

export type BudgetName = keyof ReturnType<typeof budgetsOf>;

type SendSettings = Pick<Config, 'messagesPerSecond' | 'messagesPerMinute'>;

/** How many messages one user may send; 0 where nothing is limited. */
export function sendSettings(reader: Reader, rateLimits: boolean): SendSettings {
  const read = (name: string, otherwise: number) => reader.integer(name, { least: 1, most: 1_000_000, otherwise });
  const settings = {
    messagesPerSecond: read('MESSAGES_PER_SECOND', 10),
    messagesPerMinute: read('MESSAGES_PER_MINUTE', 120),
  };
  return rateLimits ? settings : { messagesPerSecond: 0, messagesPerMinute: 0 };
}

/**
 * Every budget by its name, in units of the costs of the table of commands; a request that is no command costs one. Far
 * beyond what an application needs, and little for the node, except where a setting or a comment says otherwise.
 */
export function budgetsOf(sends: SendSettings, signIn: SignInSettings) {
  const { burst, sustained } = sendBudgets(sends);
  return {
    // Of a user, over all sockets, nodes and REST.
    bursts: burst,
    sends: sustained,
    /** Sends that were stored already, and sends beyond the other two, which might be. Not to be set (G2). */
    repeats: { atOnce: 60, perSecond: 60 },
    /** Links and mentions in messages, for `SPAM_RULES`; one message with more than `atOnce` passes where nothing is taken. */
    links: { atOnce: 100, perSecond: 1 },
    mentions: { atOnce: 200, perSecond: 1 },
    changes: { atOnce: 60, perSecond: 10 },
    reactions: { atOnce: 60, perSecond: 10 },
    /** A device marks each of its conversations once a second. */
    marks: { atOnce: 400, perSecond: 100 },
    /** What comes faster than once a second in a conversation has no effect, and is no error for that. */
    typing: { atOnce: 100, perSecond: 20 },
    following: { atOnce: 100, perSecond: 20 },
    pages: { atOnce: 400, perSecond: 60 },
    /** Who was away for long asks many times in a row. */
    syncs: { atOnce: 1_000, perSecond: 100 },
    presence: { atOnce: 60, perSecond: 10 },
    sessions: { atOnce: 20, perSecond: 1 },
    creations: { atOnce: 60, perSecond: 2 },
    /** What the audit log keeps of those who lead a group: it only grows, and each of them could do and undo it for ever. */
    administration: { atOnce: 200, perSecond: 1 },
    searches: { atOnce: 60, perSecond: 2 },
    reports: { atOnce: 30, perSecond: 0.5 },
    uploads: { atOnce: 120, perSecond: 1 },
    /** Bytes of files: two gibibytes at once, and ten more a day. */
    uploadedBytes: { atOnce: 2_147_483_648, perSecond: 124_276 },
    people: { atOnce: 60, perSecond: 2 },
    /** Each may be all that somebody has. */
    exports: { atOnce: 20, perSecond: 1 / 60 },
    tickets: { atOnce: 60, perSecond: 2 },
    /** All other REST requests, and commands of sockets whose name is unknown. */
    requests: { atOnce: 600, perSecond: 60 },
    // On each node.
    /** Of a socket, whatever it sends. */
    commands: { atOnce: 2_000, perSecond: 500 },
    /** Frames of a socket that are no commands, which cost little: who acknowledges all of a busy conversation stays below. */
    frames: { atOnce: 5_000, perSecond: 1_000 },
    /** Sends of all members to one conversation. */
    conversations: { atOnce: 600, perSecond: 200 },
    /** Of an address, whoever is behind it. */
    addresses: { atOnce: 2_000, perSecond: 500 },
    registrations: perMinute(signIn.registrationsPerAddress),
    passwords: perMinute(signIn.attemptsPerAddress),
  } satisfies Record<string, Budget>;
}

/** Those that each node has to itself; all others are of a user, whichever nodes the user is at. */
const OF_NODE: readonly BudgetName[] = [
  'commands',
  'frames',
  'conversations',
  'addresses',
  'registrations',
  'passwords',
];

/** Whether all nodes together have this budget; false for any other name. */
export const isOfAllNodes = (name: string, budgets: ReturnType<typeof budgetsOf>): name is BudgetName =>
  Object.hasOwn(budgets, name) && !OF_NODE.includes(name as BudgetName);

const perMinute = (count: number): Budget => ({ atOnce: count, perSecond: count / 60 });
