import { Injectable } from '@nestjs/common';
import { Database } from '../../database/database.js';
import { WriterDatabase } from '../../database/database.module.js';
import { HealthRegistry } from './health-registry.js';
import { PARTS } from './metric-catalogue.js';
import { type Reading, Readings } from './readings.js';

/** What the pools of the database are at, and what the registry of health has. */
@Injectable()
export class DatabaseReadings {
  constructor(
    private readonly main: Database,
    private readonly writer: WriterDatabase,
    readings: Readings,
    state: HealthRegistry,
  ) {
    readings.provide('database_connections', () =>
      this.ofPools(({ busy, idle }, pool) => [
        { labels: { pool, state: 'busy' }, value: busy },
        { labels: { pool, state: 'idle' }, value: idle },
      ]),
    );
    readings.provide('database_waiting', () =>
      this.ofPools(({ waiting }, pool) => [{ labels: { pool }, value: waiting }]),
    );
    readings.provide('parts_missing', () =>
      PARTS.map((part) => ({ labels: { part }, value: state.degraded.includes(part) ? 1 : 0 })),
    );
    readings.provide('health_details', () =>
      Object.entries(state.details).map(([name, value]) => ({ labels: { name }, value })),
    );
  }

  /** The embedded database has one connection for both. */
  private ofPools(readingsOf: (usage: ReturnType<Database['usage']>, pool: string) => Reading[]): Reading[] {
    const pools: Record<string, Database> =
      this.writer === this.main ? { main: this.main } : { main: this.main, writer: this.writer };
    return Object.entries(pools).flatMap(([pool, database]) => readingsOf(database.usage(), pool));
  }
}
