import { describe, expect, it } from '@jest/globals';
import { pendingReactions, refuse, settle, want, wantedOf, withWanted } from './pending-reactions.js';

describe('Reactions that the server has not confirmed', () => {
  it('M2: are applied to the confirmed ones', () => {
    const confirmed = [
      { emoji: '👍', count: 2, reactedByMe: true },
      { emoji: '🎉', count: 1 },
      { emoji: '👀', count: 1, reactedByMe: true },
    ];
    expect(withWanted(confirmed, { '👍': false, '🎉': true, '👀': false, '🚀': true, '🔥': false })).toEqual([
      { emoji: '👍', count: 1, reactedByMe: false },
      { emoji: '🎉', count: 2, reactedByMe: true },
      { emoji: '🚀', count: 1, reactedByMe: true },
    ]);
  });

  it('M2: change nothing once they are confirmed', () => {
    const confirmed = [{ emoji: '👍', count: 2, reactedByMe: true }];
    expect(withWanted(confirmed, { '👍': true })).toEqual(confirmed);
  });

  it('M2: are kept for each message and emoji until they are settled', () => {
    want('m', '👍', true);
    want('m', '🎉', false);
    want('n', '👍', true);
    expect(wantedOf('m', '👍')).toBe(true);
    settle('m', '👍');
    expect(wantedOf('m', '👍')).toBeNull();
    expect(wantedOf('m', '🎉')).toBe(false);
    settle('m', '🎉');
    settle('n', '👍');
    expect(pendingReactions.getState().wanted).toEqual({});
  });

  it('M2: a refusal is shown until the next try or until it is dismissed', () => {
    refuse('m', 'No.');
    want('m', '👍', true);
    expect(pendingReactions.getState().refused).toEqual({});
    refuse('m', 'No.');
    refuse('m', null);
    expect(pendingReactions.getState().refused).toEqual({});
    settle('m', '👍');
  });
});
