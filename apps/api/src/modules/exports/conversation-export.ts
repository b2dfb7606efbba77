import { Injectable } from '@nestjs/common';
import type { ExportLine } from '@parley/protocol';
import { FIRST_ID } from '../../kernel/ids.js';
import type { Principal } from '../../kernel/principal.js';
import { ConversationChanges } from '../conversations/index.js';
import { ConversationExportRepository } from './conversation-export.repository.js';
import { ExportAccess } from './export-access.js';
import { type Export, paged } from './export-lines.js';
import { ExportedChanges } from './exported-changes.js';
import { ExportedFiles } from './exported-files.js';

/** All of a conversation, for its owners: what its members can read, and who they are. */
@Injectable()
export class ConversationExport {
  constructor(
    private readonly access: ExportAccess,
    private readonly conversations: ConversationChanges,
    private readonly repository: ConversationExportRepository,
    private readonly changes: ExportedChanges,
    private readonly files: ExportedFiles,
  ) {}

  of(principal: Principal, id: string): Export {
    return {
      name: 'parley-conversation',
      audited: { action: 'conversation_exported', conversationId: id },
      check: () => this.check(principal, id),
      lines: () => this.lines(id),
    };
  }

  /** @throws `not_found` and `forbidden` by the table of permissions, and as `ExportAccess.check`. */
  private async check(principal: Principal, id: string): Promise<void> {
    await this.access.check(principal);
    await this.conversations.check(principal, id, 'export');
  }

  private async *lines(id: string): AsyncGenerator<ExportLine> {
    yield { type: 'export', format: 1, of: 'conversation', id, at: new Date().toISOString() };
    const conversation = await this.repository.find(id);
    if (conversation) yield { type: 'conversation', conversation };
    const members = (after: string) => this.repository.members(id, after);
    for await (const rows of paged(FIRST_ID, members, ({ user }) => user.id)) {
      for (const row of rows) yield { type: 'member', ...row };
    }
    yield* this.history(id);
    yield* this.files.carriedIn(id);
  }

  private async *history(id: string): AsyncGenerator<ExportLine> {
    const messages = (after: number) => this.repository.messages(id, after);
    for await (const rows of paged(0, messages, ({ seq }) => seq)) {
      for (const message of rows) yield { type: 'message', message };
      const present = rows.filter(({ isDeleted }) => !isDeleted);
      const edited = present.filter(({ editedAt }) => editedAt);
      yield* this.changes.edits(id, seqsOf(edited));
      const reacted = present.filter(({ reactions }) => reactions.length > 0);
      yield* this.changes.reactions(id, { seqs: seqsOf(reacted) });
    }
  }
}

const seqsOf = (rows: readonly { seq: number }[]): number[] => rows.map(({ seq }) => seq);
