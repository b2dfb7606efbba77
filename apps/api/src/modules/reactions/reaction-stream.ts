import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { ChangeRecord } from '../../database/rows.js';
import { ChangeEvents } from '../../realtime/hub/change-events.js';
import type { StreamEvent } from '../../realtime/hub/stream-events.js';
import { MessageStream } from '../messages/index.js';
import { REACTION_CHANGE, reactionEvent } from './reaction.events.js';

/** The events of stored reactions, for a stream that missed them. */
@Injectable()
export class ReactionStream implements OnModuleInit {
  constructor(
    private readonly registry: ChangeEvents,
    private readonly messages: MessageStream,
  ) {}

  onModuleInit(): void {
    this.registry.register([REACTION_CHANGE], (changes) => this.events(changes));
  }

  private async events(changes: readonly ChangeRecord[]): Promise<(StreamEvent | null)[]> {
    const subjects = await this.messages.subjects(changes);
    return subjects.map((subject) => subject && reactionEvent(subject.change, subject.message));
  }
}
