import type {
  Announced,
  AnnouncedFeatures,
  AnnouncedLimits,
  EditMessageBody,
  EventName,
  Events,
  Me,
  Message,
  Page,
  ReactionCount,
  SearchQuery,
  UpdateMeBody,
  UserDetail,
  UserPresence,
  UserView,
} from '@parley/protocol';
import { MessageChanges } from './changes/message-changes.js';
import { newClientId } from './client-ids.js';
import type { ClientOptions } from './client-options.js';
import { Connection } from './connection/connection.js';
import { type ConnectionSnapshot, partOf } from './connection/connection-snapshot.js';
import { listenToPage } from './connection/page-signals.js';
import { Tokens } from './connection/tokens.js';
import { noConnection } from './connection/wire.js';
import { FileRequests } from './files/file-requests.js';
import type { Upload } from './files/upload.js';
import { hasConversations, hasMembers } from './http/expectations.js';
import { Http, type HttpMethod } from './http/http.js';
import { Incoming } from './incoming.js';
import { Listeners } from './listeners.js';
import { Marks } from './marks/marks.js';
import { Model } from './model/model.js';
import type { ConversationsSnapshot, ConversationView, MessageList, UnreadSnapshot } from './model/snapshots.js';
import { memoryStorage } from './outbox/memory-storage.js';
import { Outbox } from './outbox/outbox.js';
import type { OutboxEntry } from './outbox/outbox-entry.js';
import type { Outgoing } from './outbox/outgoing.js';
import type { SendingSnapshot } from './outbox/sending-snapshot.js';
import { UnknownPeople } from './people/unknown-people.js';
import { PresenceWatch } from './presence/presence-watch.js';
import { retryLimited } from './retry-limited.js';
import { SdkError } from './sdk-error.js';
import { MessageSearch, type SearchList } from './search/message-search.js';
import type { Subscribable } from './subscribable.js';
import { Syncer } from './sync/syncer.js';
import { Typing, type TypingView } from './typing/typing.js';
import { Windows } from './views/windows.js';

/**
 * One user's client: one socket, one outbox, one store. State is shown by `Subscribable`s; calls are methods, whose
 * promises reject with `SdkError`.
 */
export class ParleyClient extends FileRequests {
  readonly connection: Subscribable<ConnectionSnapshot>;
  readonly conversations: Subscribable<ConversationsSnapshot>;
  /** Every user that an event or an answer has named, by id. */
  readonly people: Subscribable<ReadonlyMap<string, UserView>>;
  readonly #presence = new PresenceWatch((name, payload) => this.#link.ask(name, payload));
  /** Who is online, as received last, by id; nobody is in it with whom no conversation is shared. */
  readonly presence: Subscribable<ReadonlyMap<string, UserPresence>> = this.#presence.known;
  readonly unread: Subscribable<UnreadSnapshot>;
  /** How many messages are on their way. */
  readonly sending: Subscribable<SendingSnapshot>;
  /** What the server allows, as it announced last; kept while offline, null before it has. */
  readonly limits: Subscribable<AnnouncedLimits | null>;
  /** What the deployment has, likewise; null with servers that do not announce it. */
  readonly features: Subscribable<AnnouncedFeatures | null>;

  /** The upload of a file of a message that waits; null once that is sent or discarded. */
  readonly attachment = (clientUploadId: string): Upload | null => this.#outbox.attachments.get(clientUploadId);

  readonly #link: Connection;
  readonly #model: Model;
  readonly #syncer: Syncer;
  readonly #outbox: Outbox;
  readonly #marks: Marks;
  readonly #typing = this.#newTyping();
  readonly #incoming: Incoming;
  readonly #windows: Windows;
  readonly #changes: MessageChanges;
  readonly #unknown: UnknownPeople;
  readonly #listeners = new Map<EventName, Listeners<[never]>>();
  #stopListeningToPage: (() => void) | null = null;

  constructor(options: ClientOptions) {
    const { url, openSocket, onAdvance } = options;
    const tokens = new Tokens(options.getToken);
    super(new Http({ url, tokens, fetch: options.fetch }));
    this.#model = new Model({
      onAdvance,
      onLook: (topic) => this.#windows.fill(topic),
      onLookedAway: (topic) => this.#windows.forget(topic),
    });
    this.#link = new Connection({
      url,
      tokens,
      openSocket,
      onEvent: (name, payload) => this.#onEvent(name, payload),
      catchUp: (announced) => this.#catchUp(announced),
      onOnline: () => this.#resume(),
      onLost: () => this.#pause(),
      onRest: () => this.#outbox.forget(),
    });
    this.#syncer = this.#newSyncer();
    this.#outbox = new Outbox({
      storage: options.storage ?? memoryStorage(),
      onStorageFault: options.onStorageFault ?? (() => undefined),
      limits: () => this.limits.getSnapshot(),
      command: this.files.command,
      send: (command) => this.#link.ask('message:send', command),
      onAcked: ({ message }) => message && this.#model.applyOwnMessage(message),
      onChange: (conversationId, entries) => this.#model.setPending(conversationId, entries),
    });
    this.#marks = new Marks({
      ask: (name, payload) => this.#link.ask(name, payload),
      onMarked: (conversationId, result) => this.#model.applyMark(conversationId, result),
    });
    this.#incoming = new Incoming(this.#outbox, this.#marks);
    this.#windows = new Windows({
      model: this.#model,
      openPage: (command) => retryLimited(() => this.#link.ask('conversation:open', command)),
      fetchDetail: (id) => this.http.request('GET', `conversations/${id}`, undefined, { isExpected: hasMembers }),
      isConnected: () => this.#link.isReady,
    });
    this.#changes = new MessageChanges({
      ask: (name, payload) => retryLimited(() => this.#link.ask(name, payload)),
      own: (messageId) => this.#model.ownChange(messageId),
      setOwn: (messageId, change) => this.#model.setOwnChange(messageId, change),
      onEdited: (message) => this.#model.applyOwnMessage(message),
      onReacted: (messageId, result) => this.#model.applyOwnReactions(messageId, result),
    });
    this.#unknown = new UnknownPeople({
      isKnown: (id) => this.#model.knows(id),
      fetch: (ids) => this.request('GET', `users?ids=${ids.join(',')}`),
      onFetched: (users) => this.#model.meetDetails(users),
    });
    this.connection = this.#link.snapshot;
    this.conversations = this.#model.conversations;
    this.people = this.#model.people;
    this.unread = this.#model.unread;
    this.sending = this.#outbox.sending;
    this.limits = partOf(this.connection, 'limits');
    this.features = partOf(this.connection, 'features');
  }

  /** Connects, and keeps connected until `stop`. May be called again at any time. */
  start(): void {
    this.#stopListeningToPage ??= listenToPage({
      onWake: () => this.#link.fire('wake'),
      onHide: () => void this.#marks.flush(),
      onFreeze: () => this.#link.fire('frozen'),
      onIdle: (isIdle) => this.#presence.setIdle(isIdle),
    });
    void this.#outbox.load();
    this.#link.fire('start');
  }

  /**
   * Closes the connection at once. What waits to be sent stays, and is sent after the next `start`.
   * Resolves when all of it is written down.
   */
  stop(): Promise<void> {
    this.#unknown.clear();
    // Their frames leave before the socket's end; their answers are not waited for.
    void this.#marks.flush();
    this.#link.fire('stop');
    this.files.halt();
    // After the socket, which need not send that the user is no longer idle.
    this.#stopListeningToPage?.();
    this.#stopListeningToPage = null;
    return this.#outbox.settled();
  }

  /** Tries to connect at once instead of waiting for the next attempt; also after `unauthorized`. */
  retryNow(): void {
    this.#link.fire('retryNow');
  }

  /**
   * The server's time in milliseconds, counted on from its own clock, whatever the device's clock shows. Before the
   * first connection it is the device's.
   */
  serverNow(): number {
    return this.#link.clock.now();
  }

  /** Null while we are not in it, or do not know of it. While it is subscribed to, its members are kept as well. */
  conversation(id: string): Subscribable<ConversationView | null> {
    return this.#model.conversation(id);
  }

  /** While it is subscribed to, there is a window of messages to show: at first the newest. */
  messages(conversationId: string): MessageList {
    return this.#windows.list(conversationId);
  }

  /** Who is typing there; its `notify` and `stop` announce one's own typing. */
  typing(conversationId: string): TypingView {
    return this.#typing.view(conversationId);
  }

  /** Loads the first 100 members, unless they are loaded already. */
  openMembers(conversationId: string): Promise<void> {
    return this.#windows.openMembers(conversationId);
  }

  /**
   * Sends a message, now or as soon as there is a connection, and exactly once. Returns its `clientMessageId`: the `key`
   * under which it is shown from now on. @throws `TypeError` where `metadata` cannot be written as JSON.
   */
  send(conversationId: string, { attachments, ...message }: Outgoing): string {
    const clientMessageId = newClientId();
    this.#typing.stop(conversationId);
    this.#outbox.add({ ...message, clientMessageId, conversationId }, attachments);
    return clientMessageId;
  }

  /** Sends a message that was refused again, under the same id. */
  resend(clientMessageId: string): void {
    this.#outbox.resend(clientMessageId);
  }

  /** Drops a message that was refused or still waits; nothing happens to one that is on its way. */
  discard(clientMessageId: string): void {
    this.#outbox.discard(clientMessageId);
  }

  /** All messages that wait or were refused, also those to conversations that this person has left. */
  unsent(): OutboxEntry[] {
    return this.#outbox.entries();
  }

  /**
   * The text is shown at once, and no more where it is refused; then it stays as the item's `own.edit`, with the reason,
   * until `discardEdit` or the next edit. With `ifVersion` only where the message is still of that version: else rejects
   * with `conflict`, and `details` has the path `ifVersion`. An edit made while one is on its way is of what that leaves.
   */
  edit(messageId: string, change: EditMessageBody): Promise<Message> {
    return this.#changes.edit(messageId, change);
  }

  /** Forgets an edit that was refused. */
  discardEdit(messageId: string): void {
    this.#changes.discardEdit(messageId);
  }

  async delete(messageId: string): Promise<Message> {
    const { message } = await retryLimited(() => this.#link.ask('message:delete', { messageId }));
    this.#model.applyOwnMessage(message);
    return message;
  }

  /** Shown at once, and no more where it is refused; the reason is the item's `own.reactionFailure` until the next one. */
  react(messageId: string, emoji: string): Promise<ReactionCount[]> {
    return this.#changes.react(messageId, emoji, true);
  }

  unreact(messageId: string, emoji: string): Promise<ReactionCount[]> {
    return this.#changes.react(messageId, emoji, false);
  }

  /** Forgets why a reaction was refused. */
  dismissReaction(messageId: string): void {
    this.#changes.dismissReaction(messageId);
  }

  /** The user has read the conversation up to `seq`. The farthest position within a second is sent. */
  markRead(conversationId: string, seq: number): void {
    this.#marks.read(conversationId, seq);
  }

  /** Sends the marks that wait for their second, up to a hundred. Resolves when those are answered, or cannot be. */
  flush(): Promise<void> {
    return this.#marks.flush();
  }

  async leave(conversationId: string): Promise<void> {
    const { userId } = this.#link.snapshot.getSnapshot();
    if (userId === null) throw noConnection();
    await this.removeMember(conversationId, userId);
  }

  /** People by a part of their name, best matches first. */
  async searchUsers(query: string): Promise<UserDetail[]> {
    const { items } = await this.request<Page<UserDetail>>('GET', `users?${new URLSearchParams({ query })}`);
    this.meet(items);
    return items;
  }

  /** The newest messages that match. Nothing is requested before there is a subscriber, or more is wanted. */
  search(query: SearchQuery): SearchList {
    return new MessageSearch(query, (path) => this.request('GET', path));
  }

  /** Adds to `people` users from another source than this client, such as the answer of a `request`. */
  meet(users: readonly UserView[]): void {
    this.#model.meet(users);
  }

  /** A request below `/api`, as in `request('GET', 'users/me')`. `people` has those whom the answer names in `users`. */
  async request<T>(method: HttpMethod, path: string, body?: unknown): Promise<T> {
    const answer = await this.http.request<T>(method, path, body);
    const { users } = (answer ?? {}) as { users?: readonly UserView[] };
    if (users) this.meet(users);
    return answer;
  }

  /** Whom to show as online or not: the server sends events of the latest 500 of all watchers. Returns the unsubscribe function. */
  watchPresence(userIds: readonly string[]): () => void {
    return this.#presence.watch(userIds);
  }

  /** What others see of this person; `isHidden`: they see no presence. */
  updateMe(changes: UpdateMeBody): Promise<Me> {
    return this.request('PATCH', 'users/me', changes);
  }

  /** Subscribes to an event of the protocol, which is emitted after the store has applied it. Returns the unsubscribe function. */
  on<Name extends EventName>(name: Name, listener: (payload: Events[Name]) => void): () => void {
    const listeners = this.#listeners.get(name) ?? new Listeners();
    this.#listeners.set(name, listeners);
    return listeners.add(listener);
  }

  #newTyping(): Typing {
    return new Typing({
      ask: (name, payload) => this.#link.ask(name, payload),
      memberCount: (id) => this.#model.conversation(id).getSnapshot()?.memberCount ?? 0,
      userId: () => this.#incoming.userId,
    });
  }

  #newSyncer(): Syncer {
    return new Syncer({
      model: this.#model,
      ask: (question, ms) => this.#link.ask('sync', question, ms),
      fetch: (question, onBytes) =>
        this.http.request('POST', 'sync', question, { isExpected: hasConversations, onBytes }),
      probe: () => this.request('GET', 'users/me'),
      onTaken: (answer) => {
        this.#incoming.sync(answer);
        this.#windows.fillAll();
      },
      onFault: (fault) => this.#link.fail(fault),
      onBehind: () => this.#link.fallBehind(),
      onClogged: () => this.#link.fire('clogged'),
    });
  }

  #onEvent<Name extends EventName>(name: Name, payload: Events[Name]): void {
    this.#model.applyEvent(name, payload);
    this.#incoming.event(name, payload);
    this.#typing.event(name, payload);
    this.#presence.applyEvent(name, payload);
    this.blocks.applyEvent(name, payload);
    if (name === 'message:new') {
      const { message, actorId } = payload as Events['message:new'];
      this.#link.clock.atLeast(message.createdAt);
      this.#unknown.request(message.senderId, actorId);
    }
    if (name === 'typing:update') this.#unknown.request(...(payload as Events['typing:update']).userIds);
    if (name === 'conversation:created') this.#windows.fillAll();
    this.#listeners.get(name)?.notify(payload as never);
  }

  async #catchUp(announced: Announced): Promise<void> {
    const { userId } = announced;
    if (this.#incoming.userId !== userId) {
      this.#marks.clear();
      this.#unknown.clear();
      this.#presence.clear();
      this.blocks.clear();
    }
    // Of the profiles of people no sync tells.
    else this.#unknown.renew([...this.people.getSnapshot().keys()]);
    this.#incoming.userId = userId;
    this.#model.begin(announced);
    this.#presence.resume();
    if (!(await this.#syncer.start())) throw new SdkError('offline', 'The connection ended.');
  }

  #resume(): void {
    const { userId } = this.#incoming;
    if (userId !== null) this.#outbox.resume(userId, !this.connection.getSnapshot().isBehind);
    this.#marks.resume();
    this.#typing.resume();
    this.#windows.fillAll();
    void this.blocks.resume();
  }

  #pause(): void {
    this.#syncer.stop();
    this.#outbox.pause();
    this.#marks.pause();
    this.#typing.pause();
    this.#presence.pause();
    this.blocks.pause();
  }
}
