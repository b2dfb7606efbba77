import { sql } from 'drizzle-orm';
import { Progress } from '../src/backup/progress.js';
import type { PlainSession } from '../src/database/plain-session.js';
import { lookAtRows, sentenceOf } from '../src/verify/verify.js';
import type { TestNode } from './node.js';

/** What `npm run verify` would say of the rows of a node, while nobody writes. */
export async function violationsOn(node: TestNode): Promise<string[]> {
  const query: PlainSession['query'] = (text, values = []) =>
    node.rows(sql.raw(text.replaceAll(/\$(\d)/g, (_, place) => `'${String(values[Number(place) - 1])}'`)));
  const session = { query, exec: () => Promise.reject(new Error('only read')), close: async () => undefined };
  return (await lookAtRows(session, new Progress())).map(sentenceOf);
}
