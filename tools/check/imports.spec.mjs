import { beforeAll, expect, test } from '@jest/globals';
import { findingsOf } from './planted-house.mjs';

const API = 'apps/api/src';
const WEB = 'apps/web/src';

/** Rule, the file that breaks it, and what that imports to do so. */
const PLANTED = [
  ['no-cycles', `${API}/kernel/planted-a.ts`, './planted-b.js'],
  ['resolvable', `${API}/kernel/planted-nowhere.ts`, './planted-nothing.js'],
  ['house-packages/protocol', 'packages/protocol/src/planted-up.ts', '../../markdown/src/index.js'],
  ['house-packages/markdown', 'packages/markdown/src/planted-side.ts', '../../protocol/dist/index.js'],
  ['house-apps/api', `${API}/kernel/planted-web.ts`, '../../../web/src/main.js'],
  ['house-apps/web', `${WEB}/planted-api.ts`, '../../api/src/kernel/ids.js'],
  ['house-apps/e2e', 'apps/e2e/bench/planted-api.ts', '../../api/dist/kernel/ids.js'],
  ['house-apps/web-tests', `${WEB}/planted-api.spec.ts`, '../../api/src/kernel/ids.js'],
  ['packages-by-name', `${WEB}/planted-path.ts`, '../../../packages/protocol/src/index.js'],
  ['no-dependencies', 'packages/protocol/src/planted-core.ts', 'node:path'],
  ['no-tests-in-code', `${API}/kernel/planted-test.ts`, './planted-tested.spec.js'],
  ['no-development-dependencies', `${API}/platform/planted-development.ts`, 'supertest'],
  ['module-by-index', `${API}/modules/presence/planted-inner.ts`, '../typing/planted-inside.js'],
  ['module-by-index-elsewhere', `${API}/realtime/planted-inner.ts`, '../modules/typing/planted-inside.js'],
  ['module-order-users', `${API}/modules/users/planted-later.ts`, '../typing/index.js'],
  ['module-in-list', `${API}/modules/planted/planted-strange.ts`, '../../kernel/ids.js'],
  ['feature-order-people', `${WEB}/features/people/planted-later.ts`, '../chat/planted.js'],
  ['feature-in-list', `${WEB}/features/planted/planted-strange.ts`, '../../ui/planted.js'],
  ['chat-folder-order-message', `${WEB}/features/chat/message/planted-later.ts`, '../timeline/planted.js'],
  ['features-without-app', `${WEB}/features/people/planted-app.ts`, '../../app/planted.js'],
  ['parts-without-features', `${WEB}/hooks/planted-feature.ts`, '../features/chat/planted.js'],
  ['schema-by-repositories', `${API}/modules/typing/planted.service.ts`, '../../database/schema/users.js'],
  ['sql-by-repositories', `${API}/modules/typing/planted-sql.ts`, 'drizzle-orm'],
  ['edges-decide-nothing', `${API}/modules/typing/planted.controller.ts`, './planted.repository.js'],
  ['transports-without-modules', `${API}/realtime/transports/plain/curious.ts`, '../../../modules/typing/index.js'],
  ['modules-without-transports', `${API}/modules/typing/transport.ts`, '../../realtime/transports/plain/planted.js'],
  ['kernel-alone', `${API}/kernel/planted-core.ts`, 'node:fs'],
  ['config-alone', `${API}/config/planted-typing.ts`, '../modules/typing/index.js'],
  ['platform-without-domain', `${API}/platform/planted-typing.ts`, '../modules/typing/index.js'],
  ['database-without-domain', `${API}/database/planted-typing.ts`, '../modules/typing/index.js'],
];

/** What they import, each good by itself. */
const IMPORTED = [
  `${API}/database/schema/users.ts`,
  `${API}/kernel/ids.ts`,
  `${API}/kernel/planted-tested.spec.ts`,
  `${API}/modules/typing/index.ts`,
  `${API}/modules/typing/planted-inside.ts`,
  `${API}/modules/typing/planted.repository.ts`,
  `${API}/realtime/transports/plain/planted.ts`,
  `${WEB}/app/planted.ts`,
  `${WEB}/features/chat/planted.ts`,
  `${WEB}/features/chat/timeline/planted.ts`,
  `${WEB}/main.ts`,
  `${WEB}/ui/planted.ts`,
  'apps/api/dist/kernel/ids.js',
  'packages/markdown/src/index.ts',
  'packages/protocol/dist/index.js',
  'packages/protocol/src/index.ts',
];

const importing = (path) => `import { planted } from '${path}';\n\nexport const used = planted;\n`;
const PACKAGES = {
  [`apps/api/package.json`]: '{ "dependencies": { "drizzle-orm": "1" }, "devDependencies": { "supertest": "1" } }',
  'apps/api/node_modules/drizzle-orm/package.json': '{ "name": "drizzle-orm", "exports": "./index.js" }',
  'apps/api/node_modules/drizzle-orm/index.js': 'export const planted = 1;\n',
  'apps/api/node_modules/supertest/package.json': '{ "name": "supertest", "exports": "./index.js" }',
  'apps/api/node_modules/supertest/index.js': 'export const planted = 1;\n',
};

let said;
beforeAll(() => {
  said = findingsOf('imports.mjs', {
    ...PACKAGES,
    ...Object.fromEntries(IMPORTED.map((path) => [path, 'export const planted = 1;\n'])),
    ...Object.fromEntries(PLANTED.map(([, file, path]) => [file, importing(path)])),
    [`${API}/kernel/planted-b.ts`]:
      "import type { used } from './planted-a.js';\n\nexport const planted: typeof used = 1;\n",
  }).said.split('\n');
});

test.each(PLANTED)('%s is broken by %s', (rule, file) => {
  expect(said.filter((line) => line.startsWith(`${file} → `) && line.includes(`: ${rule}: `))).toHaveLength(1);
});

test('nothing is said of what is allowed', () => {
  expect(said.filter((line) => IMPORTED.some((file) => line.startsWith(`${file} → `)))).toEqual([]);
});
