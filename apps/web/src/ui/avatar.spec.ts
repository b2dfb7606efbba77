import { describe, expect, it } from '@jest/globals';
import { initialsOf } from './avatar.js';

describe('Initials', () => {
  it('are the first signs of the first and the last word, whole', () => {
    expect(initialsOf('ama van Okafor', 2)).toBe('AO');
    expect(initialsOf('🇩🇪 Anna', 2)).toBe('🇩🇪A');
    expect(initialsOf('👩‍🚀crew 👍🏽', 2)).toBe('👩‍🚀👍🏽');
    expect(initialsOf('e\u0301mile', 2)).toBe('E\u0301M');
    expect(initialsOf('👩‍🚀crew 👍🏽', 1)).toBe('👩‍🚀');
  });

  it('are a question mark where there is nothing to take', () => {
    expect(initialsOf(' ._- ', 2)).toBe('?');
  });
});
