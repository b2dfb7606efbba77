import { type CommandName, type ErrorObject, frameType } from '@parley/protocol';
import { type PlainFrame, type PlainOptions, WebSocketClient } from '@parley/testkit';
import type { DeviceListener, DeviceOptions } from './device.contract.js';
import { FramedDevice } from './framed-device.js';
import { EVENT_BY_TYPE } from './table.js';

/** A bare WebSocket at `/ws`. */
export class WebSocketDevice extends FramedDevice {
  /** What is given before the connection is open. */
  private early: object[] = [];

  constructor(
    private readonly url: string,
    options: DeviceOptions,
    listener: DeviceListener,
    private readonly onFrame: (frame: PlainFrame) => void,
  ) {
    super(options, listener);
    this.connect();
  }

  protected override command(name: string, data: unknown, id: string | null): void {
    const frame = { ...(id !== null && { id }), type: frameType(name as CommandName), data };
    if (this.client.socket.readyState === this.client.socket.OPEN) this.client.send(frame);
    else this.early.push(frame);
  }

  protected override open(auth: object): WebSocketClient {
    const { token } = auth as { token?: unknown };
    const headers = (this.options.extraHeaders ?? {}) as Record<string, string>;
    const isFirstFrame = typeof token !== 'string' && headers.authorization === undefined;
    const options: PlainOptions = typeof token === 'string' ? { token, headers } : { headers };
    const client = new WebSocketClient(this.url, options);
    client.socket.on('open', () => {
      this.listener.connected();
      if (isFirstFrame) client.send({ type: 'auth', data: auth });
      for (const frame of this.early) client.send(frame);
      this.early = [];
    });
    return client;
  }

  protected override take(text: string): void {
    const frame = JSON.parse(text) as PlainFrame;
    const { id, ack, type = '', data } = frame;
    if (ack) return this.acknowledged(String(id), ack);
    this.onFrame(frame);
    const name = EVENT_BY_TYPE.get(type);
    if (name) this.listener.received(name, data);
    else if (type === 'error') this.refusal = (data as { error: ErrorObject }).error;
  }
}
