import { Injectable } from '@nestjs/common';
import type { Db } from '../../database/database.js';
import { ConversationKeys } from './conversation-keys.js';
import { openText } from './text-key.js';

/** What a report says: the words of who reported, and the text that was reported where it was copied. */
interface ReportText {
  id: string;
  conversationId: string;
  content?: string | null | undefined;
  comment?: string | null | undefined;
}

/** Texts of reports are encrypted by the key of the conversation that they are about. Without keys they are handed on as they are. */
@Injectable()
export class ReportTexts {
  constructor(private readonly keys: ConversationKeys) {}

  /** As it is stored. */
  async seal<T extends ReportText>(db: Db, report: T): Promise<T> {
    if (!this.keys.isOn) return report;
    const key = (await this.keys.findOrMake(db, [report.conversationId])).get(report.conversationId);
    return changed(report, (text) => key?.seal(text, report.id) ?? '');
  }

  /** As it was written; nothing where its key is gone. */
  async open<T extends ReportText>(db: Db, reports: readonly T[]): Promise<T[]> {
    if (!this.keys.isOn) return [...reports];
    const keys = await this.keys.find(
      db,
      reports.map(({ conversationId }) => conversationId),
    );
    return reports.map((report) => {
      const key = keys.get(report.conversationId);
      return changed(report, (text) => openText(key, text, report.id));
    });
  }
}

/** What is not there stays so. */
function changed<T extends ReportText>(report: T, change: (text: string) => string): T {
  return {
    ...report,
    ...(typeof report.content === 'string' && { content: change(report.content) }),
    ...(typeof report.comment === 'string' && { comment: change(report.comment) }),
  };
}
