import { describe, expect, it } from '@jest/globals';
import { Keys } from '../keys.js';
import { Cursors } from './cursors.js';

const cursors = new Cursors(new Keys('a secret of this test'));

describe('cursors', () => {
  it('come back as they were sealed, on every node with the same secret', () => {
    const sealed = cursors.seal('people', ['ann', 7]);
    expect(sealed).toMatch(/^[\w-]+$/);
    expect(new Cursors(new Keys('a secret of this test')).open('people', sealed)).toEqual(['ann', 7]);
  });

  it('belong to one list and one deployment', () => {
    const sealed = cursors.seal('people', ['ann']);
    expect(() => cursors.open('places', sealed)).toThrow();
    expect(() => new Cursors(new Keys('another secret')).open('people', sealed)).toThrow();
  });

  it('cannot be altered anywhere, in value or in writing', () => {
    const sealed = cursors.seal('people', ['ann']);
    for (let i = 0; i < sealed.length; i += 1) {
      const altered = sealed.slice(0, i) + (sealed[i] === 'A' ? 'B' : 'A') + sealed.slice(i + 1);
      expect(() => cursors.open('people', altered)).toThrow();
    }
    for (const other of ['', 'x', `${sealed}=`, `${sealed} `, ` ${sealed}`, sealed.slice(1)]) {
      expect(() => cursors.open('people', other)).toThrow();
    }
  });
});
