import type { Packet } from 'socket.io-parser';
import type { ParleyError } from '../../kernel/errors.js';

/** A packet of Socket.IO that was made of a frame of another transport: its decoder passes it on as it is. */
export class DecodedPacket {
  constructor(readonly packet: Packet) {}
}

/** In the place of a command's payload: why the transport could not read the frame. */
export class Unreadable {
  constructor(readonly why: ParleyError) {}
}
