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

it('a page has the rows that were asked for, and a cursor only where there are more', async () => {
  const people = ['ann', 'bob', 'cem', 'dev', 'eva'];
  const asked: number[] = [];
  const list = {
    name: 'people',
    read: async (after: [string] | null, most: number) => {
      asked.push(most);
      return people.filter((each) => after === null || each > after[0]).slice(0, most);
    },
    positionOf: (person: string): [string] => [person],
  };
  const first = await cursors.page(list, { limit: 3 });
  expect(first).toEqual({ rows: ['ann', 'bob', 'cem'], end: { nextCursor: expect.any(String), hasMore: true } });
  const last = { rows: ['dev', 'eva'], end: { nextCursor: null, hasMore: false } };
  for (const limit of [2, 3]) {
    expect(await cursors.page(list, { limit, cursor: first.end.nextCursor ?? '' })).toEqual(last);
  }
  expect((await cursors.page(list, {})).rows).toEqual(people);
  expect(asked).toEqual([4, 3, 4, 51]);
});
