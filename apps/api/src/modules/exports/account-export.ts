import { Injectable } from '@nestjs/common';
import type { MessageRow } from '../../database/rows.js';
import { ParleyError } from '../../kernel/errors.js';
import { FIRST_ID } from '../../kernel/ids.js';
import type { Principal } from '../../kernel/principal.js';
import { FilesRepository } from '../files/index.js';
import { presentMessage } from '../messages/index.js';
import { UsersRepository, UsersService } from '../users/index.js';
import { AccountExportRepository } from './account-export.repository.js';
import { type Export, type ExportLine, paged, ROWS } from './export-lines.js';
import { ExportedChanges } from './exported-changes.js';
import { ExportedFiles } from './exported-files.js';

/** All that somebody has here: their account, their own words and files, and where they are members. */
@Injectable()
export class AccountExport {
  constructor(
    private readonly users: UsersService,
    private readonly people: UsersRepository,
    private readonly repository: AccountExportRepository,
    private readonly changes: ExportedChanges,
    private readonly stored: FilesRepository,
    private readonly files: ExportedFiles,
  ) {}

  of({ userId }: Principal): Export {
    return { name: 'parley-account', check: () => this.check(userId), lines: () => this.lines(userId) };
  }

  /** @throws `unauthenticated` where the user may not sign in any more, who may have a link still. */
  private async check(userId: string): Promise<void> {
    const user = await this.people.find(userId);
    if (!user || user.isDisabled) throw new ParleyError('unauthenticated');
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
    const memberships = (after: string) => this.repository.memberships(userId, after);
    for await (const rows of paged(FIRST_ID, memberships, ({ conversation }) => conversation.id)) {
      for (const row of rows) {
        yield { type: 'conversation', ...row };
        yield* this.words(userId, row.conversation.id);
      }
    }
    const uploaded = (after: string) => this.stored.uploadedBy(userId, after, ROWS);
    for await (const rows of paged(FIRST_ID, uploaded, ({ id }) => id)) {
      for (const file of rows) yield* this.files.lines(file);
    }
  }

  private async *words(userId: string, conversationId: string): AsyncGenerator<ExportLine> {
    const messages = (after: string) => this.repository.messages(userId, conversationId, after);
    for await (const rows of paged(FIRST_ID, messages, ({ clientMessageId }) => clientMessageId)) {
      for (const row of rows) yield { type: 'message', message: ownWords(row) };
      const edited = rows.filter(({ editedAt, deletedAt }) => editedAt && !deletedAt).map(({ seq }) => seq);
      yield* this.changes.edits(conversationId, edited);
    }
    yield* this.changes.reactions(conversationId, { userId });
  }
}

/** Without what others have said and done since, which somebody who has left a conversation may not read. */
const ownWords = (row: MessageRow) => ({ ...presentMessage(row), reactions: [] });
