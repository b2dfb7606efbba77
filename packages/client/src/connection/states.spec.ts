import { describe, expect, it } from '@jest/globals';
import { CONNECTION_EVENTS, CONNECTION_STATES, type ConnectionState, TRANSITIONS } from './states.js';

const pairs = CONNECTION_STATES.flatMap((state) => CONNECTION_EVENTS.map((event) => [state, event] as const));

describe('The table of the connection', () => {
  it.each(pairs)('says what happens to a connection that is %s at %s', (state, event) => {
    const entry = TRANSITIONS[state][event];
    if (entry === 'ignored') return;
    expect(CONNECTION_STATES).toContain(entry.to);
    expect(typeof entry.action).toBe('string');
  });

  it('has no entry for a state or an event that there is not', () => {
    expect(Object.keys(TRANSITIONS)).toEqual([...CONNECTION_STATES]);
    for (const row of Object.values(TRANSITIONS))
      expect(Object.keys(row).sort()).toEqual([...CONNECTION_EVENTS].sort());
  });

  it('leads from idle to every state', () => {
    const reached = new Set<ConnectionState>(['idle']);
    for (const state of reached) {
      for (const entry of Object.values(TRANSITIONS[state])) if (entry !== 'ignored') reached.add(entry.to);
    }
    expect(reached).toEqual(new Set(CONNECTION_STATES));
  });

  it('stops from every state, and is started from every state that waits for the application', () => {
    for (const state of CONNECTION_STATES) {
      if (state !== 'idle') expect(TRANSITIONS[state].stop).toEqual({ to: 'idle', action: 'rest' });
    }
    expect(TRANSITIONS.idle.start).toEqual({ to: 'connecting', action: 'open' });
    expect(TRANSITIONS.unauthorized.start).toEqual({ to: 'connecting', action: 'open' });
    expect(TRANSITIONS.unauthorized.retryNow).toEqual({ to: 'connecting', action: 'open' });
  });

  it('gives up for nothing but a missing token: a loss or a refusal is always followed by another attempt', () => {
    for (const state of ['connecting', 'syncing', 'online'] as const) {
      for (const event of ['lost', 'refused', 'tokenRefused', 'newTokenRefused'] as const) {
        const entry = TRANSITIONS[state][event];
        expect(entry === 'ignored' ? null : entry.to).toMatch(/^(offline|connecting)$/);
      }
      expect(TRANSITIONS[state].noToken).toEqual({ to: 'unauthorized', action: 'rest' });
    }
    expect(TRANSITIONS.offline.retryDue).toEqual({ to: 'connecting', action: 'open' });
  });

  it('S3.25: closes whatever is open or tried when the page is frozen, and tries again when it wakes', () => {
    for (const state of ['connecting', 'syncing', 'online', 'offline', 'faulty'] as const) {
      expect(TRANSITIONS[state].frozen).toEqual({ to: 'offline', action: 'sleep' });
    }
    expect(TRANSITIONS.offline.wake).toEqual({ to: 'connecting', action: 'open' });
    for (const state of ['idle', 'unauthorized'] as const) expect(TRANSITIONS[state].frozen).toBe('ignored');
  });
});
