import { Injectable } from '@nestjs/common';
import type { Message } from '@parley/protocol';
import { Database } from '../../database/database.js';
import type { ChangeRow, MessageRow } from '../../database/rows.js';
import type { StreamEvent } from '../../realtime/hub/stream-events.js';
import {
  ConversationLog,
  type Decision,
  type LockedConversation,
  MessageTextRepository,
  type Unchanged,
} from '../conversation-log/index.js';
import { FilesRepository, withoutFiles } from '../files/index.js';
import { messageChangedEvent } from './message.events.js';
import type { MessageChange } from './message-changes.js';
import { MessageChangesRepository, type OwnMessages } from './message-changes.repository.js';
import { tombstone } from './message-deletion.js';
import { MessageViews } from './message-views.js';

/** One sender's messages of one conversation, and what of them is to go: they themselves, or their files. */
export interface Erasing extends OwnMessages {
  what: 'messages' | 'files';
}

/** A message as it becomes, and by which change. */
interface Erased {
  row: MessageRow;
  change: MessageChange;
}

/** Changes of many messages at once, when their sender has left for good: whether or not they are still a member. */
@Injectable()
export class MessageErasure {
  constructor(
    private readonly database: Database,
    private readonly log: ConversationLog,
    private readonly repository: MessageChangesRepository,
    private readonly texts: MessageTextRepository,
    private readonly files: FilesRepository,
    private readonly views: MessageViews,
  ) {}

  /**
   * Leaves tombstones, as deleting each of them would; or takes their files out of them, which leaves a tombstone of what is
   * nothing else. Each takes a version. One short transaction: the caller bounds how many. Those that are gone already stay so.
   */
  erase(wanted: Erasing): Promise<void> {
    return this.log.append(wanted.conversationId, (locked) => this.decide(locked, wanted));
  }

  /** What these messages were before edits goes; nobody needs to be told, as nobody is shown it unless they ask. */
  forgetOriginals(conversationId: string, seqs: readonly number[]): Promise<void> {
    return this.texts.forgetOriginals(this.database.db, conversationId, seqs);
  }

  private async decide(locked: LockedConversation, wanted: Erasing): Promise<Decision<void> | Unchanged<void>> {
    const { tx } = locked;
    const { conversationId, senderId, seqs } = wanted;
    const found = await this.repository.ownAt(tx, wanted);
    const at = await this.repository.now(tx);
    const erased = found.map((row, i) => applied(row, changeOf(row, wanted, at), locked.version + i));
    const gone = erased.filter(({ row }) => row.deletedAt).map(({ row }) => row.seq);
    await this.repository.removeCounted(
      tx,
      conversationId,
      found.filter(({ seq }) => gone.includes(seq)),
    );
    await this.files.removeLinks(tx, conversationId, seqs);
    const rows = erased.map(({ row }) => row);
    await this.texts.replaceAll(tx, conversationId, rows);
    const views = await this.views.forAll(tx, rows);
    const [first, ...others] = erased.map((each, i) => toldOf(each, senderId, views[i] as Message));
    if (!first) return { result: undefined, unchanged: true };
    return {
      result: undefined,
      change: first.record,
      more: others.map(({ record }) => record),
      events: [first.event, ...others.map(({ event }) => event)],
    };
  }
}

function toldOf({ row, change }: Erased, actorId: string, view: Message): { record: ChangeRow; event: StreamEvent } {
  const { conversationId, id: subjectId, version } = row;
  const record = { conversationId, version, kind: change.kind, actorId, subjectId, data: change.data };
  return { record, event: change.event(record, view) };
}

const applied = (row: MessageRow, change: MessageChange, version: number): Erased => ({
  row: { ...row, ...change.values, version },
  change,
});

function changeOf(row: MessageRow, { what, senderId }: Erasing, at: Date): MessageChange {
  const metadata = withoutFiles(row.metadata);
  const isNothingElse = row.content.trim() === '' && Object.keys(metadata).length === 0;
  if (what === 'messages' || isNothingElse) return tombstone(row, { at, by: senderId });
  return {
    values: { metadata },
    kind: 'message_edited',
    data: {},
    event: messageChangedEvent,
  };
}
