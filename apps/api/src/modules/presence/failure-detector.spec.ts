import { describe, expect, it } from '@jest/globals';
import { FailureDetector } from './failure-detector.js';

/** Looks every two seconds; `beats` says for which looks each node has moved on. */
function lookAt(
  living: FailureDetector,
  from: number,
  looks: number,
  valueAt: (look: number) => Record<string, string>,
) {
  return Array.from({ length: looks }, (_, look) =>
    living.look(new Map(Object.entries(valueAt(look))), from + look * 2_000),
  );
}

describe('which nodes live', () => {
  it('takes for dead a node that did not move for ten seconds of looking, and nobody else', () => {
    const deaths = lookAt(new FailureDetector(), 0, 7, (look) => ({ still: 'a', moving: `b${look}` }));
    expect(deaths).toEqual([[], [], [], [], [], [['still', 'a']], [['still', 'a']]]);
  });

  it('F3: knows nothing of a time in which it could not look itself', () => {
    const living = new FailureDetector();
    expect(lookAt(living, 0, 3, () => ({ one: 'a' }))).toEqual([[], [], []]);
    expect(lookAt(living, 60_000, 5, () => ({ one: 'a' }))).toEqual([[], [], [], [], []]);
    expect(living.look(new Map([['one', 'a']]), 70_000)).toEqual([['one', 'a']]);
  });

  it('begins anew with a node that was gone and is back', () => {
    const living = new FailureDetector();
    expect(lookAt(living, 0, 5, () => ({ one: 'a' })).flat()).toEqual([]);
    expect(lookAt(living, 10_000, 1, () => ({})).flat()).toEqual([]);
    expect(lookAt(living, 12_000, 5, () => ({ one: 'a' })).flat()).toEqual([]);
  });
});
