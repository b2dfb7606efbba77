import { Client } from 'pg';
import { asAdmin, mustBeWhole, terminateNodes } from '../database-sessions.js';
import type { Row } from '../row.contract.js';
import type { Stage } from '../stage.js';

const TIMES = 10;
const EVERY_SECONDS = 2;
const LIMITED_SECONDS = 6;
const CALM_SECONDS = 8;

/** F6: all sessions of the nodes are ended again and again; then their account may have one connection only. */
export const sessionsEnded: Row = {
  id: 'F6',
  title: `all database sessions ended every ${EVERY_SECONDS} s, ${TIMES} times; then one connection for all`,
  nodes: 2,
  check: { recovery: 5 },
  async run(stage) {
    const { fleet } = stage;
    await stage.pass(3);
    await stage.fault('all sessions ended, again and again', {}, async () => {
      for (let time = 0; time < TIMES; time += 1) {
        await terminateNodes(fleet);
        await stage.pass(EVERY_SECONDS);
      }
    });
    await stage.pass(CALM_SECONDS);
    await mustBeWhole(stage, 'the last of them');
    await stage.fault('one connection for both nodes', {}, async () => {
      const release = await leaveOneConnection(stage);
      await stage.pass(LIMITED_SECONDS);
      await release();
    });
    await stage.pass(CALM_SECONDS);
    await mustBeWhole(stage, 'the limit was lifted');
  },
};

/**
 * Ends all sessions of the nodes' account and leaves it one. As limits do not hold for a superuser, it is none until that
 * is over, and another one does this.
 */
async function leaveOneConnection({ fleet }: Stage): Promise<() => Promise<void>> {
  await asAdmin(fleet, (admin) => admin.query('CREATE ROLE other LOGIN SUPERUSER'));
  const other = new Client({ connectionString: fleet.postgres.url('parley').replace('//postgres@', '//other@') });
  await other.connect();
  await other.query("UPDATE pg_authid SET rolsuper = false, rolconnlimit = 1 WHERE rolname = 'postgres'");
  await other.query("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'postgres'");
  return async () => {
    await other.query("UPDATE pg_authid SET rolsuper = true, rolconnlimit = -1 WHERE rolname = 'postgres'");
    await other.end();
  };
}
