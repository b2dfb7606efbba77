import { type Ack, type CommandName, type ErrorObject, frameType } from '@parley/protocol';
import { readStompFrame, type StompFrame, WebSocketClient, writeStompFrame } from '@parley/testkit';
import type { DeviceListener, DeviceOptions } from './device.contract.js';
import { FramedDevice } from './framed-device.js';
import type { Stage } from './stage.js';
import { EVENT_BY_TYPE } from './table.js';

const QUEUES = ['acks', 'errors', 'messages'].map((name) => `/user/queue/${name}`);

/** STOMP 1.2 as its specification has it, on its own queues only. */
export class StompDevice extends FramedDevice {
  /** What is given before it is connected. */
  private early: string[] = [];
  private isConnected = false;

  constructor(
    private readonly url: string,
    options: DeviceOptions,
    listener: DeviceListener,
    private readonly onFrame: (frame: StompFrame) => void,
  ) {
    super(options, listener);
    this.connect();
  }

  protected override command(name: string, payload: unknown, id: string | null): void {
    const headers = { destination: `/app/${frameType(name as CommandName)}`, ...(id !== null && { receipt: id }) };
    const frame = writeStompFrame('SEND', headers, JSON.stringify(payload) ?? '');
    if (this.isConnected) this.client.send(frame);
    else this.early.push(frame);
  }

  protected override open(auth: object): WebSocketClient {
    const { token } = auth as { token?: unknown };
    const headers = (this.options.extraHeaders ?? {}) as Record<string, string>;
    const client = new WebSocketClient(this.url, { path: '/stomp', protocols: ['v12.stomp'], headers });
    this.isConnected = false;
    const given: Record<string, string> =
      token === undefined ? {} : { Authorization: `Bearer ${typeof token === 'string' ? token : '{}'}` };
    client.socket.on('open', () => client.send(writeStompFrame('CONNECT', { 'accept-version': '1.2', ...given })));
    return client;
  }

  protected override take(text: string): void {
    const frame = readStompFrame(text);
    const { command, headers, body } = frame;
    if (command !== '') this.onFrame(frame);
    if (command === 'CONNECTED') this.subscribe();
    else if (command === 'ERROR') this.fail(body);
    else if (command === 'MESSAGE') this.takeMessage(headers, JSON.parse(body) as object);
  }

  private subscribe(): void {
    this.listener.connected();
    for (const [at, destination] of QUEUES.entries())
      this.client.send(writeStompFrame('SUBSCRIBE', { id: String(at), destination }));
    for (const frame of this.early) this.client.send(frame);
    this.early = [];
    this.isConnected = true;
  }

  private takeMessage(headers: StompFrame['headers'], body: object): void {
    const event = headers.event ?? '';
    const receipt = headers['receipt-id'] ?? '';
    const name = EVENT_BY_TYPE.get(event);
    if (event === 'ack') this.acknowledged(receipt, body as Ack<object>);
    else if (event === 'error') this.acknowledged(receipt, { success: false, ...(body as { error: ErrorObject }) });
    else if (name) this.listener.received(name, body);
  }

  /** Who was let in is told by ERROR what others are told by an event. */
  private fail(body: string): void {
    const { error } = JSON.parse(body) as { error: ErrorObject };
    if (this.isConnected) this.listener.received('server:closing', { error });
    else this.refusal = error;
  }
}

/** The code of the ERROR that answers a frame of somebody who is connected; CONNECT is the first frame itself. */
export async function stompRefusal(
  stage: Stage,
  command: string,
  headers: Readonly<Record<string, string>>,
): Promise<string | undefined> {
  const { url, token } = await stage.person();
  const client = new WebSocketClient(url, { path: '/stomp' });
  const connect = { 'accept-version': '1.2', Authorization: `Bearer ${token}` };
  const frames =
    command === 'CONNECT'
      ? [writeStompFrame(command, { ...connect, ...headers })]
      : [writeStompFrame('CONNECT', connect), writeStompFrame(command, headers)];
  client.socket.on('open', () => client.send(frames.join('')));
  await client.end();
  return client.texts.map(readStompFrame).find((frame) => frame.command === 'ERROR')?.headers.message;
}
