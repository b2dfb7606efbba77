import { LIMITS } from '@parley/protocol';
import type { FileSettings } from './config.js';

/** What of the environment's reader is needed here. */
interface Reader {
  fault(sentence: string): void;
  oneOf<T extends string>(name: string, choices: readonly T[], otherwise: T): T;
  integer(name: string, range: { least: number; most: number; otherwise: number }): number;
}

const MEBIBYTE = 1_048_576;
/** What S3 takes as one object of few parts, and a browser can be asked to send. */
const MOST_BYTES = 5_120 * MEBIBYTE;

/** Files of people: whether there are any, how large, and how many. */
export function fileSettings(reader: Reader, isOfSeveral: boolean): FileSettings {
  const isOn = reader.oneOf('FILES', ['on', 'off'] as const, 'on') === 'on';
  const isShared = reader.oneOf('FILES_SHARED', ['yes', 'no'] as const, 'no') === 'yes';
  if (isOfSeveral && isOn && !isShared) {
    reader.fault(
      'REDIS_URL is for several nodes, and each must reach the files of all: set FILES_SHARED=yes where DATA_DIR/files is ' +
        'one directory of all nodes, or FILES=off.',
    );
  }
  return {
    isOn,
    maxBytes: reader.integer('MAX_FILE_BYTES', { least: 1, most: MOST_BYTES, otherwise: 100 * MEBIBYTE }),
    bytesPerUser: reader.integer('FILE_BYTES_PER_USER', {
      least: 1,
      most: Number.MAX_SAFE_INTEGER,
      otherwise: 5_120 * MEBIBYTE,
    }),
    perMessage: reader.integer('FILES_PER_MESSAGE', {
      least: 1,
      most: LIMITS.filesPerMessage,
      otherwise: LIMITS.filesPerMessage,
    }),
  };
}
