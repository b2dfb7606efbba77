// docs/security.md names the least version of each package in which a published fault is mended: the lockfile has no older one.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { root } from '../prepare.mjs';

const text = (path) => readFileSync(join(root, path), 'utf8');
const least = [...text('docs/security.md').matchAll(/^\| `([^`]+)` \| (\d+\.\d+\.\d+) \|/gm)];
const locked = [...text('pnpm-lock.yaml').matchAll(/^ {2}'?((?:@[\w.-]+\/)?[\w.-]+)@(\d+\.\d+\.\d+)'?:$/gm)];

/** What only tests bring, and ask themselves: the router of s3rver. */
const OF_TESTS = ['path-to-regexp 6.3.0'];

const isOlder = (version, than) => {
  const [a, b] = [version, than].map((each) => each.split('.').map(Number));
  const at = a.findIndex((part, place) => part !== b[place]);
  return at >= 0 && a[at] < b[at];
};

describe('advisories', () => {
  it('compares versions by their numbers', () => {
    expect([isOlder('8.9.0', '8.21.0'), isOlder('8.21.0', '8.21.0'), isOlder('9.0.0', '8.21.0')]).toEqual([
      true,
      false,
      false,
    ]);
    expect(least.length).toBeGreaterThan(5);
  });

  it.each(least.map(([, name, version]) => [name, version]))('%s is locked at %s or later', (name, version) => {
    const versions = locked.flatMap(([, each, found]) => (each === name ? [found] : []));
    expect(versions).not.toEqual([]);
    const older = versions.filter((found) => isOlder(found, version) && !OF_TESTS.includes(`${name} ${found}`));
    expect(older).toEqual([]);
  });
});
