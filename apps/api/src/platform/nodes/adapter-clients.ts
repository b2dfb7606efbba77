import type { NodeLink } from './node-link.js';

type Listener = (payload: Buffer, channel: Buffer) => void;

/**
 * The link in the shape of the clients that Socket.IO's Redis adapter expects. With the real client the adapter would
 * leave rejections unhandled whenever Redis goes away, and miss channels that it subscribed to meanwhile.
 */
export class AdapterClients {
  constructor(private readonly link: NodeLink) {}

  readonly sSubscribe = (channel: string, listener: Listener): void =>
    this.link.subscribe(channel, (payload) => listener(payload, Buffer.from(channel)));

  readonly sUnsubscribe = (channels: string | readonly string[]): void => {
    for (const channel of [channels].flat()) this.link.unsubscribe(channel);
  };

  readonly sPublish = async (channel: string, payload: string | Buffer): Promise<number> => {
    // Parley sends only JSON through the adapter, no binary data.
    this.link.publish(channel, payload.toString());
    return 0;
  };
}
