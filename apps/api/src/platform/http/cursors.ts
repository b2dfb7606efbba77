import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { invalid } from '../../kernel/errors.js';
import { Keys } from '../keys.js';

const TAG_BYTES = 9;

/** Opaque cursors of lists: what is in them was put there by one of our nodes, for that list. */
@Injectable()
export class Cursors {
  private readonly key: Buffer;

  constructor(keys: Keys) {
    this.key = keys.derive('cursors');
  }

  /** `list` names what the cursor goes back to, `position` the last row's sort key. */
  seal(list: string, position: readonly (string | number)[]): string {
    const body = Buffer.from(JSON.stringify(position));
    return Buffer.concat([this.tag(list, body), body]).toString('base64url');
  }

  /** What was sealed; `validation_failed` for anything else. */
  open(list: string, cursor: string): (string | number)[] {
    const bytes = Buffer.from(cursor, 'base64url');
    const [tag, body] = [bytes.subarray(0, TAG_BYTES), bytes.subarray(TAG_BYTES)];
    const genuine = tag.length === TAG_BYTES && timingSafeEqual(tag, this.tag(list, body));
    if (!genuine || bytes.toString('base64url') !== cursor) throw invalid('cursor', 'is not a cursor of this list');
    return JSON.parse(body.toString()) as (string | number)[];
  }

  private tag(list: string, body: Buffer): Buffer {
    return createHmac('sha256', this.key).update(list).update('\0').update(body).digest().subarray(0, TAG_BYTES);
  }
}
