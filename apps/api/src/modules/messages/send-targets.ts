import type { SendToBody } from '@parley/protocol';
import type { Sender } from '../../realtime/commands/send-charge.js';

/** Finds the conversation that a message is for; conversations provide it, since they are made of more than messages. */
export abstract class SendTargets {
  /**
   * Its id. The direct conversation with a `receiverId` is made where there is none, if that person may be written to and
   * the message could be sent at all.
   * @throws `validation_failed` unless exactly one of `receiverId` and `conversationId` is given.
   */
  abstract of(sender: Sender, body: SendToBody): Promise<string>;
}
