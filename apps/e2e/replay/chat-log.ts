import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';
import { createGunzip } from 'node:zlib';

export interface LogLine {
  /** Its place in the file, from 1. */
  number: number;
  nick: string;
  text: string;
}

/** Reads JSON Lines `{at, nick, text}`, plain or gzip by the file's name, without holding the file in memory. */
export async function* readLog(file: string, limit: number): AsyncGenerator<LogLine> {
  const bytes = createReadStream(file);
  const input = file.endsWith('.gz') ? bytes.pipe(createGunzip()) : bytes;
  bytes.once('error', (error) => input.destroy(error));
  let number = 0;
  try {
    for await (const row of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      if (row === '') continue;
      number += 1;
      if (number > limit) return;
      yield parse(row, number);
    }
  } finally {
    bytes.destroy();
  }
}

function parse(row: string, number: number): LogLine {
  const fault = () => new Error(`Line ${number} is not a JSON object with the texts "nick" and "text".`);
  let value: unknown;
  try {
    value = JSON.parse(row);
  } catch {
    throw fault();
  }
  const { nick, text } = (value ?? {}) as Record<string, unknown>;
  if (typeof nick !== 'string' || typeof text !== 'string') throw fault();
  return { number, nick, text };
}
