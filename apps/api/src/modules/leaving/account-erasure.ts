import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { newId } from '../../kernel/ids.js';
import { RepeatedWork } from '../../kernel/repeated-work.js';
import { EventReporter } from '../../platform/telemetry/event-reporter.js';
import { ConversationKeys } from '../encryption/index.js';
import { FileCleanupRepository } from '../files/index.js';
import { MessageErasure } from '../messages/index.js';
import { ErasureRepository, type Leaver, type LeftMessage } from './erasure.repository.js';
import { MembershipEnding } from './membership-ending.js';

/** Of the erasure; tests make them small. */
export const ERASURE = {
  lookMs: 2_000,
  /**
   * After somebody left: until then those who share a conversation with them have been told of the new name, and their sockets have
   * ended on every node, which takes half a minute while Redis is away. What one of them sent later would stay.
   */
  afterMs: 45_000,
  /** A node that works on it says so again with each step; one that was killed is followed by another after this time. */
  leaseMs: 30_000,
  conversations: 100,
  /** Messages and files of one step. */
  most: 50,
};

/** After each step, whether there is still somebody to go on for. */
type Steps = AsyncGenerator<void>;

/**
 * Takes away what people leave behind who have left for good: memberships of groups, messages or the files in them, what messages
 * were before edits, files, and traces of sessions. Each step is short, can be repeated, and finds what is still there, so it goes on
 * wherever it was cut off. One node at a time works on each of them.
 */
@Injectable()
export class AccountErasure implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly runId = newId();
  private readonly job = new RepeatedWork({
    everyMs: () => ERASURE.lookMs,
    run: async () => {
      if (this.repository.availability.isUp) await this.run();
    },
    onFault: (fault) => this.reporter.erasureFailed(fault),
  });

  constructor(
    private readonly repository: ErasureRepository,
    private readonly memberships: MembershipEnding,
    private readonly messages: MessageErasure,
    private readonly files: FileCleanupRepository,
    private readonly keys: ConversationKeys,
    private readonly reporter: EventReporter,
  ) {}

  onApplicationBootstrap(): void {
    this.job.start();
  }

  onApplicationShutdown(): void {
    this.job.stop();
  }

  /** Until there is nothing more to do, or other nodes do it. @throws where a step fails; it is tried again after `leaseMs`. */
  async run(): Promise<void> {
    while (!this.job.isStopped) {
      const leaver = await this.repository.claim(this.runId, ERASURE);
      if (!leaver) return;
      await this.erase(leaver);
    }
  }

  private async erase(leaver: Leaver): Promise<void> {
    const { userId } = leaver;
    for await (const _ of this.steps(leaver)) {
      if (this.job.isStopped || !(await this.repository.renew(userId, this.runId, ERASURE.leaseMs))) return;
    }
    await this.repository.finish(userId);
    this.reporter.accountErased(userId);
  }

  private async *steps(leaver: Leaver): Steps {
    for await (const conversationId of this.conversations(leaver, true)) {
      await this.memberships.end(leaver.userId, conversationId);
      yield;
    }
    for await (const conversationId of this.conversations(leaver, false)) {
      yield* this.inConversation(leaver, conversationId);
      await this.keys.destroyUnread(conversationId);
    }
    while ((await this.files.forgetOf(leaver.userId, ERASURE.most)) > 0) yield;
  }

  private async *conversations({ userId }: Leaver, isGroup: boolean): AsyncGenerator<string> {
    let after: string | null = null;
    for (;;) {
      const page = { after, most: ERASURE.conversations, isGroup };
      const ids: string[] = await this.repository.conversationsOf(userId, page);
      yield* ids;
      const last = ids.at(-1);
      if (last === undefined) return;
      after = last;
    }
  }

  private async *inConversation({ userId, keepsMessages }: Leaver, conversationId: string): Steps {
    const isToChange = ({ isDeleted, hasFiles }: LeftMessage) => hasFiles || !(isDeleted || keepsMessages);
    let after: string | null = null;
    for (;;) {
      const place = { conversationId, after, most: ERASURE.most };
      const page: LeftMessage[] = await this.repository.messagesOf(userId, place);
      const [all, seqs] = [seqsOf(page), seqsOf(page.filter(isToChange))];
      const what = keepsMessages ? 'files' : 'messages';
      if (seqs.length > 0) await this.messages.erase({ conversationId, senderId: userId, seqs, what });
      if (all.length > 0) await this.messages.forgetOriginals(conversationId, all);
      // Also where there was nothing: to look at thousands of conversations takes longer than a claim lasts.
      yield;
      const last = page.at(-1);
      if (!last || page.length < ERASURE.most) return;
      after = last.clientMessageId;
    }
  }
}

const seqsOf = (messages: readonly LeftMessage[]): number[] => messages.map(({ seq }) => seq);
