/**
 * Three suites: `unit` beside the code, `integration` boots nodes in the process, `journeys` boots real ones, some of
 * them `alone`; and `conformance`, which tries a deployment that is running already and is no part of `npm test`.
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
  testEnvironment: 'node',
  extensionsToTreatAsEsm: ['.ts', '.tsx'],
  transform: { '^.+\\.tsx?$': ['@swc/jest', swc] },
  moduleNameMapper: {
    '^@parley/(protocol|markdown|client|react|testkit)$': '<rootDir>/packages/$1/src/index.ts',
    '^@parley/client/node$': '<rootDir>/packages/client/src/node.ts',
    '^(\\.{1,2}/.*)\\.js$': '$1',
  },
  // Nest is pure ESM and some of its companions are CommonJS: load it first, or the two meet in a cycle.
  setupFiles: ['<rootDir>/tools/jest-preload.mjs'],
  modulePathIgnorePatterns: ['/dist/'],
};

const UNIT = ['<rootDir>/{apps,packages}/*/src/**/*.spec.{ts,tsx}', '<rootDir>/tools/**/*.spec.mjs'];

/** Journeys that others would disturb, as they measure time, or that would disturb others, as they build the web app. */
const ALONE = [
  'apps/e2e/chaos/chaos.spec.ts',
  'apps/e2e/durability/kill.spec.ts',
  'apps/e2e/durability/locked-conversation.spec.ts',
  'apps/e2e/journeys/readme.spec.ts',
  'apps/e2e/sdk/slow-line.spec.ts',
  'apps/e2e/sdk/slow-line-pages.spec.ts',
];

export default {
  projects: [
    { ...base, displayName: 'unit', testMatch: UNIT },
    { ...base, displayName: 'integration', testMatch: ['<rootDir>/apps/api/test/**/*.spec.ts'] },
    {
      ...base,
      displayName: 'journeys',
      testMatch: ['<rootDir>/apps/e2e/**/*.spec.ts'],
      testPathIgnorePatterns: ['/node_modules/', ...ALONE],
    },
    { ...base, displayName: 'alone', testMatch: ALONE.map((path) => `<rootDir>/${path}`) },
    { ...base, displayName: 'conformance', testMatch: ['<rootDir>/apps/e2e/conformance/deployment.ts'] },
  ],
  testTimeout: 60_000,
};
