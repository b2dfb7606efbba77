import type {
  CommandName,
  Commands,
  EditCommand,
  EditMessageBody,
  Message,
  ReactionCommand,
  ReactionCount,
  ReactionResult,
} from '@parley/protocol';
import { raiseDefect } from '../call-safely.js';
import type { OwnChange, PendingEdit } from '../model/own-changes.js';
import { SdkError } from '../sdk-error.js';

export interface MessageChangesOptions {
  ask: <Name extends CommandName>(name: Name, payload: Commands[Name]['payload']) => Promise<Commands[Name]['result']>;
  /** What of my changes to the message is to be shown. */
  own: (messageId: string) => OwnChange;
  setOwn: (messageId: string, change: Partial<OwnChange>) => void;
  onEdited: (message: Message) => void;
  onReacted: (messageId: string, result: ReactionResult) => void;
}

/** A reaction of mine that is on its way. */
interface PendingReaction {
  isWanted: boolean;
  readonly done: Promise<ReactionCount[]>;
}

/**
 * Changes to messages, shown before the server has taken them. One that it does not take is shown no more, and the
 * reason is kept beside the message.
 */
export class MessageChanges {
  /** The latest edit under way, by message. */
  readonly #edits = new Map<string, Promise<Message>>();
  readonly #pendingReactions = new Map<string, PendingReaction>();

  constructor(private readonly options: MessageChangesOptions) {}

  /** An edit made while another one is on its way is one of the text that this one leaves. Rejects with `SdkError`. */
  edit(messageId: string, change: EditMessageBody): Promise<Message> {
    const pending: PendingEdit = { content: change.content, failure: null };
    this.options.setOwn(messageId, { edit: pending });
    const edit = this.#askNext({ messageId, ...change }).then(
      (message) => {
        this.#endEdit(messageId, pending, null);
        return message;
      },
      (fault: unknown) => {
        raiseDefect(fault);
        this.#endEdit(messageId, pending, { ...pending, failure: SdkError.of(fault) });
        throw fault;
      },
    );
    this.#edits.set(messageId, edit);
    const forget = () => {
      if (this.#edits.get(messageId) === edit) this.#edits.delete(messageId);
    };
    edit.then(forget, forget);
    return edit;
  }

  /** Forgets a refused edit. */
  discardEdit(messageId: string): void {
    if (this.options.own(messageId).edit?.failure) this.options.setOwn(messageId, { edit: null });
  }

  /**
   * Adds or takes back a reaction. The last call counts: one command follows the other until the server has it.
   * Rejects with `SdkError`.
   */
  react(messageId: string, emoji: string, isWanted: boolean): Promise<ReactionCount[]> {
    const { own, setOwn } = this.options;
    setOwn(messageId, { reactions: { ...own(messageId).reactions, [emoji]: isWanted }, reactionFailure: null });
    const key = reactionKey(messageId, emoji);
    const underWay = this.#pendingReactions.get(key);
    if (underWay) {
      underWay.isWanted = isWanted;
      return underWay.done;
    }
    const done = this.#sendReaction({ messageId, emoji }, isWanted);
    this.#pendingReactions.set(key, { isWanted, done });
    return done;
  }

  dismissReaction(messageId: string): void {
    this.options.setOwn(messageId, { reactionFailure: null });
  }

  #askNext(command: EditCommand): Promise<Message> {
    const before = this.#edits.get(command.messageId);
    if (!before) return this.#ask(command);
    const next = ({ version }: Message) => this.#ask(command.ifVersion ? { ...command, ifVersion: version } : command);
    return before.then(next, () => this.#ask(command));
  }

  async #ask(command: EditCommand): Promise<Message> {
    const { message } = await this.options.ask('message:edit', command);
    this.options.onEdited(message);
    return message;
  }

  /** Unless a later edit is shown already. */
  #endEdit(messageId: string, pending: PendingEdit, edit: PendingEdit | null): void {
    if (this.options.own(messageId).edit === pending) this.options.setOwn(messageId, { edit });
  }

  async #sendReaction(command: ReactionCommand, first: boolean): Promise<ReactionCount[]> {
    const { messageId, emoji } = command;
    const key = reactionKey(messageId, emoji);
    let reactionFailure: SdkError | null = null;
    try {
      for (let isWanted = first; ; ) {
        const result = await this.options.ask(isWanted ? 'reaction:add' : 'reaction:remove', command);
        this.options.onReacted(messageId, result);
        const latest = this.#pendingReactions.get(key)?.isWanted;
        if (latest === undefined || latest === isWanted) return result.reactions;
        isWanted = latest;
      }
    } catch (fault) {
      raiseDefect(fault);
      reactionFailure = SdkError.of(fault);
      throw fault;
    } finally {
      this.#pendingReactions.delete(key);
      const { [emoji]: _, ...reactions } = this.options.own(messageId).reactions;
      this.options.setOwn(messageId, reactionFailure ? { reactions, reactionFailure } : { reactions });
    }
  }
}

const reactionKey = (messageId: string, emoji: string): string => `${messageId} ${emoji}`;
