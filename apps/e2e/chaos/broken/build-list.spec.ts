import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from '@parley/testkit';
import { MUTATIONS } from '../../fuzz/mutation-list.js';
import { BROKEN_BUILDS } from './build-list.js';

describe('The lists of broken builds', () => {
  it.each([...BROKEN_BUILDS, ...MUTATIONS])('find each place that they break once: $name', ({ patches, ...build }) => {
    expect([...build.seenBy, 'fails' in build && build.fails].filter(Boolean)).not.toEqual([]);
    for (const { file, from } of patches) {
      expect([file, readFileSync(join(ROOT, file), 'utf8').split(from).length - 1]).toEqual([file, 1]);
    }
  });
});
