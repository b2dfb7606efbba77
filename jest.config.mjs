/**
 * `unit` and `server` beside the code, `embedded` and `postgres` boot nodes in the process, `journeys` and `alone` boot real
 * ones; and `conformance`, which tries a deployment that is running already and is no part of `npm test`.
 */
const swc = {
  jsc: {
    target: 'es2023',
    parser: { syntax: 'typescript', decorators: true, tsx: true },
    transform: {
      legacyDecorator: true,
      decoratorMetadata: true,
      useDefineForClassFields: false,
      react: { runtime: 'automatic' },
    },
    keepClassNames: true,
  },
  module: { type: 'es6' },
  sourceMaps: 'inline',
};

const base = {
  rootDir: import.meta.dirname,
  cacheDirectory: '<rootDir>/node_modules/.cache/jest',
  testEnvironment: '<rootDir>/tools/test/environment.mjs',
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: { '^.+\\.tsx?$': ['@swc/jest', swc] },
  moduleNameMapper: {
    '^@parley/(protocol|markdown|client|react|testkit)$': '<rootDir>/packages/$1/src/index.ts',
    '^@parley/client/files$': '<rootDir>/packages/client/src/files/file-transfers.ts',
    '^@parley/client/node$': '<rootDir>/packages/client/src/node.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  modulePathIgnorePatterns: ['/dist/'],
};

/** Nest is pure ESM and some of its companions are CommonJS: load it first, or the two meet in a cycle. */
const withNest = { ...base, setupFiles: ['<rootDir>/tools/jest-preload.mjs'] };

const UNIT = ['<rootDir>/{apps/web,packages/*}/src/**/*.spec.{ts,tsx}', '<rootDir>/tools/**/*.spec.mjs'];

const INTEGRATION = ['<rootDir>/apps/api/test/**/*.spec.ts'];

/** Others would disturb the first two, which measure seconds; the third would disturb others, as it builds the web app. */
const ALONE = [
  'apps/e2e/chaos/chaos.spec.ts',
  'apps/e2e/sdk/slow-line-pages.spec.ts',
  'apps/e2e/journeys/readme.spec.ts',
];

export default {
  projects: [
    { ...base, displayName: 'unit', testMatch: UNIT },
    { ...withNest, displayName: 'server', testMatch: ['<rootDir>/apps/api/src/**/*.spec.ts'] },
    {
      ...withNest,
      displayName: 'embedded',
      testMatch: INTEGRATION,
      globals: { PARLEY_ENGINE: 'embedded' },
      // There is only ever one node with the embedded database, and nothing between the two.
      testPathIgnorePatterns: ['/node_modules/', 'two-nodes', '/poolers.spec', '/doctor-outside.spec'],
    },
    { ...withNest, displayName: 'postgres', testMatch: INTEGRATION, globals: { PARLEY_ENGINE: 'postgres' } },
    {
      ...base,
      displayName: 'journeys',
      testMatch: ['<rootDir>/apps/e2e/**/*.spec.ts'],
      testPathIgnorePatterns: ['/node_modules/', ...ALONE],
    },
    { ...base, displayName: 'alone', testMatch: ALONE.map((path) => `<rootDir>/${path}`) },
    { ...base, displayName: 'conformance', testMatch: ['<rootDir>/apps/e2e/conformance/deployment.ts'] },
  ],
  reporters: ['default', '<rootDir>/tools/test/reporter.mjs'],
  testSequencer: '<rootDir>/tools/test/sequencer.mjs',
  // Only ends what hangs: a machine may be many times slower than that of a developer.
  testTimeout: 240_000,
  // Node keeps each module that a test file has loaded, and the more of them, the slower is the next file: a new worker is
  // cheaper (docs/testing.md).
  workerIdleMemoryLimit: '450MB',
};
