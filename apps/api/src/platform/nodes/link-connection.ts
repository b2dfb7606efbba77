/** Called with what arrives on a channel that was subscribed to. */
export type OnMessage = (channel: string, payload: Buffer) => void;

/** One attempt at a connection by which nodes hear each other. After a failure it is of no use; the caller opens another. */
export interface LinkConnection {
  /** Resolves, with the reason, once this connection is over. Never rejects. */
  readonly ended: Promise<Error>;
  /** Resolves once the other side has it; rejects where the connection is lost before. */
  publish(channel: string, payload: string): Promise<void>;
  /** What is published after this has resolved arrives here too; on the socket of a machine, perhaps a moment later. */
  subscribe(channels: readonly string[]): Promise<void>;
  unsubscribe(channels: readonly string[]): Promise<void>;
  destroy(why: Error): void;
}

/** By what nodes hear each other. */
export interface LinkWay {
  /** As the health of a node names it. */
  readonly part: 'redis' | 'bus';
  open(onMessage: OnMessage): Promise<LinkConnection>;
}
