import { Injectable } from '@nestjs/common';
import { isSmallConversation, type Message, type Watermark } from '@parley/protocol';
import type { Db } from '../../database/database.js';
import type { ParticipantRow } from '../../database/rows.js';
import { ConversationItems, peopleOfItem, presentMember } from '../conversations/index.js';
import { MessageViews, peopleIn } from '../messages/index.js';
import { toUserView, UsersRepository } from '../users/index.js';
import { type Changed, type Findings, type Material, type Row } from './sync-answer.js';
import type { Key, Portion } from './sync-plan.js';
import { SyncRowsRepository } from './sync-rows.repository.js';

/** What is to be read for one asker. */
export interface Wanted extends Pick<Findings, 'head' | 'memberships' | 'strange' | 'changed'> {
  userId: string;
  portions: readonly Portion[];
}

/** Reads what was planned, with as many statements for a thousand conversations as for one. */
@Injectable()
export class SyncFindings {
  constructor(
    private readonly rows: SyncRowsRepository,
    private readonly messages: MessageViews,
    private readonly conversations: ConversationItems,
    private readonly users: UsersRepository,
  ) {}

  async read(tx: Db, { userId, portions, ...wanted }: Wanted): Promise<Findings> {
    const parts = portions.flatMap((portion) => {
      const one = wanted.changed[portion.place];
      return one ? [{ ...portion, one }] : [];
    });
    const gained = wanted.memberships.groups.flat().filter(({ isPresent }) => isPresent);
    const wantedItems = [...gained.map(({ conversationId }) => conversationId), ...parts.map(({ one }) => one.id)];
    const items = await this.conversations.ofUser(tx, userId, [...new Set(wantedItems)]);
    const rows = await this.rowsOf(tx, userId, parts);
    const watermarks = await this.watermarksOf(tx, userId, parts);
    const material = new Map<string, Material>();
    for (const { one, reset, isWhole, groups } of parts) {
      const found = groups.map((group) => group.flatMap((key) => rows.get(keyOf(one.id, key)) ?? []));
      material.set(one.id, { reset, isWhole, groups: found, watermarks: watermarks.get(one.id) ?? [] });
    }
    const named = [
      ...[...items.values()].flatMap(peopleOfItem),
      ...peopleIn([...rows.values()].flatMap((row) => ('message' in row ? row.message : []))),
      ...[...watermarks.values()].flat().map((mark) => mark.userId),
    ];
    return { ...wanted, material, items, people: await this.users.viewsOf(named, tx) };
  }

  private async rowsOf(tx: Db, userId: string, parts: readonly Part[]): Promise<Map<string, Row>> {
    const keys = parts.flatMap(({ one, groups }) => groups.flat().map((key) => ({ conversationId: one.id, ...key })));
    const messages = await this.messages.atPlaces(
      tx,
      userId,
      keys.flatMap(({ conversationId, seq }) => (seq === null ? [] : [{ conversationId, seq }])),
    );
    const memberRows = await this.rows.members(
      tx,
      keys.flatMap(({ conversationId, userId: id }) => (id === null ? [] : [{ conversationId, userId: id }])),
    );
    const found = new Map<string, Row>();
    for (const message of messages) found.set(messageKey(message), { message });
    for (const { participant, user } of memberRows) {
      const member = presentMember(participant, toUserView(user));
      found.set(`${participant.conversationId} ${participant.userId}`, { member });
    }
    return found;
  }

  /** Of those that are read to their end; everyone's in small conversations. */
  private async watermarksOf(tx: Db, userId: string, parts: readonly Part[]): Promise<Map<string, Watermark[]>> {
    const keys = parts.flatMap(({ one, reset, isWhole }) =>
      reset || (isWhole && one.head.receipts > one.asked.receipts)
        ? [
            {
              conversationId: one.id,
              receipts: reset ? 0 : one.asked.receipts,
              isForAll: isSmallConversation(one.memberCount),
            },
          ]
        : [],
    );
    const found = new Map<string, Watermark[]>();
    for (const row of await this.rows.watermarks(tx, userId, keys)) {
      const own = found.get(row.conversationId) ?? [];
      own.push(presentWatermark(row));
      found.set(row.conversationId, own);
    }
    return found;
  }
}

type Part = Portion & { one: Changed };

const messageKey = ({ conversationId, seq }: Message): string => `${conversationId} ${seq}`;

const keyOf = (conversationId: string, { seq, userId }: Key): string => `${conversationId} ${seq ?? userId}`;

function presentWatermark(row: ParticipantRow): Watermark {
  return {
    userId: row.userId,
    lastReadSeq: row.lastReadSeq,
    lastDeliveredSeq: row.lastDeliveredSeq,
    readAt: row.readAt?.toISOString() ?? null,
    deliveredAt: row.deliveredAt?.toISOString() ?? null,
  };
}
