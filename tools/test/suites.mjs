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
const HEADLESS_SHELL = {
  part: 'shell',
  variable: 'PARLEY_TEST_HEADLESS_SHELL',
  sentence: 'journeys take longer in a whole Chromium; on Debian: apt-get install chromium-headless-shell',
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
const RECORDER = {
  part: 'recorder',
  variable: 'PARLEY_TEST_RECORDER',
  sentence: 'nothing recorded in WebKit, which needs plugins; on Debian: apt-get install gstreamer1.0-plugins-bad',
};
const FFMPEG = {
  part: 'ffmpeg',
  variable: 'PARLEY_TEST_FFMPEG',
  sentence: 'nothing tried of videos and audio, no ffmpeg found; on Debian: apt-get install ffmpeg',
};

const CLAMD = {
  part: 'clamd',
  variable: 'PARLEY_TEST_CLAMD',
  sentence: 'nothing tried with a virus scanner, none found; on Debian: apt-get install clamav-daemon',
};

const PGBOUNCER = {
  part: 'pgbouncer',
  variable: 'PARLEY_TEST_PGBOUNCER',
  sentence: 'nothing tried behind a pooler, none found; on Debian: apt-get install pgbouncer',
};

const PROMETHEUS = {
  part: 'prometheus',
  variable: 'PARLEY_TEST_PROMETHEUS',
  sentence: 'no figures read by Prometheus, none found; on Debian: apt-get install prometheus',
};

const SYSTEMD = {
  part: 'systemd',
  variable: 'PARLEY_TEST_SYSTEMD_ANALYZE',
  sentence: 'the unit not checked, no systemd-analyze found; on Debian: apt-get install systemd',
};

const PROXIES = {
  part: 'proxies',
  variable: 'PARLEY_TEST_PROXIES',
  sentence: 'no proxies tried, not all four found; on Debian: apt-get install nginx-light haproxy caddy apache2',
};

const RSYSLOG = {
  part: 'rsyslog',
  variable: 'PARLEY_TEST_RSYSLOG',
  sentence: 'no log sent to a collector, no rsyslog found; on Debian: apt-get install rsyslog rsyslog-relp',
};

/**
 * The suites, each a project of `jest.config.mjs`. Those of the first `round` run beside each other, and that of the second
 * when they are done, one file after the other. `words` are what `npm test -- …` calls a suite by. Without what one
 * `needs` it does not run; what it `wants` is only said to be missing.
 */
export const SUITES = [
  { name: 'unit', words: ['unit'], round: 1, needs: [] },
  { name: 'server', words: ['unit', 'server'], round: 1, needs: [], wants: [FFMPEG] },
  { name: 'embedded', words: ['integration', 'embedded'], round: 1, needs: [], wants: [FFMPEG, CLAMD] },
  {
    name: 'postgres',
    words: ['integration', 'postgres'],
    round: 1,
    needs: [POSTGRES, REDIS],
    wants: [FFMPEG, CLAMD, PGBOUNCER, PROXIES],
  },
  {
    name: 'journeys',
    words: ['journeys'],
    round: 1,
    needs: [POSTGRES, REDIS, CHROMIUM],
    wants: [HEADLESS_SHELL, FIREFOX, WEBKIT, RECORDER, FFMPEG, PROMETHEUS, PROXIES, RSYSLOG, SYSTEMD],
  },
  { name: 'alone', words: ['journeys'], round: 2, needs: [POSTGRES, REDIS] },
];
