// Who may import whom: the house as docs/architecture.md describes it.

/** The API's modules, each of which may enter only those before it. A new one takes its place here. */
const MODULES = [
  'encryption',
  'users',
  'audit',
  'announcements',
  'auth',
  'administration',
  'search-text',
  'files',
  'conversation-log',
  'messages',
  'receipts',
  'notices',
  'conversations',
  'invites',
  'moderation',
  'retention',
  'reactions',
  'typing',
  'presence',
  'push',
  'operations',
  'search',
  'sync',
  'leaving',
  'exports',
  'chat',
  'docs',
];

/** The web app's features, each of which may import only those before it. A new one takes its place here. */
const FEATURES = [
  'faults',
  'auth',
  'people',
  'mentions',
  'reactions',
  'search',
  'files',
  'attachments',
  'avatar',
  'chat',
  'notifications',
  'conversations',
  'operations',
  'settings',
  'palette',
];

/** Likewise the folders of the largest. */
const CHAT = ['message', 'members', 'own-settings', 'composer', 'timeline'];

/** What each workspace package may import of the others; type errors and knip see to the rest. */
const PACKAGES = {
  'packages/protocol': [],
  'packages/markdown': [],
  'packages/client': ['packages/protocol'],
  'packages/react': ['packages/protocol', 'packages/client'],
  'packages/testkit': ['packages/protocol', 'packages/client'],
  'apps/web': ['packages/protocol', 'packages/markdown', 'packages/client', 'packages/react'],
  'apps/api': ['packages/protocol', 'packages/markdown'],
  'apps/e2e': ['packages/protocol', 'packages/client', 'packages/testkit', 'apps/api/dist/testing'],
};

const SPECS = '[.]spec[.]tsx?$';
const api = (path) => `^apps/api/src/${path}`;
const web = (path) => `^apps/web/src/${path}`;
const TEST_ONLY = ['packages/testkit'];

function rule(name, comment, from, to) {
  return { name, comment, severity: 'error', from, to };
}

const betweenPackages = Object.entries(PACKAGES).flatMap(([name, allowed]) => {
  const own = [name, ...allowed].map((path) => `^${path}[/.]`);
  const inTests = TEST_ONLY.map((path) => `^${path}/`);
  const to = (pathNot) => ({ path: '^(apps|packages)/', pathNot });
  const comment = `${name} may import of the house only: ${allowed.join(', ') || 'itself'}.`;
  return [
    rule(`house-${name}`, comment, { path: `^${name}/src/|^${name}/`, pathNot: [SPECS, '/test/'] }, to(own)),
    rule(`house-${name}-tests`, comment, { path: [`^${name}/.*${SPECS}`, `^${name}/test/`] }, to([...own, ...inTests])),
  ];
});

/** What stands in a list knows nothing of what comes after it, so that no circle can close; `in-list`: all stand in it. */
function inOrder(kind, names, folder) {
  const between = names.slice(0, -1).map((name, place) => {
    const later = names.slice(place + 1);
    const comment = `${name} stands before ${later.join(', ')} in the list of .dependency-cruiser.mjs.`;
    return rule(
      `${kind}-order-${name}`,
      comment,
      { path: `${folder}${name}/` },
      { path: `${folder}(${later.join('|')})/` },
    );
  });
  const comment = `A ${kind} takes its place in the list of .dependency-cruiser.mjs.`;
  const unlisted = { path: `${folder}[^/]+/`, pathNot: `${folder}(${names.join('|')})/` };
  return [...between, rule(`${kind}-in-list`, comment, unlisted, {})];
}

export default {
  forbidden: [
    rule('no-cycles', 'A cycle makes its files one.', {}, { circular: true }),
    rule('resolvable', 'An import that leads nowhere.', {}, { couldNotResolve: true }),
    ...betweenPackages,
    rule(
      'packages-by-name',
      'Another package is entered by its name, not by a path into its sources.',
      { path: '^((?:apps|packages)/[^/]+)/' },
      { path: '^(apps|packages)/[^/]+/', pathNot: ['^$1/', '^(apps|packages)/[^/]+/dist/'] },
    ),
    rule(
      'no-dependencies',
      'protocol and markdown run anywhere: of packages they take only the tables of graphemes.',
      { path: '^packages/(protocol|markdown)/src/', pathNot: SPECS },
      { pathNot: ['^packages/(protocol|markdown)/', 'node_modules/unicode-segmenter/'] },
    ),
    rule(
      'no-tests-in-code',
      'Code does not import tests.',
      { path: '^(apps|packages)/', pathNot: [SPECS, '/test/'] },
      { path: [SPECS, '^apps/api/test/'] },
    ),
    rule(
      'no-development-dependencies',
      'What runs in production needs its packages there: a devDependency is missing.',
      { path: '^(apps/api|packages/[^/]+)/src/', pathNot: SPECS },
      { dependencyTypes: ['npm-dev', 'npm-no-pkg', 'npm-unknown'], dependencyTypesNot: ['type-only', 'npm-peer'] },
    ),
    rule(
      'module-by-index',
      'A module is entered only through its index.ts.',
      { path: api('modules/([^/]+)/') },
      { path: api('modules/'), pathNot: [api('modules/$1/'), api('modules/[^/]+/index[.]ts$')] },
    ),
    rule(
      'module-by-index-elsewhere',
      'A module is entered only through its index.ts.',
      { path: api(''), pathNot: api('modules/') },
      { path: api('modules/'), pathNot: api('modules/[^/]+/index[.]ts$') },
    ),
    ...inOrder('module', MODULES, api('modules/')),
    ...inOrder('feature', FEATURES, web('features/')),
    ...inOrder('chat-folder', CHAT, web('features/chat/')),
    rule(
      'features-without-app',
      'app/ puts the features together; none of them knows it.',
      { path: web('features/') },
      { path: web('app/') },
    ),
    rule(
      'parts-without-features',
      'ui/, hooks/ and api/ are for every feature and know none.',
      { path: web('(ui|hooks|api)/') },
      { path: web('(features|app)/') },
    ),
    rule(
      'schema-by-repositories',
      'Only repositories and database/ import the schema.',
      { path: '^apps/api/src/', pathNot: ['[.]repository[.]ts$', api('database/')] },
      { path: api('database/schema/') },
    ),
    rule(
      'sql-by-repositories',
      'Only repositories and database/ speak SQL.',
      { path: '^apps/api/src/', pathNot: ['[.]repository[.]ts$', api('database/'), SPECS] },
      { path: 'node_modules/(drizzle-orm|pg|@electric-sql/pglite)/', dependencyTypesNot: ['type-only'] },
    ),
    rule(
      'edges-decide-nothing',
      'Controllers and gateways call services, not repositories.',
      { path: '[.](controller|gateway)[.]ts$' },
      { path: '[.]repository[.]ts$' },
    ),
    rule(
      'transports-without-modules',
      'A transport imports no module.',
      { path: api('realtime/transports/') },
      { path: api('modules/') },
    ),
    rule(
      'modules-without-transports',
      'A module imports no transport.',
      { path: api('modules/') },
      { path: api('realtime/transports/') },
    ),
    rule(
      'kernel-alone',
      'The kernel imports nothing but protocol and the maker of ids: no I/O.',
      { path: api('kernel/'), pathNot: SPECS },
      { pathNot: [api('kernel/'), '^packages/protocol/', 'node_modules/uuid/'], dependencyTypesNot: ['type-only'] },
    ),
    rule(
      'config-alone',
      'The config room knows the kernel and nothing else of the API.',
      { path: api('config/') },
      { path: '^apps/api/src/', pathNot: [api('config/'), api('kernel/')] },
    ),
    rule(
      'platform-without-domain',
      'The platform knows neither modules nor the realtime room.',
      { path: api('platform/') },
      { path: api('(modules|realtime)/') },
    ),
    rule(
      'one-reporter',
      'What happens is reported by a method of EventReporter, which logs and counts it.',
      { path: '^apps/api/src/', pathNot: [SPECS, api('platform/telemetry/')] },
      { path: 'node_modules/pino/' },
    ),
    rule(
      'backup-without-domain',
      'What backs up and restores goes by tables and contents, and knows no module.',
      { path: api('backup/') },
      { path: api('modules/') },
    ),
    rule(
      'database-without-domain',
      'The database room knows neither modules nor the realtime room.',
      { path: api('database/') },
      { path: api('(modules|realtime)/') },
    ),
  ],
  options: {
    // TypeScript 7 has no API for tools: swc reads the imports, `import type` included.
    parser: 'swc',
    tsPreCompilationDeps: true,
    doNotFollow: { path: ['node_modules', '(^|/)dist/'] },
    exclude: { path: ['^apps/[^/]+/dist/.*[.]map$'] },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['types', 'import', 'node', 'default'] },
  },
};
