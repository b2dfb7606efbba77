import { Injectable } from '@nestjs/common';
import type { ExportLine } from '@parley/protocol';
import { FIRST_ID } from '../../kernel/ids.js';
import { presentEdit } from '../messages/index.js';
import { paged } from './export-lines.js';
import {
  type EditPlace,
  ExportedChangesRepository,
  type ReactionPlace,
  type WhichReactions,
} from './exported-changes.repository.js';

const FIRST_EDIT: EditPlace = { seq: 0, version: 0 };
const FIRST_REACTION: ReactionPlace = { seq: 0, emoji: '', userId: FIRST_ID };

/** Edits of messages and reactions to them, among the lines of an export. */
@Injectable()
export class ExportedChanges {
  constructor(private readonly repository: ExportedChangesRepository) {}

  /** The oldest of each message first. */
  async *edits(conversationId: string, seqs: readonly number[]): AsyncGenerator<ExportLine> {
    if (seqs.length === 0) return;
    const edits = (after: EditPlace) => this.repository.edits(conversationId, seqs, after);
    for await (const rows of paged(FIRST_EDIT, edits, ({ seq, version }): EditPlace => ({ seq, version }))) {
      for (const row of rows) yield { type: 'edit', edit: presentEdit(row) };
    }
  }

  async *reactions(conversationId: string, which: WhichReactions): AsyncGenerator<ExportLine> {
    if ('seqs' in which && which.seqs.length === 0) return;
    const reactions = (after: ReactionPlace) => this.repository.reactions(conversationId, which, after);
    for await (const rows of paged(FIRST_REACTION, reactions, (last): ReactionPlace => last)) {
      for (const reaction of rows) yield { type: 'reaction', reaction };
    }
  }
}
