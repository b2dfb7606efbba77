import { isUuid } from '../../kernel/ids.js';
import type { Topic } from '../../realtime/bus/topic.js';
import type { SessionsEnded } from './session-events.js';

/** To all nodes, any of which may have sockets of theirs. */
export const SESSIONS_ENDED: Topic<SessionsEnded> = {
  name: 'sessions-ended',
  format: 1,
  channel: 'nodes',
  decode(value): SessionsEnded | null {
    const { userId, sessionIds, isDisabled } = (value ?? {}) as Partial<SessionsEnded>;
    if (typeof userId !== 'string' || !isListOfIds(sessionIds) || typeof isDisabled !== 'boolean') return null;
    return { userId, sessionIds, isDisabled };
  },
};

const isListOfIds = (value: unknown): value is string[] => Array.isArray(value) && value.every(isUuid);
