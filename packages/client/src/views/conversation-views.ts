import type { ConversationDetail } from '@parley/protocol';
import type { Model } from '../model/model.js';
import type { ConversationView } from '../model/snapshots.js';
import type { Subscribable } from '../subscribable.js';
import { Watched } from './watched.js';

/** Shows single conversations, and asks for the members of those that are looked at. */
export class ConversationViews {
  private readonly watched = new Watched((id) => this.fill(id));

  constructor(
    private readonly model: Model,
    private readonly fetchDetail: (conversationId: string) => Promise<ConversationDetail>,
    private readonly isConnected: () => boolean,
  ) {}

  view(conversationId: string): Subscribable<ConversationView | null> {
    return this.watched.watch(conversationId, this.model.conversation(conversationId));
  }

  /** The first 100 members, once; they are kept live from then on. Rejects with `SdkError`. */
  async openMembers(conversationId: string): Promise<void> {
    const ticket = this.model.beginMembers(conversationId);
    if (!ticket) return;
    try {
      this.model.endMembers(ticket, await this.fetchDetail(conversationId));
    } catch (fault) {
      this.model.failMembers(ticket);
      throw fault;
    }
  }

  fillAll(): void {
    for (const id of this.watched.ids()) this.fill(id);
  }

  /** As `openMembers`, as long as there is a connection. */
  fill(conversationId: string): void {
    // What fails now is asked for again with the next connection, or when the view is opened anew.
    if (this.isConnected()) this.openMembers(conversationId).catch(() => undefined);
  }
}
