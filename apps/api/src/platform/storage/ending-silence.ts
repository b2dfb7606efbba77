import { Readable } from 'node:stream';
import { ParleyError } from '../../kernel/errors.js';

const RETRY_AFTER_MS = 5_000;

/**
 * The same content, which fails with `service_unavailable` where nothing comes for so long though its reader waits: a store that
 * has begun to answer may never go on. How long the reader takes over what has come is its own matter.
 */
export function endingSilence(source: Readable, ms: number): Readable {
  let timer: NodeJS.Timeout | undefined;
  const content = new Readable({
    read() {
      clearTimeout(timer);
      timer = setTimeout(() => content.destroy(silent(ms)), ms).unref();
      source.resume();
    },
    destroy(fault, done) {
      clearTimeout(timer);
      source.destroy();
      done(fault);
    },
  });
  source.pause();
  source.on('data', (part: Buffer) => {
    clearTimeout(timer);
    if (!content.push(part)) source.pause();
  });
  source.once('end', () => {
    clearTimeout(timer);
    content.push(null);
  });
  source.on('error', (fault) => content.destroy(fault));
  return content;
}

const silent = (ms: number) =>
  new ParleyError(
    'service_unavailable',
    { retryAfterMs: RETRY_AFTER_MS },
    { cause: new Error(`The store sent nothing for ${ms} ms in the middle of a content.`) },
  );
