// The import rules of .dependency-cruiser.mjs.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { cruise } from 'dependency-cruiser';
import { conclude, house } from './sources.mjs';

const { default: rules } = await import(new URL('../../.dependency-cruiser.mjs', import.meta.url));
process.chdir(house);
const places = ['apps', 'packages'].filter((place) => existsSync(join(house, place)));
const { enhancedResolveOptions, ...options } = rules.options;
const { output } = await cruise(places, { ...options, ruleSet: rules, validate: true }, enhancedResolveOptions);
const { violations, totalCruised } = output.summary;
conclude(violations.map(sentence), `${totalCruised} files`);

function sentence({ from, to, rule, cycle }) {
  const way = cycle ? [from, ...cycle.map((step) => step.name)].join(' → ') : `${from} → ${to}`;
  return `${way}: ${rule.name}: ${rules.forbidden.find(({ name }) => name === rule.name)?.comment}`;
}
