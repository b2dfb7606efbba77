import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { ROOT } from '@parley/testkit';
import { BROKEN_BUILDS } from './build-list.js';

describe('The list of broken builds', () => {
  it.each(BROKEN_BUILDS)('finds each place that it breaks once: $name', ({ patches, seenBy, fails }) => {
    expect([...seenBy, fails].filter(Boolean)).not.toEqual([]);
    for (const { file, from } of patches) {
      expect([file, readFileSync(join(ROOT, file), 'utf8').split(from).length - 1]).toEqual([file, 1]);
    }
  });
});
