import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { PostgresCluster } from '@parley/testkit';
import type { Client } from 'pg';

/** A node of a plan, as in `EXPLAIN (FORMAT JSON)`; only what is read here. */
interface PlanNode {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  Plans?: PlanNode[];
}

export interface LoggedStatement {
  /** As it was sent, or as it stands in a function. */
  text: string;
  plan: PlanNode;
}

/**
 * The plans that Postgres really used, for every statement of a database's sessions and for those inside functions:
 * the module auto_explain writes them into the server's log.
 */
export class PlanLog {
  private readonly file: string;
  private from: number;

  constructor(cluster: PostgresCluster) {
    this.file = join(cluster.directory, 'postgres.log');
    this.from = this.size();
  }

  /** For all sessions that begin from now on. */
  static async keep(client: Client, database: string): Promise<void> {
    const settings = {
      session_preload_libraries: 'auto_explain',
      'auto_explain.log_min_duration': '0',
      'auto_explain.log_nested_statements': 'on',
      'auto_explain.log_format': 'json',
    };
    await client.query("LOAD 'auto_explain'");
    for (const [name, value] of Object.entries(settings)) {
      await client.query(`ALTER DATABASE "${database}" SET ${name} = '${value}'`);
    }
  }

  /** Those since the last call. A statement's plan is logged before its answer is sent. */
  take(): LoggedStatement[] {
    const size = this.size();
    const text = readFileSync(this.file).subarray(this.from, size).toString();
    this.from = size;
    return [...text.matchAll(/ plan:\n((?:\t.*\n)+)/g)].map(([, indented]) => {
      const logged = JSON.parse((indented ?? '').replaceAll('\n\t', '\n')) as { 'Query Text': string; Plan: PlanNode };
      return { text: logged['Query Text'], plan: logged.Plan };
    });
  }

  private size(): number {
    return statSync(this.file).size;
  }
}

/** All nodes of a plan, the topmost first. */
export function nodesOf(plan: PlanNode): PlanNode[] {
  return [plan, ...(plan.Plans ?? []).flatMap(nodesOf)];
}

/** Which of these tables the statement reads from end to end. */
export function scannedBy({ plan }: LoggedStatement, tables: readonly string[]): string[] {
  return nodesOf(plan)
    .filter((node) => node['Node Type'] === 'Seq Scan')
    .map((node) => node['Relation Name'] ?? '')
    .filter((name) => tables.includes(name));
}
