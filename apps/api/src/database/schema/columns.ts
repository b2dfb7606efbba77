import { bigint, customType, timestamp } from 'drizzle-orm/pg-core';

/** Database time in milliseconds: what clients see is exactly what is stored. */
export const time = (name: string) => timestamp(name, { withTimezone: true, precision: 3, mode: 'date' });

/** Counters stay far below 2^53, so a JavaScript number holds them. */
export const counter = (name: string) => bigint(name, { mode: 'number' });

/** PGlite reads bytes as a plain Uint8Array. */
export const bytes = customType<{ data: Buffer; driverData: Uint8Array }>({
  dataType: () => 'bytea',
  fromDriver: ({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength),
});

export const tsvector = customType<{ data: string }>({ dataType: () => 'tsvector' });
