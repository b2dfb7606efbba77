import type { PostgresCluster } from '@parley/testkit';
import type { Client } from 'pg';

/** What presence asks and stores: who is on which node, who changed, and who may know. */
const PRESENCE = String.raw`\ynodes\y|node_users|presence_at|AS audience|FROM users WHERE id = ANY.* FOR NO KEY UPDATE`;

/** Counts the statements of everybody on a Postgres server, by its extension `pg_stat_statements`. */
export class StatementCounts {
  private constructor(private readonly client: Client) {}

  /** Whether this installation of Postgres has the extension. */
  static async isThere(cluster: PostgresCluster): Promise<boolean> {
    const client = await cluster.connect('postgres');
    const { rowCount } = await client
      .query(`SELECT FROM pg_available_extensions WHERE name = 'pg_stat_statements'`)
      .finally(() => client.end());
    return rowCount === 1;
  }

  /** Restarts the server, which loads the extension only at its start. */
  static async start(cluster: PostgresCluster): Promise<StatementCounts> {
    const admin = await cluster.connect('postgres');
    await admin.query(`ALTER SYSTEM SET shared_preload_libraries = 'pg_stat_statements'`).finally(() => admin.end());
    await cluster.restart('fast');
    const client = await cluster.connect('postgres');
    await client.query('CREATE EXTENSION IF NOT EXISTS pg_stat_statements');
    return new StatementCounts(client);
  }

  /** So far: all of them, and those of presence. */
  async read(): Promise<{ all: number; presence: number }> {
    const { rows } = await this.client.query<{ all: number; presence: number }>(
      `SELECT sum(calls)::float8 AS all, coalesce(sum(calls) FILTER (WHERE query ~ $1), 0)::float8 AS presence
         FROM pg_stat_statements`,
      [PRESENCE],
    );
    return rows[0] ?? { all: 0, presence: 0 };
  }

  /** Statements so far, without their values, and how often each was run. */
  async shapes(): Promise<Map<string, number>> {
    const { rows } = await this.client.query<{ query: string; calls: number }>(
      'SELECT query, sum(calls)::float8 AS calls FROM pg_stat_statements GROUP BY query',
    );
    return new Map(rows.map(({ query, calls }) => [query, calls]));
  }

  stop(): Promise<void> {
    return this.client.end();
  }
}
