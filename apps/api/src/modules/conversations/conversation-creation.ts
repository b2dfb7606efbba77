import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { CreateConversationBody } from '@parley/protocol';
import type { Db } from '../../database/database.js';
import { WriterDatabase } from '../../database/database.module.js';
import type { ConversationRow } from '../../database/rows.js';
import { canonicalJson } from '../../kernel/canonical-json.js';
import { invalid, notFound, ParleyError } from '../../kernel/errors.js';
import { newId } from '../../kernel/ids.js';
import type { Principal } from '../../kernel/principal.js';
import { normalizedName } from '../../platform/names.js';
import { ConversationLog, type Decision, type Unchanged } from '../conversation-log/index.js';
import { conversationCreatedEvent } from './conversation.events.js';
import { ConversationsRepository, type NewConversation } from './conversations.repository.js';
import { MemberRefs } from './member-refs.js';

/** `created` is false where the conversation was there already: the same pair, or a repeat under the same id. */
interface Created {
  id: string;
  created: boolean;
}

@Injectable()
export class ConversationCreation {
  constructor(
    private readonly database: WriterDatabase,
    private readonly log: ConversationLog,
    private readonly repository: ConversationsRepository,
    private readonly refs: MemberRefs,
  ) {}

  async create(principal: Principal, body: CreateConversationBody): Promise<Created> {
    const memberIds = await this.refs.resolve(principal, body.memberIds);
    const wanted =
      body.type === 'direct' ? this.direct(principal, body, memberIds) : this.group(principal, body, memberIds);
    return this.log.begin((tx) => this.insert(tx, wanted));
  }

  /** The direct conversation of these two, if there is one. */
  async findDirect(principal: Principal, peerId: string): Promise<string | null> {
    const key = directKeyOf(principal.userId, peerId);
    return (await this.database.transaction((tx) => this.repository.findByDirectKey(tx, key)))?.id ?? null;
  }

  private direct(principal: Principal, body: CreateConversationBody, memberIds: readonly string[]): NewConversation {
    const [peer] = memberIds;
    if (body.name !== undefined) throw invalid('name', 'a direct conversation has none');
    if (peer === undefined || memberIds.length !== 1) throw invalid('memberIds', 'must name exactly one other person');
    if (peer === principal.userId) throw invalid('memberIds', 'must not be oneself');
    const directKey = directKeyOf(principal.userId, peer);
    const pair = [principal.userId, peer].sort();
    return { ...this.common(principal, body), type: 'direct', name: null, directKey, memberIds: pair };
  }

  private group(principal: Principal, body: CreateConversationBody, memberIds: readonly string[]): NewConversation {
    if (body.name === undefined) throw invalid('name', 'a group needs one');
    const everyone = [...new Set([principal.userId, ...memberIds])];
    return {
      ...this.common(principal, body),
      type: 'group',
      name: normalizedName(body.name),
      directKey: null,
      memberIds: everyone,
    };
  }

  private common(principal: Principal, body: CreateConversationBody) {
    const asked = [body.type, body.name ?? null, body.memberIds.map((ref) => canonicalJson(ref)).sort()];
    const creationHash = body.id === undefined ? null : createHash('sha256').update(canonicalJson(asked)).digest();
    return { id: body.id?.toLowerCase() ?? newId(), createdBy: principal.userId, creationHash };
  }

  private async insert(tx: Db, wanted: NewConversation): Promise<Decision<Created> | Unchanged<Created>> {
    const row = await this.repository.create(tx, wanted);
    if (!row) return { result: { id: (await this.existing(tx, wanted)).id, created: false }, unchanged: true };
    const versions = await this.repository.raiseMembershipVersions(tx, wanted.memberIds);
    const members = wanted.memberIds.map((userId) => ({
      userId,
      role: userId === wanted.createdBy ? ('owner' as const) : ('member' as const),
      userVersion: versions.get(userId) ?? 0,
    }));
    await this.repository.admit(tx, row, { version: row.version, at: row.createdAt, members });
    const { id: conversationId, version } = row;
    const userIds = [...wanted.memberIds];
    const change = {
      conversationId,
      version,
      kind: 'created',
      subjectId: null,
      actorId: wanted.createdBy,
      data: { userIds },
    };
    return { result: { id: row.id, created: true }, change, events: [conversationCreatedEvent(change)] };
  }

  /** What a creation collided with: the pair's conversation, or the same creation sent before. */
  private async existing(tx: Db, wanted: NewConversation): Promise<ConversationRow> {
    const named = wanted.creationHash && (await this.repository.find(tx, wanted.id));
    if (named) {
      const same =
        named.createdBy === wanted.createdBy && named.creationHash?.equals(wanted.creationHash ?? Buffer.alloc(0));
      if (!same) throw new ParleyError('idempotency_conflict');
      return named;
    }
    const direct = wanted.directKey === null ? null : await this.repository.findByDirectKey(tx, wanted.directKey);
    if (!direct) throw notFound();
    return direct;
  }
}

const directKeyOf = (one: string, other: string): string => [one, other].sort().join(':');
