import {
  type Ack,
  BEARER_SUBPROTOCOL,
  type CommandName,
  eventOf,
  frameType,
  type ServerFrame,
  SUBPROTOCOL,
} from '@parley/protocol';
import { type Address, FramedClient } from './framed-client.js';

/** JSON frames at `/ws`, or at the address of the conversation that it follows, from where it is in it. */
export class PlainWebSocketClient extends FramedClient {
  protected override address(): Address {
    const { token, follows } = this.options;
    const path = follows ? `/ws/${follows.conversation}?afterSeq=${follows.afterSeq()}` : '/ws';
    return { path, protocols: [SUBPROTOCOL, `${BEARER_SUBPROTOCOL}${token}`] };
  }

  protected override greeting(): null {
    return null;
  }

  protected override commandFrame(id: string, name: CommandName, data: unknown): string {
    return JSON.stringify({ id, type: frameType(name), data });
  }

  protected override take(text: string): void {
    const frame = JSON.parse(text) as ServerFrame;
    if ('ack' in frame) this.acknowledged(String(frame.id), frame.ack as Ack<object>);
    else if (frame.type !== 'error' && frame.type !== 'sync') this.received(eventOf(frame.type), frame.data);
  }
}
