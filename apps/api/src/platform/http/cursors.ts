import { createHmac, timingSafeEqual } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { LIMITS, type Page } from '@parley/protocol';
import { invalid } from '../../kernel/errors.js';
import { Keys } from '../keys.js';
import type { CursorQueryDto } from './cursor-query.dto.js';

const TAG_BYTES = 9;

/** A row's sort key. */
type Position = readonly [string | number, ...(string | number)[]];

/** How a list is read in pages. */
interface List<Row, Place extends Position> {
  /** What its cursors are sealed for. */
  name: string;
  /** So many rows behind this position, or the first ones. */
  read: (after: Place | null, most: number) => Promise<readonly Row[]>;
  positionOf: (row: Row) => Place;
}

type PageEnd = Pick<Page<unknown>, 'nextCursor' | 'hasMore'>;

/** Opaque cursors of lists: what is in them was put there by one of our nodes, for that list. */
@Injectable()
export class Cursors {
  private readonly key: Buffer;

  constructor(keys: Keys) {
    this.key = keys.derive('cursors');
  }

  /** The rows of a page, and what it ends with. One row more is read, which tells whether there are more. */
  async page<Row, Place extends Position>(
    { name, read, positionOf }: List<Row, Place>,
    { cursor, limit = LIMITS.pageDefault }: CursorQueryDto,
  ): Promise<{ rows: Row[]; end: PageEnd }> {
    const found = await read(this.placeIn(name, cursor) as Place | null, limit + 1);
    const rows = found.slice(0, limit);
    const last = found.length > limit ? rows.at(-1) : undefined;
    return { rows, end: this.endOf(name, last ? positionOf(last) : null) };
  }

  /** What a page ends with behind whose last row there are more; null: there are none. */
  endOf(list: string, last: Position | null): PageEnd {
    const nextCursor = last && this.seal(list, last);
    return { nextCursor, hasMore: nextCursor !== null };
  }

  /** `list` names what the cursor goes back to, `position` the last row's sort key. */
  seal(list: string, position: Position): string {
    const body = Buffer.from(JSON.stringify(position));
    return Buffer.concat([this.tag(list, body), body]).toString('base64url');
  }

  /** Where a page begins; null: at the beginning of its list. @throws as `open` does. */
  placeIn(list: string, cursor: string | undefined): Position | null {
    return cursor === undefined ? null : this.open(list, cursor);
  }

  /** What was sealed; `validation_failed` for anything else. */
  open(list: string, cursor: string): Position {
    const bytes = Buffer.from(cursor, 'base64url');
    const [tag, body] = [bytes.subarray(0, TAG_BYTES), bytes.subarray(TAG_BYTES)];
    const genuine = tag.length === TAG_BYTES && timingSafeEqual(tag, this.tag(list, body));
    if (!genuine || bytes.toString('base64url') !== cursor) throw invalid('cursor', 'is not a cursor of this list');
    return JSON.parse(body.toString()) as Position;
  }

  private tag(list: string, body: Buffer): Buffer {
    return createHmac('sha256', this.key).update(list).update('\0').update(body).digest().subarray(0, TAG_BYTES);
  }
}
