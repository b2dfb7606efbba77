import { Injectable } from '@nestjs/common';
import type { ConversationSettings, ConversationSettingsBody, Page } from '@parley/protocol';
import { invalid, notFound } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import type { CursorQueryDto } from '../../platform/http/cursor-query.dto.js';
import { Cursors } from '../../platform/http/cursors.js';
import { NoticePublisher } from '../notices/index.js';
import { presentSettings } from './conversation-settings.presenter.js';
import { ConversationSettingsRepository, type SettingsRow } from './conversation-settings.repository.js';

/** What members want of their conversations for themselves. It is no change of the conversation, and takes no version of it. */
@Injectable()
export class ConversationSettingsService {
  constructor(
    private readonly repository: ConversationSettingsRepository,
    private readonly cursors: Cursors,
    private readonly notices: NoticePublisher,
  ) {}

  /** @throws `not_found` where the user is no member; `validation_failed` for nothing, or what does not go together. */
  async change(
    { userId }: Principal,
    conversationId: string,
    body: ConversationSettingsBody,
  ): Promise<ConversationSettings> {
    const lastSeq = await this.repository.lastSeq(userId, conversationId);
    if (lastSeq === null) throw notFound();
    requireSense(body, lastSeq);
    const settings = presentSettings(await this.repository.change({ userId, conversationId, lastSeq }, body));
    this.notices.publish([userId], 'settings:updated', { settings });
    return settings;
  }

  async list({ userId }: Principal, query: CursorQueryDto): Promise<Page<ConversationSettings>> {
    const { rows, end } = await this.cursors.page(
      {
        name: 'conversation-settings',
        read: (place: readonly [string] | null, limit) =>
          this.repository.page(userId, { after: place?.[0] ?? null, limit }),
        positionOf: (row: SettingsRow) => [row.conversationId],
      },
      query,
    );
    return { items: rows.map(presentSettings), ...end };
  }
}

function requireSense(body: ConversationSettingsBody, lastSeq: number): void {
  if (Object.values(body).every((value) => value === undefined)) throw invalid('', 'must change something');
  if (body.muteSeconds !== undefined && (body.notifications ?? 'all') === 'all')
    throw invalid('muteSeconds', 'must go with notifications of `mentions` or `none`');
  if ((body.unreadSeq ?? 0) > lastSeq) throw invalid('unreadSeq', 'must be of a message of the conversation');
}
