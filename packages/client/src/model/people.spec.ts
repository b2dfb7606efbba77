import { describe, expect, it } from '@jest/globals';
import { Model } from './model.js';

const li = { id: 'u2', username: 'li', displayName: 'Li Wen', avatarUrl: null, isBot: false };
const names = (model: Model) => [...model.people.getSnapshot().values()].map(({ displayName }) => displayName);

describe('the people whom requests name', () => {
  it('S4.29 are kept when the first connection comes after them, and at each further one', () => {
    const model = new Model();
    model.meet([li]);
    model.begin({ userId: 'u1', epoch: 'e' });
    expect(names(model)).toEqual(['Li Wen']);
    model.begin({ userId: 'u1', epoch: 'e' });
    expect(names(model)).toEqual(['Li Wen']);
  });

  it('G9 are dropped with everything else when another user signs in', () => {
    const model = new Model();
    model.begin({ userId: 'u1', epoch: 'e' });
    model.meet([li]);
    model.begin({ userId: 'u2', epoch: 'e' });
    expect(names(model)).toEqual([]);
  });
});
