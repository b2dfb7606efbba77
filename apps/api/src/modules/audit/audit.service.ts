import { Injectable } from '@nestjs/common';
import type { AuditPage } from '@parley/protocol';
import type { Db } from '../../database/database.js';
import type { CursorQueryDto } from '../../platform/http/cursor-query.dto.js';
import { Cursors } from '../../platform/http/cursors.js';
import { UsersRepository } from '../users/index.js';
import { toAuditEntry } from './audit.presenter.js';
import { type Audited, AuditRepository, type AuditRow } from './audit.repository.js';

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
  async list(query: CursorQueryDto): Promise<AuditPage> {
    const { rows, end } = await this.cursors.page(
      {
        name: 'audit',
        read: (after, most) => this.repository.list(after, most),
        positionOf: ({ at, id }: AuditRow) => [at.toISOString(), id],
      },
      query,
    );
    const items = rows.map(toAuditEntry);
    const named = items.flatMap(({ actorId, target }) => [actorId ?? [], target?.kind === 'user' ? target.id : []]);
    return {
      items,
      ...end,
      users: [...(await this.users.viewsOf(named.flat())).values()],
    };
  }
}
