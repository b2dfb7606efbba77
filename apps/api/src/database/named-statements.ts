import { createHash } from 'node:crypto';
import type pg from 'pg';

/** How often a statement has come before it is worth a name. */
const FREQUENT = 20;
/** Each takes memory of Postgres in each connection. */
const MOST_NAMED = 100;
/** Texts that are being counted. Lists of different lengths make many. */
const MOST_COUNTED = 1_000;

/** A statement as Drizzle hands it to `pg`. */
interface Statement {
  readonly text: string;
}

/**
 * Names for the statements that come again and again. What has a name is parsed once in a connection, and planned as often
 * as Postgres finds that worth while: to plan a list of conversations took longer than to read it.
 */
export class NamedStatements {
  private readonly names = new Map<string, string>();
  private readonly counts = new Map<string, number>();

  /** The same connection, on which frequent statements have names. */
  on(client: pg.ClientBase): Pick<pg.PoolClient, 'query'> {
    const query = (statement: Statement, values: never) => client.query(this.named(statement) as never, values);
    return { query } as unknown as pg.PoolClient;
  }

  private named(statement: Statement): Statement & { name?: string } {
    const name = this.names.get(statement.text) ?? this.count(statement.text);
    return name === null ? statement : { ...statement, name };
  }

  private count(text: string): string | null {
    if (this.names.size >= MOST_NAMED) return null;
    const count = (this.counts.get(text) ?? 0) + 1;
    if (count < FREQUENT) {
      // Who comes seldom is forgotten, and those who come often are soon back.
      if (this.counts.size >= MOST_COUNTED) this.counts.clear();
      this.counts.set(text, count);
      return null;
    }
    this.counts.delete(text);
    const name = createHash('sha256').update(text).digest('base64url');
    this.names.set(text, name);
    return name;
  }
}
