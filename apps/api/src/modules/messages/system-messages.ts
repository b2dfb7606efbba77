import { Injectable } from '@nestjs/common';
import type { Message, SystemMetadata } from '@parley/protocol';
import type { Db } from '../../database/database.js';
import { newId } from '../../kernel/ids.js';
import { MessageTextRepository } from '../conversation-log/index.js';
import { presentMessage } from './message.presenter.js';
import { payloadHash } from './payload-hash.js';

/** The place of a system message, taken under its conversation's lock. */
export interface SystemPlace {
  conversationId: string;
  actorId: string;
  seq: number;
  version: number;
  countable: number;
  at: Date;
}

@Injectable()
export class SystemMessages {
  constructor(private readonly texts: MessageTextRepository) {}

  /** Writes what happened into the history, in the transaction of the change itself. */
  async insert(tx: Db, place: SystemPlace, event: SystemMetadata): Promise<Message> {
    const metadata = { ...event };
    const row = await this.texts.insert(tx, {
      conversationId: place.conversationId,
      seq: place.seq,
      id: newId(),
      clientMessageId: newId(),
      senderId: place.actorId,
      senderType: 'system',
      type: 'system',
      content: '',
      metadata,
      payloadHash: payloadHash('', 'system', metadata, null),
      createdVersion: place.version,
      version: place.version,
      countable: place.countable,
      createdAt: place.at,
    });
    return presentMessage(row);
  }
}
