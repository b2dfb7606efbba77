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

/** One file of a suite at a time: with two lanes on two cores, more would make tests wait for the processor. */
const ONE_BY_ONE = ['--runInBand'];

/**
 * The suites. Those of one `lane` run one after the other in this order, and the lanes beside each other; what has no lane
 * runs when everything else is done. `words` are what `npm test -- …` calls a suite by. Without what one
 * `needs` it does not run; what it `wants` is only said to be missing.
 */
export const SUITES = [
  { name: 'unit', words: ['unit'], project: 'unit', lane: 'api', needs: [] },
  {
    name: 'integration (embedded)',
    words: ['integration', 'embedded'],
    project: 'integration',
    lane: 'api',
    needs: [],
    env: { PARLEY_TEST_DATABASE: 'embedded' },
    // There is only ever one node with the embedded database.
    options: [...ONE_BY_ONE, '--testPathIgnorePatterns', 'two-nodes'],
  },
  {
    name: 'integration (postgres)',
    words: ['integration', 'postgres'],
    project: 'integration',
    lane: 'api',
    needs: [POSTGRES, REDIS],
    env: { PARLEY_TEST_DATABASE: 'postgres' },
    options: ONE_BY_ONE,
  },
  {
    name: 'journeys',
    words: ['journeys'],
    project: 'journeys',
    lane: 'journeys',
    needs: [POSTGRES, REDIS, CHROMIUM],
    wants: [FIREFOX, WEBKIT],
    options: ONE_BY_ONE,
  },
  { name: 'journeys, alone', words: ['journeys'], project: 'alone', needs: [POSTGRES], options: ONE_BY_ONE },
];
