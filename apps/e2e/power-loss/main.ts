import { cpSync, rmSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { freshDirectory } from '@parley/testkit';
import { CutNodes } from './cut-nodes.js';
import { CutWriter } from './cut-writer.js';

const USAGE = `npm run power-loss -- [options]
  --cuts N    cuts of the power, with seeds from 1 on (200)
  --from N    from this seed on instead
  --nodes     whole nodes with people sending, instead of the embedded database alone: takes ten times as long`;
/** So many one after the other on one data directory. Of these the first one is empty, the others are copies. */
const CUTS_A_DIRECTORY = 10;

const { values } = parseArgs({
  options: {
    cuts: { type: 'string', default: '200' },
    from: { type: 'string', default: '1' },
    nodes: { type: 'boolean', default: false },
  },
});
const [cuts, from] = [Number(values.cuts), Number(values.from)];
if (!cuts || !from) throw new Error(USAGE);
const seeds = Array.from({ length: cuts }, (_, index) => from + index);
let [open, acked] = [0, 0];
const made = freshDirectory('power-loss');
await new CutWriter(made).check();

for (let first = 0; first < seeds.length; first += CUTS_A_DIRECTORY) {
  const directory = freshDirectory('power-loss');
  if (first > 0) cpSync(made, directory, { recursive: true });
  const subject = values.nodes ? new CutNodes(directory) : new CutWriter(directory);
  for (const seed of seeds.slice(first, first + CUTS_A_DIRECTORY)) {
    const cut = await subject.cut(seed);
    open += Number(cut.wasOpen);
    acked += cut.acked;
    const when = cut.wasOpen ? `after ${cut.acked} promises` : 'while it was being opened';
    console.log(`seed ${seed}: cut at operation ${cut.at}, ${when}`);
    requireKept(cut.lost, directory);
  }
  requireKept(await subject.check(), directory);
  rmSync(directory, { recursive: true });
}
rmSync(made, { recursive: true });
console.log(`${cuts} cuts, ${open} of them of open databases: of ${acked} promises none is lost.`);

function requireKept(lost: string[], directory: string): void {
  if (lost.length === 0) return;
  console.error(`${lost.slice(0, 20).join('\n')}\n${lost.length} in all. The directory stays: ${directory}`);
  process.exit(1);
}
