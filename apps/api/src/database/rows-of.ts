import type { SQL } from 'drizzle-orm';
import type { Db } from './database.js';

/** The rows of a query in SQL, as its author says they are; both engines answer with an object of `rows`. */
export async function rowsOf<T>(db: Db, query: SQL): Promise<T[]> {
  return ((await db.execute(query)) as unknown as { rows: T[] }).rows;
}
