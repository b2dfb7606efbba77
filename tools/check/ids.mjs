// Ids of requirements: docs/requirements.md explains each that a test's title cites, and none that nothing cites.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { conclude, house, sources } from './sources.mjs';

const PAGE = 'docs/requirements.md';
const ID = /(?<![\w.])(?:[A-Z]\d{1,2}(?:\.\d{1,2})?|§\d{1,2})\b/.source;
/** A literal that begins with ids, as titles do; `attack 12, 13` is A12 and A13. */
const TITLE = new RegExp(`(?<!=)(['"\`])((?:(?:${ID}|attack \\d+(?:, \\d+)*)[:,]? )+)[^'"\`\\n]+`, 'g');

const textOf = (path) => readFileSync(join(house, path), 'utf8');
const explained = new Set([...textOf(PAGE).matchAll(/^\| `([^`]+)` \|/gm)].map(([, id]) => id));
const cited = new Set();
const findings = [];
for (const path of sources()) {
  if (!/\.(ts|tsx|mjs|md)$/.test(path) || path === PAGE) continue;
  const text = textOf(path)
    .replaceAll(/\battack (\d+)/g, 'A$1')
    .replaceAll(/(?<=\bA\d+, )(?=\d)/g, 'A');
  for (const [id] of text.matchAll(new RegExp(ID, 'g'))) cited.add(id);
  if (!/\.spec\.tsx?$|\/behaviours\//.test(path)) continue;
  for (const [, , ids] of text.matchAll(TITLE)) {
    for (const [id] of ids.matchAll(new RegExp(ID, 'g'))) {
      if (!explained.has(id)) findings.push(`${path}: ${id} is not explained in ${PAGE}`);
    }
  }
}
for (const id of explained) if (!cited.has(id)) findings.push(`${PAGE}: ${id} is cited nowhere`);
conclude([...new Set(findings)]);
