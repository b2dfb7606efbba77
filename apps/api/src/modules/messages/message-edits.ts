import { Inject, Injectable } from '@nestjs/common';
import { type EditMessageBody, isInEditWindow } from '@parley/protocol';
import { CONFIG, type Config } from '../../config/config.js';
import { canonicalJson } from '../../kernel/canonical-json.js';
import { conflict, ParleyError } from '../../kernel/errors.js';
import type { Principal } from '../../kernel/principal.js';
import { MessageAttachments, MessageTextRepository, silenced } from '../conversation-log/index.js';
import { FilesRepository } from '../files/index.js';
import { messageChangedEvent } from './message.events.js';
import {
  type Changed,
  type HeldMessage,
  type MessageChange,
  MessageChanges,
  requireChangeable,
} from './message-changes.js';
import { MessageChangesRepository } from './message-changes.repository.js';
import {
  checkContentSize,
  checkFiles,
  fileRefusal,
  type PreparedEdit,
  prepareEdit,
  requireText,
} from './message-preparation.js';
import { requireSchema } from './message-type.js';

@Injectable()
export class MessageEdits {
  constructor(
    private readonly changes: MessageChanges,
    private readonly repository: MessageChangesRepository,
    private readonly texts: MessageTextRepository,
    private readonly attachments: MessageAttachments,
    private readonly files: FilesRepository,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Replaces the text of one's own message, and its metadata if given; what it was goes into the edit history. The same
   * text and metadata change nothing.
   * @throws `forbidden` for others' messages, system ones, and after the window; `conflict` for deleted ones, and for
   *   those edited since the version that the edit was made from.
   */
  edit(principal: Principal, messageId: string, body: EditMessageBody): Promise<Changed> {
    const wanted = prepareEdit(body);
    checkContentSize(body.content, this.config.contentBytes);
    checkFiles(wanted.fileIds, this.config.files);
    return this.changes.run(principal, messageId, (held) => this.decide(held, wanted));
  }

  private async decide(held: HeldMessage, sent: PreparedEdit): Promise<MessageChange | null> {
    const { tx, message, version, userId } = held;
    requireChangeable('edit', held);
    if (message.deletedAt) throw conflict('message', 'deleted');
    requireText(message.type, sent.content);
    const wanted = await this.withFiles(held, sent);
    if (isSame(message, wanted)) return null;
    const metadata = wanted.metadata ?? message.metadata;
    requireSchema({ type: message.type, metadata }, this.config.dataSchemas);
    requireNotSilenced(held);
    this.requireOpenWindow(held);
    await this.requireUnchanged(held, wanted.ifVersion);
    const mentions = await this.repository.membersNamed(tx, message.conversationId, wanted.names);
    const added = mentions.filter((each) => !message.mentions.includes(each));
    const removed = message.mentions.filter((each) => !mentions.includes(each));
    await this.repository.moveMentions(tx, message, { added, removed });
    if (wanted.metadata) await this.files.replaceLinks(tx, message, wanted.fileIds);
    await this.texts.keepOriginal(tx, message, { version, editedBy: userId, editedAt: held.at });
    return {
      values: { content: wanted.content, metadata, mentions, editedAt: held.at },
      kind: 'message_edited',
      data: { mentionsAdded: added, mentionsRemoved: removed },
      event: messageChangedEvent,
    };
  }

  /** The edit with what its metadata says of its files. */
  private async withFiles({ tx, userId }: HeldMessage, sent: PreparedEdit): Promise<PreparedEdit> {
    const { metadata, fileIds } = sent;
    if (!metadata || fileIds.length === 0) return sent;
    const filled = await this.attachments.fill(tx, { senderId: userId, metadata, fileIds });
    if ('refusal' in filled) throw fileRefusal(filled.refusal);
    return { ...sent, metadata: filled.metadata };
  }

  private requireOpenWindow({ at, message }: HeldMessage): void {
    if (isInEditWindow(at.getTime() - message.createdAt.getTime(), this.config.editWindowMinutes * 60_000)) return;
    throw new ParleyError('forbidden', { message: 'It is too late to edit this message.' });
  }

  /** Under the lock. Reactions move the version too, but overwriting them is not what an edit does. */
  private async requireUnchanged({ tx, message }: HeldMessage, ifVersion?: number): Promise<void> {
    if (ifVersion === undefined || ifVersion === message.version) return;
    if (ifVersion < message.version && !(await this.texts.isEditedAfter(tx, message, ifVersion))) return;
    throw conflict('ifVersion', 'changed');
  }
}

/** An edit says something new, as a message does. */
function requireNotSilenced({ silencedUntil, at }: HeldMessage): void {
  const ms = (silencedUntil?.getTime() ?? 0) - at.getTime();
  if (ms > 0) throw silenced(ms);
}

function isSame(message: HeldMessage['message'], { content, metadata }: PreparedEdit): boolean {
  if (content !== message.content) return false;
  return metadata === undefined || canonicalJson(metadata) === canonicalJson(message.metadata);
}
