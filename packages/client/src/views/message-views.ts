import { LIMITS, type MessagePage, type OpenCommand } from '@parley/protocol';
import type { PageWish } from '../model/message-pages.js';
import type { Model } from '../model/model.js';
import type { MessageList } from '../model/snapshots.js';
import { SdkError } from '../sdk-error.js';
import { Watched } from './watched.js';

/** Shows windows of conversations' messages, and asks for the pages that they lack. */
export class MessageViews {
  private readonly watched = new Watched(
    (id) => this.fill(id),
    (id) => this.wishes.delete(id),
  );
  /** Places asked for that could not be had yet. */
  private readonly wishes = new Map<string, PageWish>();
  private readonly loading = new Map<string, Promise<void>>();

  constructor(
    private readonly model: Model,
    private readonly open: (command: OpenCommand) => Promise<MessagePage>,
    private readonly isConnected: () => boolean,
    private readonly loadMembers: (conversationId: string) => void,
  ) {}

  list(conversationId: string): MessageList {
    const watched = this.watched.watch(conversationId, this.model.messages(conversationId));
    const load = (wish: PageWish) => this.load(conversationId, wish);
    return {
      ...watched,
      loadOlder: () => load('older'),
      loadNewer: () => load('newer'),
      jumpTo: (place) => load({ around: place }),
      toLatest: () => load('latest'),
    };
  }

  /** The place that a list still waits for, or the first page where it has none: after a connection, and whenever one may have gone. */
  fillAll(): void {
    for (const id of this.watched.ids()) this.fill(id);
  }

  private fill(conversationId: string): void {
    const { memberCount = 0 } = this.model.conversation(conversationId).getSnapshot() ?? {};
    // Everyone's marks make the status of a message.
    if (memberCount <= LIMITS.receiptsMembers) this.loadMembers(conversationId);
    const { isLoaded, loading } = this.model.messages(conversationId).getSnapshot();
    const wish = this.wishes.get(conversationId) ?? (isLoaded ? null : 'latest');
    // A window that was asked for before anybody looked: the newest page would take its place.
    if (this.isConnected() && loading === null && wish) void this.load(conversationId, wish);
  }

  /** Never rejects: what went wrong is the list's `error`. */
  private load(conversationId: string, wish: PageWish): Promise<void> {
    const { model, wishes } = this;
    const isPlace = typeof wish === 'object';
    const ticket = model.beginPage(conversationId, wish);
    if (isPlace || wish === 'latest') wishes.delete(conversationId);
    if (isPlace && !model.conversation(conversationId).getSnapshot()) wishes.set(conversationId, wish);
    if (!ticket) return this.loading.get(conversationId) ?? Promise.resolve();
    const loading = this.open({ conversationId, ...ticket.request })
      .then(
        (page) => model.endPage(ticket, page),
        (fault: unknown) => {
          const error = asSdkError(fault);
          model.failPage(ticket, error);
          const isAwaited = model.messages(conversationId).getSnapshot().error === error;
          const isLookedAt = this.watched.ids().includes(conversationId);
          if (isPlace && isAwaited && isLookedAt && error.retryable) wishes.set(conversationId, wish);
        },
      )
      .finally(() => {
        if (this.loading.get(conversationId) === loading) this.loading.delete(conversationId);
      });
    this.loading.set(conversationId, loading);
    return loading;
  }
}

function asSdkError(fault: unknown): SdkError {
  return fault instanceof SdkError ? fault : new SdkError('internal', String(fault));
}
