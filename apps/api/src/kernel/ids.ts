import { v7 } from 'uuid';

/** Random bytes for many ids are fetched at once: a call for each would cost more than the rest of the id. */
const pool = new Uint8Array(8_192);
let used = pool.length;

function random(): Uint8Array {
  if (used === pool.length) {
    crypto.getRandomValues(pool);
    used = 0;
  }
  used += 16;
  return pool.subarray(used - 16, used);
}

/** A new UUIDv7: sorts by the millisecond it was made in. */
export const newId = (): string => v7({ random: random() });

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export const isUuid = (value: unknown): value is string => typeof value === 'string' && UUID.test(value);

/** Before every other: where reading by ids begins. */
export const FIRST_ID = '00000000-0000-0000-0000-000000000000';
