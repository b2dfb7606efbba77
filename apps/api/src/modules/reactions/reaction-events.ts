import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Message, ReactionUpdatedEvent } from '@parley/protocol';
import type { ChangeRecord } from '../../database/rows.js';
import { ChangeEvents } from '../../realtime/hub/change-events.js';
import type { StreamEvent } from '../../realtime/hub/stream-events.js';
import { MessageStream } from '../messages/index.js';

/** The kind of change that a reaction is. */
export const REACTION_CHANGE = 'reaction_updated';

/** @param message as everyone may see it; where it is read later, its reactions may be newer than the change. */
export function reactionEvent(
  message: Message,
  change: Pick<ReactionUpdatedEvent, 'version' | 'userId' | 'emoji' | 'action'>,
): StreamEvent {
  const { conversationId, id: messageId, seq, reactions } = message;
  return {
    version: change.version,
    name: 'reaction:updated',
    payload: { conversationId, actorId: change.userId, messageId, seq, reactions, ...change },
  };
}

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
    const told = ({ actorId, data, version }: ChangeRecord) => ({
      version,
      userId: actorId,
      emoji: data.emoji ?? '',
      action: data.action ?? ('added' as const),
    });
    return (await this.messages.subjects(changes)).map(
      (subject) => subject && reactionEvent(subject.message, told(subject.change)),
    );
  }
}
