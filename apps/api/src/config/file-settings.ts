import { delimiter } from 'node:path';
import { LIMITS } from '@parley/protocol';
import type { FileSettings, S3Settings, ScannerAddress, ScannerSettings } from './config.js';

/** What of the environment's reader is needed here. */
interface Reader {
  text(name: string): string | null;
  url(name: string, protocols: readonly string[]): string | null;
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
  const s3 = s3Settings(reader);
  if (isOfSeveral && isOn && !isShared && !s3) {
    reader.fault(
      'REDIS_URL is for several nodes, and each must reach the files of all: set S3_BUCKET and what belongs to it, ' +
        'FILES_SHARED=yes where DATA_DIR/files is one directory of all nodes, or FILES=off.',
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
    programFolders: (reader.text('PATH') ?? '').split(delimiter),
    keepsExif: reader.oneOf('KEEP_EXIF', ['yes', 'no'] as const, 'no') === 'yes',
    s3,
    scanner: scannerSettings(reader),
  };
}

function s3Settings(reader: Reader): S3Settings | null {
  const endpoint = reader.url('S3_ENDPOINT', ['http:', 'https:']);
  const [bucket, accessKey, secretKey] = [
    reader.text('S3_BUCKET'),
    reader.text('S3_ACCESS_KEY'),
    reader.text('S3_SECRET_KEY'),
  ];
  const region = reader.text('S3_REGION');
  // Servers of one's own are most often reached by one name; AWS wants the bucket's.
  const addressing = reader.oneOf('S3_ADDRESSING', ['path', 'host'] as const, endpoint === null ? 'host' : 'path');
  if (bucket && accessKey && secretKey) {
    return {
      ...{ endpoint, bucket, accessKey, secretKey },
      region: region ?? 'us-east-1',
      isPathStyle: addressing === 'path',
    };
  }
  if (endpoint ?? bucket ?? accessKey ?? secretKey) {
    reader.fault('S3_BUCKET, S3_ACCESS_KEY and S3_SECRET_KEY belong together, and S3_ENDPOINT and S3_REGION to them.');
  }
  return null;
}

/** ClamAV's own. */
const CLAMD_PORT = 3_310;

function scannerSettings(reader: Reader): ScannerSettings | null {
  const url = reader.url('CLAMD_URL', ['tcp:', 'unix:']);
  const mayBeAway = reader.oneOf('CLAMD_AWAY', ['refuse', 'allow'] as const, 'refuse') === 'allow';
  if (url === null) return null;
  const address = scannerAddress(new URL(url));
  if (!address) reader.fault('CLAMD_URL must be tcp://host:port or unix:///path/of/the/socket.');
  return address && { address, mayBeAway };
}

function scannerAddress({ protocol, hostname, port, pathname }: URL): ScannerAddress | null {
  if (protocol === 'unix:') return pathname.length > 1 ? { path: decodeURIComponent(pathname) } : null;
  const host = hostname.replace(/^\[|\]$/g, '');
  return host === '' ? null : { host, port: port === '' ? CLAMD_PORT : Number(port) };
}
