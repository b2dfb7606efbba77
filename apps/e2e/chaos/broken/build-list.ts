import type { Patch, ViolationName } from '@parley/testkit';
import type { Row } from '../row.contract.js';
import { halfSent } from '../rows/f31-half-sent.js';
import { strangersInRedis } from '../rows/f32-strangers-in-redis.js';
import { lateWord } from '../rows/f33-late-word.js';
import { longNumbers } from '../rows/f34-long-numbers.js';
import { slowLines } from '../rows/f35-slow-lines.js';
import { retentionKilled } from '../rows/f36-retention-killed.js';
import { archiveRaces } from '../rows/f37-archive-races.js';
import { answersLost, calm, crashes, redisAway, spoilt, together } from './trials.js';

/** A build that breaks a promise, and the trouble in which that shows. */
export interface BrokenBuild {
  name: string;
  patches: Patch[];
  row: Row;
  /** All of them have to be found. */
  seenBy: ViolationName[];
  /** A part of the fault that the row itself reports, for what no invariant names. */
  fails?: string;
}

const HUB = 'apps/api/src/realtime/hub';
const LOG = 'apps/api/src/modules/conversation-log';
const MESSAGES = 'apps/api/src/modules/messages';
const RETENTION = 'apps/api/src/modules/retention';

/** Everything goes to everyone through the adapter at once: no order, no repair. */
const PLAIN_BROADCAST: Patch[] = [
  {
    file: `${HUB}/hub.ts`,
    from: `this.deliver({ conversationId, events, marks });
    this.bus.publish(`,
    to: `for (const event of events) this.broadcaster.event(conversationId, event, new Map());
    for (const mark of marks) this.broadcaster.mark(conversationId, mark);
    if (conversationId === '') this.bus.publish(`,
  },
  {
    file: `${HUB}/broadcaster.ts`,
    from: 'joined && this.io.local.to(room).except(joined);',
    to: 'joined && this.io.to(room).except(joined);',
  },
  {
    file: `${HUB}/broadcaster.ts`,
    from: 'else this.rooms.emit(room, event.name, event.payload as never);',
    to: 'else this.io.to(room).emit(event.name, event.payload as never);',
  },
  // Its streams receive nothing any more, because the reconciler would deliver everything again. It still gives the
  // link to Redis its deployment, since nothing is sent or believed before.
  {
    file: `${HUB}/reconciler.ts`,
    from: 'const streams = [...this.hub.open()];',
    to: 'const streams = [...this.hub.open()].slice(0, 0);',
  },
];

export const BROKEN_BUILDS: BrokenBuild[] = [
  {
    name: 'published and acknowledged before the commit',
    patches: [
      {
        file: `${LOG}/message-text.repository.ts`,
        from: `const rows = await rowsOf<BatchRow>(
      this.writer.db,`,
        to: `const { promise, resolve, reject } = Promise.withResolvers<BatchRow[]>();
    const write = async (tx: WriterDatabase['db']) => {
      const answer = await rowsOf<BatchRow>(
      tx,`,
      },
      {
        file: `${LOG}/message-text.repository.ts`,
        from: `deadline IS NOT NULL AND \${wait !== 'not'}) AS w ON true\`,
    );`,
        to: `deadline IS NOT NULL AND \${wait !== 'not'}) AS w ON true\`,
      );
      resolve(answer);
      await new Promise((committed) => setTimeout(committed, 300));
    };
    void this.writer.transaction(write).catch(reject);
    const rows = await promise;`,
      },
    ],
    row: crashes,
    seenBy: ['lost', 'vanished'],
  },
  {
    name: 'no unique index, and no look-up of repeats',
    patches: [
      {
        file: 'drizzle/0000_init.sql',
        from: 'CONSTRAINT "messages_idempotency" UNIQUE("conversation_id","sender_id","client_message_id")',
        to: 'CONSTRAINT "messages_idempotency" UNIQUE("conversation_id","sender_id","client_message_id","seq")',
      },
      {
        file: 'drizzle/0016_moderation.sql',
        from: 'AND message.client_message_id = sent.client_message_id OFFSET 0) original ON true',
        to: 'AND message.client_message_id = sent.client_message_id AND false OFFSET 0) original ON true',
      },
    ],
    row: answersLost,
    seenBy: ['duplicate'],
  },
  {
    name: 'plain broadcast through the adapter, while Redis dies',
    patches: PLAIN_BROADCAST,
    row: redisAway,
    seenBy: ['gap'],
  },
  {
    name: 'plain broadcast through the adapter, while many send at once',
    patches: PLAIN_BROADCAST,
    row: together,
    seenBy: ['wire-reorder'],
  },
  {
    name: 'a stream that does not wait for what is missing',
    patches: [
      {
        file: `${HUB}/conversation-stream.ts`,
        from: 'if (event.version === this.version + 1 && this.cursor !== null && !this.working && !event.joined)',
        to: 'if (this.cursor !== null && !event.joined)',
      },
    ],
    row: together,
    seenBy: ['gap'],
  },
  {
    name: 'the sockets of a removed member stay',
    patches: [
      {
        file: `${HUB}/broadcaster.ts`,
        from: 'if (event.left) this.leave(conversationId, event.left);',
        to: 'if (event.left && event.version < 0) this.leave(conversationId, event.left);',
      },
    ],
    row: calm,
    seenBy: ['leak'],
  },
  {
    name: 'sending does not move the own mark',
    patches: [
      {
        file: 'drizzle/0016_moderation.sql',
        from: 'AND fresh.is_last_of_sender\n  ), ranged',
        to: 'AND fresh.is_last_of_sender AND fresh.seq < 0\n  ), ranged',
      },
    ],
    row: calm,
    seenBy: ['unread'],
  },
  {
    name: 'numbers in metadata are counted as they are sent',
    patches: [
      {
        file: `${MESSAGES}/message-preparation.ts`,
        from: 'Buffer.byteLength(json) + digits',
        to: 'Buffer.byteLength(json) + digits * 0',
      },
    ],
    row: longNumbers,
    seenBy: [],
    fails: 'bytes of metadata were taken',
  },
  {
    name: 'attachments of binary packets are kept until all have come',
    patches: [
      {
        file: 'apps/api/src/realtime/transports/socketio/text-only-parser.ts',
        from: "if (this.announced === 0) throw new Error('binary data that nobody announced');",
        to: 'if (this.announced === 0) return super.add(packet);',
      },
      {
        file: 'apps/api/src/realtime/transports/socketio/text-only-parser.ts',
        from: '/^[56]/.test(packet)',
        to: '/^[78]/.test(packet)',
      },
    ],
    row: halfSent,
    seenBy: [],
    fails: 'The node grew by',
  },
  {
    name: 'whatever is published in Redis is believed',
    patches: [
      {
        file: 'apps/api/src/platform/nodes/bus-seal.ts',
        from: 'return timingSafeEqual(due, sealed.subarray(NODE_CHARACTERS, HEADER)) ? payload : null;',
        to: 'return timingSafeEqual(due, sealed.subarray(NODE_CHARACTERS, HEADER)) || due.length > 0 ? payload : null;',
      },
    ],
    row: strangersInRedis,
    seenBy: ['wrong-content'],
  },
  {
    name: 'a word of ended sessions closes every socket of their user',
    patches: [
      {
        file: 'apps/api/src/modules/chat/session-endings.ts',
        from: "if (ended.has(socket.data.principal.sessionId ?? '')) end(socket);",
        to: 'if (ended.size > 0) end(socket);',
      },
    ],
    row: lateWord,
    seenBy: [],
    fails: 'sockets were closed for a session that was not theirs',
  },
  {
    name: 'a row at fault takes its batch with it',
    patches: [
      {
        file: 'apps/api/src/database/fault-budget.ts',
        from: "asParleyError(fault).code === 'internal'",
        to: "asParleyError(fault).message === ''",
      },
    ],
    row: spoilt,
    seenBy: [],
    fails: 'good messages were refused',
  },
  {
    name: 'slow lines are given the largest answers, and no time for them',
    patches: [
      {
        file: 'apps/api/src/realtime/connections/line-meter.ts',
        from: 'sync: { first: 65_536,',
        to: 'sync: { first: 524_288,',
      },
      {
        file: 'apps/api/src/realtime/connections/slow-consumers.ts',
        from: 'return Math.floor(waiting / PACE / (PING_TIMEOUT_MS / 1_000));',
        to: 'return Math.min(0, waiting);',
      },
      {
        file: 'apps/api/src/realtime/connections/line-meter.ts',
        from: 'least: 65_536, most: 196_608,',
        to: 'least: 4_194_304, most: 4_194_304,',
      },
    ],
    row: slowLines,
    seenBy: [],
    fails: 'were cut',
  },
  {
    name: 'old messages are removed outside of the transaction that says so',
    patches: [
      {
        file: `${RETENTION}/expiry.repository.ts`,
        from: 'const { conversationId } = step;',
        to: 'const { conversationId } = step;\n    tx = this.database.db;',
      },
    ],
    row: retentionKilled,
    seenBy: [],
    fails: 'are half removed',
  },
  {
    name: 'whether a conversation is idle is not looked at under its lock',
    patches: [
      {
        file: `${RETENTION}/retention-job.ts`,
        from: 'idleMs < this.config.archiveAfterDays * DAY_MS',
        to: 'idleMs < 0 * DAY_MS',
      },
    ],
    row: archiveRaces,
    seenBy: [],
    fails: 'were archived just after',
  },
];
