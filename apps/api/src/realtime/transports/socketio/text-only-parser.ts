import { Decoder, Encoder } from 'socket.io-parser';
import { noteFaults } from '../../../kernel/i-json.js';
import { DecodedPacket } from '../decoded-packet.js';

/** In the place of a packet's binary attachments: a key that no command has. */
const BINARY = { binaryData: true };

/** Type and number of attachments, then namespace and ack id as they are, then the name; what follows is not looked at. */
const BINARY_EVENT = /^5(\d+)-((?:\/[^,]*,)?\d*)\[("(?:[^"\\]|\\.){0,100}")/;
/** Type, namespace and ack id, as the decoder reads them. */
const BEFORE_JSON = /^\d(?:\/[^,]*,)?[\d\s]*/;
const MOST_ATTACHMENTS = 10;
/** Of a connection: each CONNECT to no namespace of ours costs an answer and a line of the log, and needs no token. */
const MOST_CONNECTS = 10;

/**
 * No command is binary. Socket.IO's own decoder keeps the attachments of a packet until all of them have come, which may
 * be never. Here a binary event becomes the same command with a mark as its payload at once, so that it is refused and
 * acknowledged like any other; its attachments are dropped as they come. What cannot be read ends the connection.
 */
class TextOnlyDecoder extends Decoder {
  private text = '';
  /** Attachments that were announced and have not come yet. */
  private announced = 0;
  private connects = 0;

  constructor() {
    super();
    // Registered before any other listener of the packet.
    this.on('decoded', ({ data }: { data?: unknown }) => noteFaults(data, this.text));
  }

  override add(packet: unknown): void {
    if (packet instanceof DecodedPacket) {
      this.emitReserved('decoded', packet.packet);
      return;
    }
    if (typeof packet !== 'string') {
      if (this.announced === 0) throw new Error('binary data that nobody announced');
      this.announced -= 1;
      return;
    }
    if (this.announced > 0) throw new Error('text in the place of an attachment');
    if (packet.startsWith('0')) this.connects += 1;
    if (this.connects > MOST_CONNECTS) throw new Error('too many attempts to connect');
    this.text = packet.replace(BEFORE_JSON, '');
    // Socket.IO would take the acknowledgement for the name of the event.
    if (this.text === '' && /^[2356]/.test(packet)) throw new Error('a packet without a payload');
    super.add(/^[56]/.test(packet) ? this.withoutAttachments(packet) : packet);
    this.text = '';
  }

  private withoutAttachments(packet: string): string {
    const [, attachments = '', target, name] = BINARY_EVENT.exec(packet) ?? [];
    const count = Number(attachments);
    if (count < 1 || count > MOST_ATTACHMENTS) throw new Error('a binary packet that is no event');
    this.announced = count;
    return `2${target}[${name},${JSON.stringify(BINARY)}]`;
  }
}

/** Socket.IO's parser, for Socket.IO's `parser` option. */
export const textOnlyParser = { Encoder, Decoder: TextOnlyDecoder };

/** Whether binary data was sent in the place of this payload. */
export const isBinary = (payload: unknown): boolean => (payload as Partial<typeof BINARY> | null)?.binaryData === true;
