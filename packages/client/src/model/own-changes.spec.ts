import { describe, expect, it } from '@jest/globals';
import type { Message } from '@parley/protocol';
import { SdkError } from '../sdk-error.js';
import { OwnChanges, UNCHANGED, withOwnChange } from './own-changes.js';

const MESSAGE = {
  ...{ id: 'm', content: 'first', isDeleted: false },
  reactions: [
    { emoji: '👍', count: 2, reactedByMe: true },
    { emoji: '🎉', count: 1 },
    { emoji: '👀', count: 1, reactedByMe: true },
  ],
} as Message;
const shown = (change: object, message = MESSAGE) => withOwnChange(message, { ...UNCHANGED, ...change });

describe('A message with changes of mine that the server has not confirmed', () => {
  it('M2: has my reactions, and none that I took back', () => {
    const reactions = { '👍': false, '🎉': true, '👀': false, '🚀': true, '🔥': false };
    expect(shown({ reactions }).reactions).toEqual([
      { emoji: '👍', count: 1, reactedByMe: false },
      { emoji: '🎉', count: 2, reactedByMe: true },
      { emoji: '🚀', count: 1, reactedByMe: true },
    ]);
  });

  it('M2: is as before where these are confirmed', () => {
    expect(shown({ reactions: { '👍': true } }).reactions[0]).toEqual({ emoji: '👍', count: 2, reactedByMe: true });
  });

  it('M3: has the text that is on its way, and its own again when that was refused', () => {
    expect(shown({ edit: { content: 'second', failure: null } }).content).toBe('second');
    expect(shown({ edit: { content: 'second', failure: new SdkError('forbidden', '') } }).content).toBe('first');
  });

  it('M4: is a tombstone once it is deleted, whatever is on its way', () => {
    const deleted = { ...MESSAGE, content: '', reactions: [], isDeleted: true };
    expect(shown({ edit: { content: 'second', failure: null }, reactions: { '👍': true } }, deleted)).toBe(deleted);
  });
});

describe('Changes of mine', () => {
  it('are forgotten when nothing of them is left, part by part', () => {
    const changes = new OwnChanges();
    changes.set('m', { edit: { content: 'second', failure: null } });
    changes.set('m', { reactions: { '👍': true } });
    expect(changes.of('m')).toMatchObject({ edit: { content: 'second' }, reactions: { '👍': true } });
    changes.set('m', { edit: null });
    changes.set('m', { reactions: {} });
    expect(changes.of('m')).toBe(UNCHANGED);
  });
});
