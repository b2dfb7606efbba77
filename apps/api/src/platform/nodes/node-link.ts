import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Reminder } from '../../kernel/reminder.js';
import type { Keys } from '../keys.js';
import type { EventReporter } from '../telemetry/event-reporter.js';
import { BusSeal } from './bus-seal.js';
import type { LinkConnection, LinkWay } from './link-connection.js';

const BEAT_MS = 500;
/**
 * Redis may have been killed or suspended, or the network may drop everything: the node's own messages stay away in all
 * three cases.
 */
const MOST_BEATS_AWAY = 4;
/** A link that breaks before it has heard so many breaks for the same reason as before. */
const STEADY_BEATS = 20;
const FLUSH_LOOK_MS = 10;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;
/** What the other side has not taken yet; anything beyond is left out. */
const MOST_UNSENT = { messages: 20_000, characters: 16 * 1024 * 1024 };

/** How often dropped messages are reported. */
const REPORT_DROPPED_MS = 60_000;
const BEAT = 'beat:';

/** Dependency injection token of the link; null where this is the only node. */
export const NODE_LINK = Symbol('node link');

/** Called with what another node of this deployment has published. */
export type ChannelListener = (payload: Buffer, nodeId: string) => void;

export interface LinkWatcher {
  /** This node receives what it publishes, and is subscribed to all its channels. */
  onUp(): void;
  /** What is published may be lost from now on, and may have been for two seconds. */
  onDown(): void;
}

/**
 * A node's link to the others, by Redis or by the socket of its machine, for whatever may get lost: publishing never
 * waits, fails or grows without bound. It connects in the background for as long as it takes, and trusts only its own
 * heartbeat.
 */
export class NodeLink {
  /** Names this node on the bus, eight characters. */
  readonly nodeId = randomBytes(4).toString('hex');
  private readonly listeners = new Map<string, ChannelListener>();
  private readonly watchers: LinkWatcher[] = [];
  private readonly closing = new AbortController();
  private connection: LinkConnection | null = null;
  /** Channels whose subscription changed in this turn. */
  private readonly changed = new Set<string>();
  private unsent = { messages: 0, characters: 0 };
  /**
   * Beats since the last one that came back. Counted, not timed: a clock may be set, and a suspended process receives
   * nothing.
   */
  private beatsAway = 0;
  /** On the present connection. */
  private beatsHeard = 0;
  /** When the oldest beat that is under way was sent. */
  private beatSentAt = 0;
  private roundTrip: number | null = null;
  private up = false;
  private opened = false;
  /** Null until it is known which deployment this node belongs to. */
  private seal: BusSeal | null = null;
  /** Messages on our channels that no node of this deployment has sent, since that was last reported. */
  private dropped = 0;
  private droppedReportedAt = Number.NEGATIVE_INFINITY;
  /** What keeps it away again and again, a wrong password for example, is not said at each attempt. */
  private readonly reminder = new Reminder();
  private isAwaySaid = true;

  constructor(
    private readonly way: LinkWay,
    private readonly keys: Keys,
    private readonly reporter: EventReporter,
  ) {}

  /** What the node is without while this is down. */
  get part(): LinkWay['part'] {
    return this.way.part;
  }

  /** Whether what is published may arrive. */
  get isConnected(): boolean {
    return this.connection !== null;
  }

  /** How many milliseconds the last beat that came back was under way; null before one did. */
  get roundTripMs(): number | null {
    return this.roundTrip;
  }

  /** How many messages Redis has not taken yet. */
  get unsentMessages(): number {
    return this.unsent.messages;
  }

  /** Begins to connect, as soon as it knows its deployment, and goes on for ever; returns at once. */
  open(): void {
    this.opened = true;
    if (this.seal) void this.run();
  }

  /**
   * Which deployment this node belongs to: by its database, since a copy of that is another one. Where it has become
   * another, this node is silent until it has subscribed to the channels of that.
   */
  belongTo(identity: string): void {
    const isFirst = this.seal === null;
    const seal = new BusSeal(this.keys, identity);
    if (this.seal?.prefix === seal.prefix) return;
    this.seal = seal;
    if (isFirst && this.opened) void this.run();
    this.connection?.destroy(new Error('The database has become another one.'));
  }

  close(): void {
    this.closing.abort();
    this.connection?.destroy(new Error('The node stops.'));
  }

  watch(watcher: LinkWatcher): void {
    this.watchers.push(watcher);
  }

  /** Best effort: what cannot be sent now is dropped. */
  publish(channel: string, payload: string): void {
    const { connection, seal, unsent } = this;
    if (!connection || !seal || unsent.messages >= MOST_UNSENT.messages) return;
    if (unsent.characters + payload.length > MOST_UNSENT.characters) return;
    unsent.messages += 1;
    unsent.characters += payload.length;
    const done = () => {
      unsent.messages -= 1;
      unsent.characters -= payload.length;
    };
    // A failure ends the connection, or means that one message was lost: both are noticed elsewhere.
    connection.publish(seal.prefix + channel, seal.close(this.nodeId, channel, payload)).then(done, done);
  }

  /** Resolves once the other side has taken, or lost, what was published. */
  async flushed(): Promise<void> {
    while (this.unsent.messages > 0) await sleep(FLUSH_LOOK_MS);
  }

  /** One listener a channel. Takes effect on every connection from now on. */
  subscribe(channel: string, listener: ChannelListener): void {
    this.listeners.set(channel, listener);
    this.change(channel);
  }

  unsubscribe(channel: string): void {
    this.listeners.delete(channel);
    this.change(channel);
  }

  private get channels(): string[] {
    return [BEAT + this.nodeId, ...this.listeners.keys()];
  }

  private async run(): Promise<void> {
    let pause = FIRST_PAUSE_MS;
    while (!this.closing.signal.aborted) {
      const wasUp = await this.connectOnce().catch((fault: unknown) => this.reportAway(fault));
      pause = wasUp ? FIRST_PAUSE_MS : Math.min(pause * 2, LONGEST_PAUSE_MS);
      await sleep(pause * (0.5 + Math.random()), null, { signal: this.closing.signal }).catch(() => null);
    }
  }

  /** Opens one connection and serves it until it ends; resolves with whether it was ever up. */
  private async connectOnce(): Promise<boolean> {
    const seal = this.seal as BusSeal;
    const connection = await this.way.open((channel, sealed) => this.receive(seal, channel, sealed));
    this.beatsAway = 0;
    this.beatsHeard = 0;
    const watch = setInterval(() => this.beat(connection), BEAT_MS);
    let wasUp = false;
    try {
      this.connection = connection;
      this.changed.clear();
      if (this.closing.signal.aborted) connection.destroy(new Error('The node stops.'));
      if (this.seal !== seal) connection.destroy(new Error('The database has become another one.'));
      await Promise.race([connection.subscribe(this.channels.map((each) => seal.prefix + each)), connection.ended]);
      this.beat(connection);
      const why = await connection.ended;
      wasUp = this.up;
      if (this.beatsHeard >= STEADY_BEATS) this.reminder.reset();
      this.reportAway(why);
    } finally {
      clearInterval(watch);
      connection.destroy(new Error('It has ended.'));
      this.connection = null;
      this.setUp(false);
    }
    return wasUp;
  }

  /** A beat before the subscription is confirmed does not come back, and so proves nothing. */
  private beat(connection: LinkConnection): void {
    if (this.beatsAway >= MOST_BEATS_AWAY) return connection.destroy(new Error('Redis is silent.'));
    if (this.beatsAway === 0) this.beatSentAt = performance.now();
    this.beatsAway += 1;
    this.publish(BEAT + this.nodeId, '');
  }

  /** Thrown into the client, a listener's fault would end the connection. */
  private receive(seal: BusSeal, named: string, sealed: Buffer): void {
    const channel = named.slice(seal.prefix.length);
    const isBeat = channel.startsWith(BEAT);
    const sender = seal.senderOf(sealed);
    // Of its own messages a node needs the beat alone.
    if (!isBeat && sender === this.nodeId) return;
    const payload = seal.open(channel, sealed);
    if (!payload) return this.drop(channel);
    if (isBeat) return this.beatReturned();
    try {
      this.listeners.get(channel)?.(payload, sender);
    } catch (fault) {
      this.reporter.busListenerFailed(fault);
    }
  }

  private drop(channel: string): void {
    this.dropped += 1;
    const now = performance.now();
    if (now - this.droppedReportedAt < REPORT_DROPPED_MS) return;
    this.reporter.busMessagesDropped(this.dropped, channel.slice(0, 100));
    this.dropped = 0;
    this.droppedReportedAt = now;
  }

  private beatReturned(): void {
    if (this.beatsAway > 0) this.roundTrip = Math.round((performance.now() - this.beatSentAt) * 10) / 10;
    this.beatsAway = 0;
    this.beatsHeard += 1;
    this.setUp(true);
  }

  private setUp(isUp: boolean): void {
    if (this.up === isUp) return;
    this.up = isUp;
    if (isUp && this.isAwaySaid) {
      this.isAwaySaid = false;
      this.reporter.linkUp(this.part);
    }
    for (const watcher of this.watchers) {
      if (isUp) watcher.onUp();
      else watcher.onDown();
    }
  }

  private reportAway(fault: unknown): false {
    const reason = (fault as Error | undefined)?.message ?? String(fault);
    if (this.closing.signal.aborted || !this.reminder.isDue(reason)) return false;
    this.isAwaySaid = true;
    this.reporter.linkAway(this.part, reason);
    return false;
  }

  /** What changes within a turn goes out in one command; a channel left and joined again costs nothing. */
  private change(channel: string): void {
    if (this.changed.size === 0) setImmediate(() => this.applyChanges());
    this.changed.add(channel);
  }

  private applyChanges(): void {
    const changed = [...this.changed];
    this.changed.clear();
    const { connection, seal } = this;
    if (!connection || !seal || changed.length === 0) return;
    const failed = (fault: Error) => connection.destroy(fault);
    const wanted = Object.groupBy(changed, (channel) => (this.listeners.has(channel) ? 'on' : 'off'));
    const named = (channels: string[]) => channels.map((channel) => seal.prefix + channel);
    if (wanted.on) connection.subscribe(named(wanted.on)).catch(failed);
    if (wanted.off) connection.unsubscribe(named(wanted.off)).catch(failed);
  }
}
