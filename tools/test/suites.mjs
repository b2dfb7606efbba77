const POSTGRES = {
  part: 'postgres',
  variable: 'PARLEY_TEST_POSTGRES_URL',
  sentence: 'no PostgreSQL server programs found; on Debian: apt-get install postgresql',
};
const REDIS = {
  part: 'redis',
  variable: 'PARLEY_TEST_REDIS',
  sentence: 'no redis-server found; on Debian: apt-get install redis-server',
};
const CHROMIUM = {
  part: 'chromium',
  variable: 'CHROMIUM_PATH',
  sentence: 'no Chromium found; on Debian: apt-get install chromium, or name one in CHROMIUM_PATH',
};
const FIREFOX = {
  part: 'firefox',
  variable: 'PARLEY_TEST_FIREFOX',
  sentence: 'nothing tried in Firefox, none found; on Debian: apt-get install firefox-esr',
};
const WEBKIT = {
  part: 'webkit',
  variable: 'PARLEY_TEST_WEBKIT',
  sentence: 'nothing tried in WebKit, none found; on Debian: apt-get install webkit2gtk-driver xvfb',
};

// With one file at a time a core waits while the other is with the database.
const IN_PAIRS = ['--maxWorkers=2'];

/**
 * The suites in the order in which they run; `words` are what `npm test -- …` calls them by. Without what one `needs` it
 * does not run; what it `wants` is only said to be missing.
 */
export const SUITES = [
  { name: 'unit', words: ['unit'], project: 'unit', needs: [] },
  {
    name: 'integration (embedded)',
    words: ['integration', 'embedded'],
    project: 'integration',
    needs: [],
    env: { PARLEY_TEST_DATABASE: 'embedded' },
    // There is only ever one node with the embedded database.
    options: [...IN_PAIRS, '--testPathIgnorePatterns', 'two-nodes'],
  },
  {
    name: 'integration (postgres)',
    words: ['integration', 'postgres'],
    project: 'integration',
    needs: [POSTGRES, REDIS],
    env: { PARLEY_TEST_DATABASE: 'postgres' },
    options: IN_PAIRS,
  },
  {
    name: 'journeys',
    words: ['journeys'],
    project: 'journeys',
    needs: [POSTGRES, REDIS, CHROMIUM],
    wants: [FIREFOX, WEBKIT],
    // Browsers and servers are processes of their own: two files at once would only take the time from each other.
    options: ['--runInBand'],
  },
];
