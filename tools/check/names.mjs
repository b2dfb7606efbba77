// Names of files and folders: kebab-case, none that invites everything, and in the API the role of the class inside.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { conclude, house, sources } from './sources.mjs';

const DUMPING_GROUNDS = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'misc', 'shared', 'types']);
/** Names that others have chosen. */
const GIVEN = new Set(['Caddyfile', 'README.md', '__init__.py']);
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;

const WITH_ROLES = /^apps\/api\/src\/(modules|platform|realtime)\/(?!.*\.spec\.ts$).*\.ts$/;
const ROLE = /(Adapter|Controller|Dto|Filter|Gateway|Guard|Module|Policy|Presenter|Repository|Service)$/;

const findings = new Set();
for (const path of sources()) {
  if (!/^(apps|packages|tools)\//.test(path)) continue;
  const parts = path.split('/');
  parts.forEach((part, depth) => {
    const at = parts.slice(0, depth + 1).join('/');
    if (part.split('.').some((word) => DUMPING_GROUNDS.has(word))) {
      findings.add(`${at}: a name that invites everything; say what is in it`);
    }
    if (!KEBAB_CASE.test(part) && !GIVEN.has(part)) findings.add(`${at}: not kebab-case`);
  });
  if (WITH_ROLES.test(path)) checkRole(path, parts.at(-1));
}
conclude([...findings]);

/** `x.service.ts` exports XService, `hub.ts` the class or function of that name, and `x.dto.ts` Dtos. */
function checkRole(path, file) {
  const text = readFileSync(join(house, path), 'utf8');
  const exported = [...text.matchAll(/^export (?:abstract |async )?(class|function) (\w+)/gm)];
  const classes = exported.filter(([, kind]) => kind === 'class').map(([, , name]) => name);
  if (classes.length === 0) return;
  const role = file.split('.').slice(1, -1).join('.');
  for (const name of classes) {
    const wanted = ROLE.exec(name)?.[1].toLowerCase();
    if (wanted && wanted !== role) findings.add(`${path}: ${name} belongs in a file named ….${wanted}.ts`);
    if (role === 'dto' && wanted !== 'dto') findings.add(`${path}: ${name} is no Dto`);
  }
  const own = file.replace(/\.ts$/, '').replaceAll(/[-.]/g, '');
  if (role === 'dto' || exported.some(([, , name]) => name.toLowerCase() === own)) return;
  findings.add(`${path}: named after none of ${classes.join(', ')}`);
}
