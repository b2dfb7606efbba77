import type { EventName } from '@parley/protocol';
import { SharedFrame } from './shared-frame.js';

/** What a connection is sent: a text of its own, or one that others are sent too. */
export type Frame = string | SharedFrame;

/** An event on its way to a connection. Of a broadcast there is one for all connections that are sent it. */
export class OutgoingEvent {
  private parsed: object | null = null;
  private readonly frames = new Map<object | string, readonly Frame[]>();

  constructor(
    readonly name: EventName,
    /** The payload's JSON. */
    readonly text: string,
    private readonly isShared: boolean,
  ) {}

  /** Of a packet that Socket.IO's encoder made of an event. */
  static of(packet: string, isShared: boolean): OutgoingEvent {
    // `2["name",payload]`: no name of an event has a sign that JSON escapes.
    const end = packet.indexOf('"', 3);
    const text = packet.slice(end + 2, -1);
    return new OutgoingEvent(packet.slice(3, end) as EventName, text === '' ? '{}' : text, isShared);
  }

  get payload(): object {
    this.parsed ??= JSON.parse(this.text) as object;
    return this.parsed;
  }

  /** The conversation that it is about; null where it is about people or about the connection. */
  get conversationId(): string | null {
    const { conversationId, conversation } = this.payload as { conversationId?: string; conversation?: { id: string } };
    return conversationId ?? conversation?.id ?? null;
  }

  /**
   * What `encode` makes of it, as what a connection is sent, made once for all connections that have the same `key`: an
   * object of their transport's own.
   */
  encodedFor(key: object | string, encode: (event: OutgoingEvent) => string): readonly Frame[] {
    const known = this.frames.get(key);
    if (known !== undefined) return known;
    const text = encode(this);
    const made = [this.isShared ? new SharedFrame(text) : text];
    this.frames.set(key, made);
    return made;
  }
}
