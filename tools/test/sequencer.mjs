/**
 * Which test file comes next: those of the suites that start nodes in turn, so that one that waits meets one that computes,
 * and unit tests at the end, where their short files keep every core at work.
 */
export default class Sequencer {
  sort(tests) {
    const left = Map.groupBy(tests, ({ context }) => context.config.displayName.name);
    const place = new Map();
    for (const [name, files] of left) {
      const sorted = files.toSorted((a, b) => (a.path < b.path ? -1 : 1));
      for (const [i, file] of sorted.entries()) place.set(file, name === 'unit' ? 1 : i / sorted.length);
    }
    return tests.toSorted((a, b) => place.get(a) - place.get(b));
  }

  cacheResults() {}
}
