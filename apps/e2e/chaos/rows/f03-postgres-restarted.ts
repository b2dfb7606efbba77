import { mustBeWhole } from '../database-sessions.js';
import type { Row } from '../row.contract.js';

const DOWN_MS = 2_000;
const CALM_SECONDS = 8;

/** F3: Postgres is restarted, in order and as by a crash, while everyone works. */
export const postgresRestarted: Row = {
  id: 'F3',
  title: 'Postgres restarted, fast and immediate, away for 2 s each time',
  nodes: 2,
  check: { recovery: 5 },
  async run(stage) {
    const { fleet } = stage;
    await stage.pass(3);
    for (const how of ['fast', 'immediate'] as const) {
      await stage.fault(`Postgres restarted (${how})`, {}, () => fleet.postgres.restart(how, DOWN_MS));
      await stage.pass(CALM_SECONDS);
      await mustBeWhole(stage, `the ${how} restart`);
    }
  },
};
