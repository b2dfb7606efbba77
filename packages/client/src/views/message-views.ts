import type { MessagePage, OpenCommand } from '@parley/protocol';
import type { PageWish } from '../model/message-pages.js';
import type { Model } from '../model/model.js';
import type { MessageList } from '../model/snapshots.js';
import { SdkError } from '../sdk-error.js';
import { Watched } from './watched.js';

/** Shows windows of conversations' messages, and asks for the pages that they lack. */
export class MessageViews {
  readonly #watched = new Watched((id) => this.#fill(id));
  readonly #loading = new Map<string, Promise<void>>();

  constructor(
    private readonly model: Model,
    private readonly open: (command: OpenCommand) => Promise<MessagePage>,
    private readonly isConnected: () => boolean,
  ) {}

  list(conversationId: string): MessageList {
    const watched = this.#watched.watch(conversationId, this.model.messages(conversationId));
    const load = (wish: PageWish) => this.#load(conversationId, wish);
    return {
      ...watched,
      loadOlder: () => load('older'),
      loadNewer: () => load('newer'),
      jumpTo: (place) => load({ around: place }),
      toLatest: () => load('latest'),
    };
  }

  /** The first page of every list that is looked at and has none: after a connection, and whenever one may have gone. */
  fillAll(): void {
    for (const id of this.#watched.ids()) this.#fill(id);
  }

  #fill(conversationId: string): void {
    const { isLoaded, loading } = this.model.messages(conversationId).getSnapshot();
    // A window that was asked for before anybody looked: the newest page would take its place.
    if (!this.isConnected() || isLoaded || loading !== null) return;
    void this.#load(conversationId, 'latest');
  }

  /** Never rejects: what went wrong is the list's `error`. */
  #load(conversationId: string, wish: PageWish): Promise<void> {
    const ticket = this.model.beginPage(conversationId, wish);
    if (!ticket) return this.#loading.get(conversationId) ?? Promise.resolve();
    const loading = this.open({ conversationId, ...ticket.request })
      .then(
        (page) => this.model.endPage(ticket, page),
        (fault: unknown) => this.model.failPage(ticket, asSdkError(fault)),
      )
      .finally(() => {
        if (this.#loading.get(conversationId) === loading) this.#loading.delete(conversationId);
      });
    this.#loading.set(conversationId, loading);
    return loading;
  }
}

function asSdkError(fault: unknown): SdkError {
  return fault instanceof SdkError ? fault : new SdkError('internal', String(fault));
}
