import { join } from 'node:path';
import { ROOT } from '@parley/testkit';
import { asAdmin } from '../database-sessions.js';
import type { Row } from '../row.contract.js';
import type { Stage } from '../stage.js';

const CLOCK = join(ROOT, 'apps/e2e/dist/chaos/preload/clock.js');
const MINUTE = 60;
/**
 * How far each node's clock is off, in seconds. Tokens are made by a clock that is right, and a node whose clock is more
 * than a minute behind that refuses a token as not valid yet: so the others are ahead by eleven minutes, and the second
 * one ahead of them by ten, behind them by ten, and behind the right time by less than a minute.
 */
const OTHERS = 11 * MINUTE;
const SECOND = [21 * MINUTE, MINUTE, -50, 21 * MINUTE];
const SECONDS = 8;

/** F15: a node's clock is wrong, and jumps while it runs. */
export const clocks: Row = {
  id: 'F15',
  title: 'clocks off by 10 minutes ahead and behind, jumping while nodes run',
  nodes: 3,
  fleet: {
    each: (place) => ({
      nodeArguments: ['--import', CLOCK],
      env: { CLOCK_SHIFTS: (place === 1 ? SECOND : [OTHERS]).join(',') },
    }),
  },
  check: { recovery: 5 },
  async run(stage) {
    await stage.pass(SECONDS);
    for (const shift of SECOND.slice(1)) {
      await stage.fault('a clock jumps', { argument: `n2 is off by ${shift} s` }, () => jump(stage));
      await stage.pass(SECONDS);
    }
    // Whatever measures silence by the wall clock is blind after a jump back.
    await stage.fault('Redis silent for a node whose clock has jumped', {}, async () => {
      await stage.fleet.nodes[1]?.redis.mode('blackhole');
      await stage.pass(SECONDS);
      await stage.fleet.nodes[1]?.redis.mode('pass');
    });
    await stage.pass(SECONDS);
    await mustHaveRightTimes(stage);
  },
};

async function jump({ fleet }: Stage): Promise<void> {
  const pid = fleet.nodes[1]?.pid;
  if (pid) process.kill(pid, 'SIGUSR2');
}

/** Every message's time is the database's: never ahead of its clock, and never going back along `seq`. */
async function mustHaveRightTimes(stage: Stage): Promise<void> {
  const { rows } = await asAdmin(stage.fleet, (admin) =>
    admin.query<{ messages: number; ahead: number; back: number }>(
      `SELECT count(*)::int AS messages, count(*) FILTER (WHERE created_at > clock_timestamp())::int AS ahead,
              count(*) FILTER (WHERE created_at < before)::int AS back
         FROM (SELECT created_at, lag(created_at) OVER (PARTITION BY conversation_id ORDER BY seq) AS before
                 FROM messages) m`,
    ),
  );
  const [{ messages, ahead, back } = { messages: 0, ahead: 0, back: 0 }] = rows;
  stage.figure('times of messages', `${messages}, ${ahead} ahead of the database's clock, ${back} going back`);
  stage.must(messages > 0 && ahead === 0 && back === 0, `${ahead} messages are from the future, ${back} go back.`);
}
