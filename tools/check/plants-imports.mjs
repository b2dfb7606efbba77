// A violation of each import rule. The plants bring the modules that they import, so that they stand on their own.
const API = 'apps/api/src';
const WEB = 'apps/web/src';
const taking = (path, name = 'planted') => `import { ${name} } from '${path}';\n\nexport const used = ${name};\n`;
const CONSTANT = 'export const planted = 1;\n';

const inside = {
  [`${API}/modules/typing/index.ts`]: CONSTANT,
  [`${API}/modules/typing/planted-inside.ts`]: CONSTANT,
  [`${API}/realtime/transports/plain/planted-transport.ts`]: CONSTANT,
};

function plant(rule, file, text, more = {}) {
  const says = new RegExp(`${file.replace(/[.]/g, '[.]')} → .*: ${rule}:`);
  return { step: 'imports', files: { ...inside, ...more, [file]: text }, says };
}

export const IMPORT_PLANTS = [
  plant('no-cycles', `${API}/kernel/planted-a.ts`, taking('./planted-b.js', 'used').replace('const used', 'const a'), {
    [`${API}/kernel/planted-b.ts`]:
      "import type { a } from './planted-a.js';\n\nexport const used = (it: typeof a) => it;\n",
  }),
  plant('resolvable', `${API}/kernel/planted-nowhere.ts`, taking('./planted-nothing.js')),
  plant('house-packages/protocol', 'packages/protocol/src/planted-up.ts', taking('../../markdown/src/index.js')),
  plant('house-packages/markdown', 'packages/markdown/src/planted-side.ts', taking('../../protocol/dist/index.js')),
  plant('house-apps/api', `${API}/kernel/planted-web.ts`, taking('../../../web/src/main.js')),
  plant('house-apps/web', 'apps/web/src/planted-api.ts', taking('../../api/src/kernel/ids.js')),
  plant('house-apps/e2e', 'apps/e2e/bench/planted-api.ts', taking('../../api/dist/kernel/ids.js')),
  plant('house-apps/web-tests', 'apps/web/src/planted-api.spec.ts', taking('../../api/src/kernel/ids.js')),
  plant('packages-by-name', 'apps/web/src/planted-path.ts', taking('../../../packages/protocol/src/index.js')),
  plant('no-dependencies', 'packages/protocol/src/planted-core.ts', taking('node:path')),
  plant('no-tests-in-code', `${API}/kernel/planted-test.ts`, taking('./planted-tested.spec.js'), {
    [`${API}/kernel/planted-tested.spec.ts`]: CONSTANT,
  }),
  plant('no-development-dependencies', `${API}/platform/planted-development.ts`, taking('supertest')),
  plant('module-by-index', `${API}/modules/presence/planted-inner.ts`, taking('../typing/planted-inside.js')),
  plant('module-by-index-elsewhere', `${API}/realtime/planted-inner.ts`, taking('../modules/typing/planted-inside.js')),
  plant('module-order-users', `${API}/modules/users/planted-later.ts`, taking('../typing/index.js')),
  plant('module-in-list', `${API}/modules/planted/planted-strange.ts`, taking('../../kernel/ids.js')),
  plant('feature-order-people', `${WEB}/features/people/planted-later.ts`, taking('../chat/planted.js'), {
    [`${WEB}/features/chat/planted.ts`]: CONSTANT,
  }),
  plant('feature-in-list', `${WEB}/features/planted/planted-strange.ts`, taking('../../ui/classes.js', 'classes')),
  plant(
    'chat-folder-order-message',
    `${WEB}/features/chat/message/planted-later.ts`,
    taking('../timeline/planted.js'),
    {
      [`${WEB}/features/chat/timeline/planted.ts`]: CONSTANT,
    },
  ),
  plant('features-without-app', `${WEB}/features/people/planted-app.ts`, taking('../../app/planted.js'), {
    [`${WEB}/app/planted.ts`]: CONSTANT,
  }),
  plant('parts-without-features', `${WEB}/hooks/planted-feature.ts`, taking('../features/people/planted.js'), {
    [`${WEB}/features/people/planted.ts`]: CONSTANT,
  }),
  plant('schema-by-repositories', `${API}/modules/typing/planted.service.ts`, taking('../../database/schema/users.js')),
  plant('sql-by-repositories', `${API}/modules/typing/planted-sql.ts`, taking('drizzle-orm')),
  plant('edges-decide-nothing', `${API}/modules/typing/planted.controller.ts`, taking('./planted.repository.js'), {
    [`${API}/modules/typing/planted.repository.ts`]: CONSTANT,
  }),
  plant(
    'transports-without-modules',
    `${API}/realtime/transports/plain/planted-curious.ts`,
    taking('../../../modules/typing/index.js'),
  ),
  plant(
    'modules-without-transports',
    `${API}/modules/typing/planted-transport.ts`,
    taking('../../realtime/transports/plain/planted-transport.js'),
  ),
  plant('kernel-alone', `${API}/kernel/planted-core.ts`, taking('node:fs')),
  plant('config-alone', `${API}/config/planted-typing.ts`, taking('../modules/typing/index.js')),
  plant('platform-without-domain', `${API}/platform/planted-typing.ts`, taking('../modules/typing/index.js')),
  plant('database-without-domain', `${API}/database/planted-typing.ts`, taking('../modules/typing/index.js')),
];
