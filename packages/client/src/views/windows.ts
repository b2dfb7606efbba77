import { type ConversationDetail, isSmallConversation, type MessagePage, type OpenCommand } from '@parley/protocol';
import { raiseDefect } from '../call-safely.js';
import type { PageWish } from '../model/message-pages.js';
import type { Model } from '../model/model.js';
import type { Topic } from '../model/notifier.js';
import type { MessageList } from '../model/snapshots.js';
import { SdkError } from '../sdk-error.js';

export interface WindowsOptions {
  model: Model;
  openPage: (command: OpenCommand) => Promise<MessagePage>;
  fetchDetail: (conversationId: string) => Promise<ConversationDetail>;
  isConnected: () => boolean;
}

/** Fetches what subscribers watch and the store lacks: members of conversations, and pages of their messages. */
export class Windows {
  /** Places asked for that could not be had yet, by the topic of their list. */
  readonly #wishes = new Map<Topic, PageWish>();
  readonly #loading = new Map<string, Promise<void>>();

  constructor(private readonly options: WindowsOptions) {}

  list(conversationId: string): MessageList {
    const load = (wish: PageWish) => this.#load(conversationId, wish);
    return {
      ...this.options.model.messages(conversationId),
      loadOlder: () => load('older'),
      loadNewer: () => load('newer'),
      jumpTo: (place) => load({ around: place }),
      toLatest: () => load('latest'),
    };
  }

  /** The first 100 members, once; they are kept live from then on. Rejects with `SdkError`. */
  async openMembers(conversationId: string): Promise<void> {
    const ticket = this.options.model.beginMembers(conversationId);
    if (!ticket) return;
    try {
      ticket.end(await this.options.fetchDetail(conversationId));
    } catch (fault) {
      ticket.fail();
      throw fault;
    }
  }

  /** Whatever is looked at and lacks something, or waits for a place: after a connection, and whenever something may have gone. */
  fillAll(): void {
    for (const topic of this.options.model.looked()) this.fill(topic);
  }

  /** What fails now is asked for again with the next connection, or when the view is opened anew. */
  fill(topic: Topic): void {
    const { model, isConnected } = this.options;
    if (!isConnected()) return;
    const [kind, id = ''] = topic.split(' ');
    const { memberCount = 0 } = model.conversation(id).getSnapshot() ?? {};
    // Everyone's marks make the status of a message.
    const needsMembers = kind === 'item' || (kind === 'messages' && isSmallConversation(memberCount));
    if (needsMembers) this.openMembers(id).catch(raiseDefect);
    if (kind !== 'messages') return;
    const { isLoaded, loading } = model.messages(id).getSnapshot();
    const wish = this.#wishes.get(topic) ?? (isLoaded ? null : 'latest');
    // A window that was asked for before anybody looked: the newest page would take its place.
    if (loading === null && wish) void this.#load(id, wish);
  }

  /** The topic has no subscribers any more. */
  forget(topic: Topic): void {
    this.#wishes.delete(topic);
  }

  /** Never rejects: what went wrong is the list's `error`. */
  #load(conversationId: string, wish: PageWish): Promise<void> {
    const { model, openPage } = this.options;
    const topic: Topic = `messages ${conversationId}`;
    const isPlace = typeof wish === 'object';
    const ticket = model.beginPage(conversationId, wish);
    if (isPlace || wish === 'latest') this.#wishes.delete(topic);
    if (isPlace && !model.conversation(conversationId).getSnapshot()) this.#wishes.set(topic, wish);
    if (!ticket) return this.#loading.get(conversationId) ?? Promise.resolve();
    const loading = openPage({ conversationId, ...ticket.request })
      .then(ticket.end, (fault: unknown) => {
        raiseDefect(fault);
        const error = SdkError.of(fault);
        ticket.fail(error);
        const isAwaited = model.messages(conversationId).getSnapshot().error === error;
        if (isPlace && isAwaited && error.retryable && model.looked().includes(topic)) this.#wishes.set(topic, wish);
      })
      .finally(() => {
        if (this.#loading.get(conversationId) === loading) this.#loading.delete(conversationId);
      });
    this.#loading.set(conversationId, loading);
    return loading;
  }
}
