import { Injectable } from '@nestjs/common';
import type { ExportLine } from '@parley/protocol';
import type { MessageRow } from '../../database/rows.js';
import { FIRST_ID } from '../../kernel/ids.js';
import type { Principal } from '../../kernel/principal.js';
import { presentMessage } from '../messages/index.js';
import { UsersService } from '../users/index.js';
import { AccountExportRepository, type OwnPlace } from './account-export.repository.js';
import { ExportAccess } from './export-access.js';
import { type Export, paged } from './export-lines.js';
import { ExportedChanges } from './exported-changes.js';
import { ExportedFiles } from './exported-files.js';

/** All that somebody has here: their account, their own words and files, and where they are members. */
@Injectable()
export class AccountExport {
  constructor(
    private readonly users: UsersService,
    private readonly access: ExportAccess,
    private readonly repository: AccountExportRepository,
    private readonly changes: ExportedChanges,
    private readonly files: ExportedFiles,
  ) {}

  of(principal: Principal): Export {
    const lines = () => this.lines(principal.userId);
    const check = () => this.access.check(principal);
    return { name: 'parley-account', audited: { action: 'account_exported' }, check, lines };
  }

  private async *lines(userId: string): AsyncGenerator<ExportLine> {
    yield { type: 'export', format: 1, of: 'account', id: userId, at: new Date().toISOString() };
    yield { type: 'account', account: await this.users.me(userId) };
    for (const session of await this.repository.sessions(userId)) yield { type: 'session', session };
    for (const user of await this.repository.blocked(userId)) yield { type: 'blocked', user };
    const reports = (after: string) => this.repository.reports(userId, after);
    for await (const rows of paged(FIRST_ID, reports, ({ id }) => id)) {
      for (const report of rows) yield { type: 'report', report };
    }
    const memberships = (after: string | null) => this.repository.memberships(userId, after);
    for await (const rows of paged(null, memberships, ({ conversation }): string | null => conversation.id)) {
      for (const row of rows) {
        yield { type: 'conversation', ...row };
        yield* this.words(userId, { conversationId: row.conversation.id, leftAt: row.membership.leftAt });
      }
    }
    yield* this.files.uploadedBy(userId);
  }

  private async *words(userId: string, place: OwnPlace): AsyncGenerator<ExportLine> {
    const { conversationId } = place;
    const messages = (after: string | null) => this.repository.messages(userId, place, after);
    for await (const rows of paged(null, messages, ({ clientMessageId }): string | null => clientMessageId)) {
      for (const row of rows) yield { type: 'message', message: ownWords(row) };
      const edited = rows.filter(({ editedAt, deletedAt }) => editedAt && !deletedAt).map(({ seq }) => seq);
      yield* this.changes.edits(conversationId, edited);
    }
    yield* this.changes.reactions(conversationId, { userId });
  }
}

/** Without what others have said and done since, which somebody who has left a conversation may not read. */
const ownWords = (row: MessageRow) => ({ ...presentMessage(row), reactions: [] });
