/**
 * By whose channel a topic goes: that of a conversation or a user, received where there are sockets for it, or by all
 * nodes.
 */
export type ChannelKind = 'conversation' | 'user' | 'nodes';

/**
 * One kind of message between nodes. It may get lost, come twice or late. Nodes of two builds run side by side: a node
 * ignores topics and formats that it does not know, and validates the rest like any input.
 */
export interface Topic<Payload> {
  /** Never given to another kind of message. */
  readonly name: string;
  /** One more whenever another build would misread the payload. */
  readonly format: number;
  readonly channel: ChannelKind;
  /** Null for what is no such payload. */
  decode(value: unknown): Payload | null;
  /** As JSON; for a payload that has to become smaller on the way. */
  encode?(payload: Payload): string;
}
