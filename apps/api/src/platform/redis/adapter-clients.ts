import type { RedisLink } from './redis-link.js';

type Heard = (payload: Buffer, channel: Buffer) => void;

/**
 * The link in the shape that Socket.IO's Redis adapter asks of a client. Handed the client itself, the adapter would
 * leave rejections unhandled whenever Redis goes away, and stay deaf on channels it asked for meanwhile.
 */
export class AdapterClients {
  constructor(private readonly link: RedisLink) {}

  readonly sSubscribe = (channel: string, listener: Heard): void =>
    this.link.subscribe(channel, (payload) => listener(payload, Buffer.from(channel)));

  readonly sUnsubscribe = (channels: string | readonly string[]): void => {
    for (const channel of [channels].flat()) this.link.unsubscribe(channel);
  };

  readonly sPublish = async (channel: string, payload: string | Buffer): Promise<number> => {
    // What Parley says through the adapter is JSON; binary data is not among it.
    this.link.publish(channel, payload.toString());
    return 0;
  };
}
