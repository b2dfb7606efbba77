import type { Announced, CommandName, Commands, EventName, Events } from '@parley/protocol';
import { Refusal } from '../clients/http-client.js';
import { openClient } from '../transports/open-client.js';
import type { Transport, TransportClient } from '../transports/transport-client.contract.js';
import { durable } from './durable-events.js';
import type { Heard, Journal } from './journal.js';

export interface LiveSocketOptions {
  url: string;
  token: string;
  transport: Transport;
  journal: Journal;
  /** A durable event. */
  onHeard: (heard: Heard) => void;
  onReady?: (announced: Announced) => void;
  onLost?: () => void;
}

/** A plain client of one transport, which comes back by itself; its connections are written down. */
export class LiveSocket {
  /** Counts its connections. */
  connection = 0;
  isReady = false;
  private readonly client: TransportClient;

  constructor(private readonly options: LiveSocketOptions) {
    const { url, token, journal, transport } = options;
    // WebSocket at once: a balancer without stickiness would tear long polling apart.
    const how = { url, token, socketIo: { transports: ['websocket'] } };
    this.client = openClient(transport, how, {
      opened: () => {
        this.connection += 1;
        journal.link('opened', this.connection);
      },
      received: (name, payload) => this.hear(name, payload),
      lost: (reason) => {
        this.isReady = false;
        journal.link('lost', this.connection, reason);
        options.onLost?.();
      },
    });
  }

  /** Sends a command. Rejects with the refusal, or when there was no answer in time or the connection ended. */
  async command<Name extends CommandName>(
    name: Name,
    payload: Commands[Name]['payload'],
    timeoutMs: number,
  ): Promise<Commands[Name]['result']> {
    const answer = await this.client.ask(name, payload, timeoutMs);
    if (answer.success) return answer;
    throw new Refusal(answer.error);
  }

  close(): void {
    this.options.journal.close();
    this.client.close();
  }

  private hear(name: EventName, payload: Events[EventName]): void {
    const { journal, onReady, onHeard } = this.options;
    if (name === 'ready') {
      this.isReady = true;
      journal.link('ready', this.connection);
      onReady?.(payload as Announced);
      return;
    }
    const heard = durable(name, payload);
    if (heard) onHeard(heard);
  }
}
