import { Injectable } from '@nestjs/common';
import { LIMITS, type SyncAnswer, type SyncBody } from '@parley/protocol';
import type { Db } from '../../database/database.js';
import type { Principal } from '../../kernel/principal.js';
import { MOST_EXCESS } from '../../platform/limits/answer-budget.js';
import { StreamSource } from '../../realtime/hub/stream-source.js';
import { type Position, type PositionRow, SyncRepository } from './sync.repository.js';
import { answerOf, type Changed } from './sync-answer.js';
import { SyncFindings } from './sync-findings.js';
import { planned, plannedMemberships } from './sync-plan.js';

/** Brings a client that was away to the state that a fresh one would fetch. */
@Injectable()
export class SyncService {
  constructor(
    private readonly source: StreamSource,
    private readonly repository: SyncRepository,
    private readonly findings: SyncFindings,
  ) {}

  /**
   * What changed beyond where the asker is. One snapshot, and a constant number of statements: the answer's cost grows
   * with what changed, up to what one answer holds: `bytes` at most.
   */
  async sync({ userId }: Principal, body: SyncBody, bytes: number = LIMITS.answerBytes): Promise<SyncAnswer> {
    // Before the snapshot: if a restore comes in between, the answer has the old epoch, and the next sync resets.
    const epoch = await this.source.epoch();
    const isForeign = body.epoch !== undefined && body.epoch !== epoch;
    const asked = Object.entries(body.conversations).map(([id, at]) => ({ ...at, id: id.toLowerCase() }));
    return this.repository.inSnapshot(async (tx) => {
      const cursor = isForeign ? null : (body.cursor ?? null);
      const memberships = await this.repository.memberships(tx, userId, cursor);
      const positions = await this.positions(tx, userId, { asked, isForeign });
      const changed = positions.flatMap(({ at, row }) => changedOf(at, row) ?? []);
      const readings = changed.map((one) => ({
        id: one.id,
        version: one.asked.version,
        reset: isForeign || one.asked.version > one.head.version || one.asked.receipts > one.head.receipts,
      }));
      const found = await this.findings.read(tx, {
        userId,
        head: memberships[0]?.head ?? 0,
        memberships: plannedMemberships(memberships),
        strange: positions.flatMap(({ at, row }) => (row.version === null ? at.id : [])),
        changed,
        portions: readings.length > 0 ? planned(await this.repository.keys(tx, readings), bytes + MOST_EXCESS) : [],
      });
      return answerOf(epoch, found, bytes);
    });
  }

  private async positions(tx: Db, userId: string, { asked, isForeign }: { asked: Position[]; isForeign: boolean }) {
    if (asked.length === 0) return [];
    const rows = await this.repository.positions(tx, userId, { asked, all: isForeign });
    return rows.flatMap((row) => {
      const at = asked[row.i - 1];
      return at ? [{ at, row }] : [];
    });
  }
}

/** Null where the asker is no member. */
function changedOf({ id, version, receipts }: Position, row: PositionRow): Changed | null {
  if (row.version === null || row.receipts === null || row.member_count === null) return null;
  return {
    id,
    asked: { version, receipts },
    head: { version: row.version, receipts: row.receipts },
    memberCount: row.member_count,
  };
}
