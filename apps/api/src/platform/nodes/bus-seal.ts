import { createHmac, createSecretKey, type KeyObject, timingSafeEqual } from 'node:crypto';
import type { Keys } from '../keys.js';

/** Of 256 bits that SHA-256 gives, 132 travel. */
const MAC_CHARACTERS = 22;
const NODE_CHARACTERS = 8;
const HEADER = NODE_CHARACTERS + MAC_CHARACTERS;

/**
 * Seals what the nodes of one deployment send each other through Redis, so that nothing else is believed: other
 * programs that may publish there, and nodes on a copy of the database, have other channels and another key. A message
 * is its sender's id, a MAC (HMAC-SHA256) of sender, channel and payload, and the payload.
 */
export class BusSeal {
  /** Of every channel. */
  readonly prefix: string;
  private readonly key: KeyObject;

  /** @param identity of the deployment, as its database has it. */
  constructor(keys: Keys, identity: string) {
    this.prefix = `parley:${keys.derive(`channels between nodes of ${identity}`).toString('hex', 0, 8)}:`;
    this.key = createSecretKey(keys.derive(`words between nodes of ${identity}`));
  }

  /** @param nodeId eight characters. */
  close(nodeId: string, channel: string, payload: string): string {
    return nodeId + this.mac(nodeId, channel, payload) + payload;
  }

  /** The sender as the message has it, before its seal is checked. */
  senderOf(sealed: Buffer): string {
    return sealed.toString('latin1', 0, NODE_CHARACTERS);
  }

  /** The payload; null where no node of this deployment has sent this on this channel. */
  open(channel: string, sealed: Buffer): Buffer | null {
    if (sealed.length < HEADER) return null;
    const payload = sealed.subarray(HEADER);
    const due = Buffer.from(this.mac(this.senderOf(sealed), channel, payload), 'latin1');
    return timingSafeEqual(due, sealed.subarray(NODE_CHARACTERS, HEADER)) ? payload : null;
  }

  private mac(nodeId: string, channel: string, payload: string | Buffer): string {
    const mac = createHmac('sha256', this.key).update(`${nodeId}${channel}\n`).update(payload);
    return mac.digest('base64url').slice(0, MAC_CHARACTERS);
  }
}
