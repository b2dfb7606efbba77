import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type CommandName, type EventName, frameType } from '@parley/protocol';
import { ROOT } from '@parley/testkit';
import type { Coverage } from './coverage.js';

/** Shown here, or where else; a name that the protocol gains does not compile before it stands here. */
type Shown = 'here' | { elsewhere: string } | { planned: string };

const COMMANDS: Record<CommandName, Shown> = {
  'message:send': 'here',
  'message:edit': 'here',
  'message:delete': 'here',
  'reaction:add': 'here',
  'reaction:remove': 'here',
  'message:read': 'here',
  'message:delivered': 'here',
  'conversation:join': 'here',
  'conversation:leave': 'here',
  'conversation:open': 'here',
  'typing:start': 'here',
  'typing:stop': 'here',
  'presence:subscribe': 'here',
  'presence:idle': 'here',
  sync: 'here',
  'auth:refresh': 'here',
};

const EVENTS: Record<EventName, Shown> = {
  ready: 'here',
  'message:new': 'here',
  'message:edited': 'here',
  'message:deleted': 'here',
  'reaction:updated': 'here',
  'message:sent': 'here',
  'conversation:created': 'here',
  'conversation:updated': 'here',
  'conversation:archived': 'here',
  'member:added': 'here',
  'member:updated': 'here',
  'member:removed': 'here',
  'message:read': 'here',
  'message:delivered': 'here',
  'unread:updated': 'here',
  'typing:update': 'here',
  'status:online': 'here',
  'status:away': 'here',
  'status:offline': 'here',
  'auth:expiring': 'here',
  'rate:limited': 'here',
  'server:closing': 'here',
  'user:updated': 'here',
  'user:blocked': 'here',
  'report:updated': 'here',
  'settings:updated': 'here',
  'server:draining': { elsewhere: 'apps/e2e/durability/stop.spec.ts' },
  'service:degraded': { elsewhere: 'apps/api/test/two-nodes.spec.ts' },
  'service:restored': { elsewhere: 'apps/api/test/two-nodes.spec.ts' },
  'server:announcement': { elsewhere: 'apps/api/test/two-nodes.spec.ts' },
};

/**
 * Names of the table that a run did not use, or that are not where the table has them, and events that it lacks.
 * @param lacking names that the transport does not have
 */
export function notExercised({ commands, events }: Coverage, lacking: readonly string[]): string[] {
  const missing = [
    ...missingIn(COMMANDS, new Set([...commands, ...lacking])),
    ...missingIn(EVENTS, new Set([...events, ...lacking])),
  ];
  const unknown = [...events].filter((name) => !(name in EVENTS)).map((name) => `${name} is not in the table`);
  return [...missing, ...unknown];
}

function missingIn(table: Readonly<Record<string, Shown>>, used: ReadonlySet<string>): string[] {
  return Object.entries(table).flatMap(([name, shown]) => {
    if (shown === 'here') return used.has(name) ? [] : [`${name} was not made use of`];
    if ('planned' in shown) return [];
    return readFileSync(join(ROOT, shown.elsewhere), 'utf8').includes(name)
      ? []
      : [`${shown.elsewhere} has no ${name}`];
  });
}

/** Every command there is, for behaviours that hold for all of them. */
export const COMMAND_NAMES = Object.keys(COMMANDS) as CommandName[];

/** Every event there is. */
export const EVENT_NAMES = Object.keys(EVENTS) as EventName[];

/** By the type that frames carry it as. */
export const EVENT_BY_TYPE = new Map<string, EventName>(EVENT_NAMES.map((name) => [frameType(name), name]));
