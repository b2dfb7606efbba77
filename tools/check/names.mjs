// Names of files and folders: kebab-case, and none that invites everything.
import { conclude, sources } from './sources.mjs';

const DUMPING_GROUNDS = new Set(['util', 'utils', 'helper', 'helpers', 'common', 'misc', 'shared', 'types']);
const KEBAB_CASE = /^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z0-9]+(-[a-z0-9]+)*)*$/;

const findings = new Set();
for (const path of sources()) {
  if (!/^(apps|packages|tools)\//.test(path)) continue;
  const parts = path.split('/');
  parts.forEach((part, depth) => {
    const at = parts.slice(0, depth + 1).join('/');
    if (part.split('.').some((word) => DUMPING_GROUNDS.has(word))) {
      findings.add(`${at}: a name that invites everything; say what is in it`);
    }
    if (!KEBAB_CASE.test(part) && part !== 'README.md') findings.add(`${at}: not kebab-case`);
  });
}
conclude([...findings]);
