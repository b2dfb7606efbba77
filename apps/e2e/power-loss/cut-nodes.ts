import type { Message } from '@parley/protocol';
import { ParleyNode } from '@parley/testkit';
import { Flood, type FloodedConversation, openConversations, restOf, type Sending } from '../durability/flood.js';
import { type Cut, type CutDirectory, powerCut, requireCut } from './power-cut.js';

const CUT_WITHIN_MS = 120_000;

/** Whole nodes on one data directory, with people who send to them. */
export class CutNodes implements CutDirectory {
  private conversations: FloodedConversation[] = [];
  private readonly acked: Sending[] = [];

  constructor(private readonly directory: string) {}

  async cut(seed: number): Promise<Cut> {
    const { at, nodeArguments, env } = powerCut(seed);
    const node = await ParleyNode.launch({
      dataDirectory: this.directory,
      nodeArguments,
      env: { RATE_LIMITS: 'off', ...env },
    });
    const timer = setTimeout(() => void node.terminate(), CUT_WITHIN_MS);
    try {
      const wasOpen = await node.ready().then(
        () => true,
        () => false,
      );
      const before = this.acked.length;
      const lost = wasOpen ? await this.use(node) : [];
      requireCut(await node.exited, node.log());
      return { at, wasOpen, acked: this.acked.length - before, lost };
    } finally {
      clearTimeout(timer);
      await node.stop();
    }
  }

  async check(): Promise<string[]> {
    const node = await ParleyNode.start({ dataDirectory: this.directory, env: { RATE_LIMITS: 'off' } });
    try {
      return await this.missing(node.url);
    } finally {
      await node.stop();
    }
  }

  private async use(node: ParleyNode): Promise<string[]> {
    try {
      const lost = await this.missing(node.url);
      if (this.conversations.length === 0) this.conversations = await openConversations(node.url, 2, 2);
      const flood = await Flood.start(node.url, this.conversations);
      await node.exited;
      await flood.stop();
      this.acked.push(...flood.acked);
      return lost;
    } catch (fault) {
      // Whoever is cut off in the middle of a request has no answer to it.
      if ((await node.exited).signal !== 'SIGKILL') throw fault;
      return [];
    }
  }

  private async missing(url: string): Promise<string[]> {
    const found: string[] = [];
    for (const conversation of this.conversations) {
      const messages = await (await restOf(url, conversation)).messages(conversation.id);
      const gap = messages.findIndex(({ seq }, index) => seq !== index + 1);
      if (gap !== -1) found.push(`seq ${gap + 1} of ${conversation.id} is missing`);
      const stored = new Map(messages.map((message) => [message.clientMessageId, message]));
      for (const sending of this.acked.filter(({ conversationId }) => conversationId === conversation.id)) {
        if (!isKept(sending, stored.get(sending.clientMessageId)))
          found.push(`lost: ${JSON.stringify(sending.promise)}`);
      }
    }
    return found;
  }
}

const isKept = ({ promise, content }: Sending, message: Message | undefined) =>
  message?.id === promise?.messageId && message?.seq === promise?.seq && message?.content === content;
