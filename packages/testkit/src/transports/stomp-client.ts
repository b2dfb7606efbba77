import {
  type Ack,
  type CommandName,
  type ErrorBody,
  type EventName,
  type Events,
  eventOf,
  frameType,
} from '@parley/protocol';
import { readStompFrame, type StompFrame, writeStompFrame } from '../clients/stomp-frame.js';
import { type Address, FramedClient } from './framed-client.js';

const QUEUES = ['acks', 'errors'];
const MESSAGES = 'messages';
const TOPIC = 'topic';

/** STOMP 1.2: everything on its queues, but for the topic of the conversation that it follows. */
export class StompClient extends FramedClient {
  protected override address(): Address {
    return { path: '/stomp', protocols: ['v12.stomp'] };
  }

  protected override greeting(): string {
    const { token } = this.options;
    return writeStompFrame('CONNECT', {
      'accept-version': '1.2',
      'heart-beat': '10000,10000',
      Authorization: `Bearer ${token}`,
    });
  }

  protected override commandFrame(id: string, name: CommandName, payload: unknown): string {
    return writeStompFrame('SEND', { destination: `/app/${frameType(name)}`, receipt: id }, JSON.stringify(payload));
  }

  protected override take(text: string): void {
    const frame = readStompFrame(text);
    if (frame.command === 'CONNECTED') this.begin();
    else if (frame.command === 'RECEIPT' && frame.headers['receipt-id'] === TOPIC) this.subscribe(MESSAGES);
    else if (frame.command === 'ERROR') this.receive('server:closing', frame.body);
    else if (frame.command === 'MESSAGE') this.message(frame);
  }

  protected override beat(): void {
    this.write('\n');
  }

  private begin(): void {
    this.opened();
    for (const queue of QUEUES) this.subscribe(queue);
    const { follows } = this.options;
    // `ready` comes with the queue, when everything of the topic comes already.
    if (!follows) return this.subscribe(MESSAGES);
    const destination = `/topic/conversation/${follows.conversation}`;
    this.write(writeStompFrame('SUBSCRIBE', { id: TOPIC, destination, receipt: TOPIC }));
  }

  private subscribe(queue: string): void {
    this.write(writeStompFrame('SUBSCRIBE', { id: queue, destination: `/user/queue/${queue}` }));
  }

  private message({ headers, body }: StompFrame): void {
    const { event = '', 'receipt-id': receipt = '' } = headers;
    if (event === 'ack') this.acknowledged(receipt, JSON.parse(body) as Ack<object>);
    else if (event === 'error') this.acknowledged(receipt, { success: false, ...(JSON.parse(body) as ErrorBody) });
    else this.receive(eventOf(event), body);
  }

  private receive(name: EventName, body: string): void {
    this.received(name, JSON.parse(body) as Events[EventName]);
  }
}
