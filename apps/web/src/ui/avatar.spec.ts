import { describe, expect, it } from '@jest/globals';
import { initialsOf } from './avatar.js';

describe('Initials', () => {
  it('are the first graphemes of the first and the last word', () => {
    expect(initialsOf('ama van Okafor', 2)).toBe('AO');
    expect(initialsOf('🇩🇪 Anna', 2)).toBe('🇩🇪A');
    expect(initialsOf('👩‍🚀team 👍🏽', 2)).toBe('👩‍🚀👍🏽');
    expect(initialsOf('e\u0301mile', 2)).toBe('E\u0301M');
    expect(initialsOf('👩‍🚀team 👍🏽', 1)).toBe('👩‍🚀');
  });

  it('are a question mark for a name without letters', () => {
    expect(initialsOf(' ._- ', 2)).toBe('?');
  });
});
