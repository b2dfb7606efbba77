import { Injectable } from '@nestjs/common';
import { type AuditPage, LIMITS } from '@parley/protocol';
import type { Db } from '../../database/database.js';
import { Cursors } from '../../platform/http/cursors.js';
import { UsersRepository } from '../users/index.js';
import { toAuditEntry } from './audit.presenter.js';
import { type Audited, AuditRepository } from './audit.repository.js';
import type { ListAuditDto } from './dto/list-audit.dto.js';

const LIST = 'audit';

/** The log of administrative actions, which only grows. */
@Injectable()
export class AuditService {
  constructor(
    private readonly repository: AuditRepository,
    private readonly users: UsersRepository,
    private readonly cursors: Cursors,
  ) {}

  /** Writes it down, with the transaction that does it where its handle is given: there is none without the other. */
  async record(what: Audited, db?: Db): Promise<void> {
    await this.repository.insert(what, db);
  }

  /** Newest first. */
  async list({ cursor, limit = LIMITS.pageDefault }: ListAuditDto): Promise<AuditPage> {
    const [at, id] = cursor === undefined ? [] : this.cursors.open(LIST, cursor);
    const before = at === undefined ? null : { at: new Date(at), id: String(id) };
    const rows = await this.repository.list(before, limit + 1);
    const items = rows.slice(0, limit).map(toAuditEntry);
    const last = items.at(-1);
    const named = items.flatMap(({ actorId, target }) => [actorId ?? [], target?.kind === 'user' ? target.id : []]);
    return {
      items,
      nextCursor: rows.length > limit && last ? this.cursors.seal(LIST, [last.at, last.id]) : null,
      hasMore: rows.length > limit,
      users: [...(await this.users.viewsOf(named.flat())).values()],
    };
  }
}
