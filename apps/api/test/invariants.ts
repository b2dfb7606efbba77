import { Progress } from '../src/backup/progress.js';
import { queriesOf } from '../src/database/plain-session.js';
import { lookAtRows, sentenceOf } from '../src/verify/verify.js';
import type { TestNode } from './node.js';

/** What `npm run verify` would say of the rows of a node, while nobody writes. */
export async function violationsOn({ node }: TestNode): Promise<string[]> {
  return (await lookAtRows(queriesOf(node.databases.main.db), new Progress())).map(sentenceOf);
}
