import type { Ack } from '@parley/protocol';

/** The acknowledgement of a command. */
export class Answer {
  constructor(
    readonly number: number,
    /** Its JSON. */
    readonly text: string,
  ) {}

  /** Of a packet that Socket.IO's encoder made of an acknowledgement. */
  static of(packet: string): Answer {
    // `3number[answer]`
    const begin = packet.indexOf('[');
    return new Answer(Number(packet.slice(1, begin)), packet.slice(begin + 1, -1));
  }

  read<Result = object>(): Ack<Result> {
    return JSON.parse(this.text) as Ack<Result>;
  }
}
