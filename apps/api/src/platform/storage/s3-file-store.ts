import { Readable } from 'node:stream';
import {
  AbortMultipartUploadCommand,
  type CompletedPart,
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  DeleteObjectCommand,
  GetObjectCommand,
  ListMultipartUploadsCommand,
  PutObjectCommand,
  S3Client,
  UploadPartCommand,
} from '@aws-sdk/client-s3';
import type { S3Settings } from '../../config/config.js';
import { ParleyError } from '../../kernel/errors.js';
import { Semaphore } from '../../kernel/semaphore.js';
import { endingSilence } from './ending-silence.js';
import { type ByteRange, ContentMissing, FileStore } from './file-store.js';
import { Spool } from './spool.js';

/** The least that S3 takes for all parts of an object but the last. */
const PART_BYTES = 5 * 1_048_576;
/** Of one object. S3 takes 10,000, but Swift no more than these. */
const MOST_PARTS = 1_000;
/** Each is a buffer in memory while it goes. */
const PARTS_AT_ONCE = 4;
const PARTS_WAITING = 10_000;
/** In milliseconds, until an answer begins, and between two pieces of a content that its reader waits for. */
const DEADLINES = { connectionTimeout: 3_000, requestTimeout: 60_000, silence: 30_000 };
/** Each is held for as long as somebody reads a content. */
const CONNECTIONS = { maxSockets: 1_000 };
const MOST_ATTEMPTS = 3;
/** For whoever looks into the bucket: what a content is says the database. */
const KIND = { ContentType: 'application/octet-stream' };

/**
 * What S3 and those like it say of a content that is not there, or ends before what is asked for, and of one that there is no room
 * for.
 */
const MISSING: readonly string[] = ['NoSuchKey', 'NotFound', 'InvalidRange'];
const FULL: readonly string[] = ['XMinioStorageFull', 'QuotaExceeded', 'StorageFull', 'InsufficientStorage'];
/** Statuses: what is not offered, and of those below 500 what may be answered otherwise later. */
const NOT_IMPLEMENTED = 501;
const PASSING: readonly number[] = [408, 429];

/**
 * Contents as objects of one bucket. Each is spooled to the local disk first: whoever uploads slowly holds neither memory nor a
 * connection to S3 meanwhile, parts can be sent again, and all lengths are known. Bodies are buffers, since a stream is framed in
 * a way that not all who speak S3 take for framing.
 */
export class S3FileStore extends FileStore {
  private readonly client: S3Client;
  private readonly silenceMs: number;
  private readonly parts = new Semaphore({ atOnce: PARTS_AT_ONCE, mostWaiting: PARTS_WAITING });

  constructor(
    private readonly settings: S3Settings,
    private readonly spoolDirectory: string,
    deadlines: Partial<typeof DEADLINES> = {},
  ) {
    super();
    const { endpoint, region, accessKey, secretKey, isPathStyle } = settings;
    const { silence, ...ofRequests } = { ...DEADLINES, ...deadlines };
    this.silenceMs = silence;
    this.client = new S3Client({
      region,
      ...(endpoint !== null && { endpoint }),
      credentials: { accessKeyId: accessKey, secretAccessKey: secretKey },
      forcePathStyle: isPathStyle,
      maxAttempts: MOST_ATTEMPTS,
      requestHandler: { ...ofRequests, throwOnRequestTimeout: true, httpAgent: CONNECTIONS, httpsAgent: CONNECTIONS },
      requestChecksumCalculation: 'WHEN_REQUIRED',
      responseChecksumValidation: 'WHEN_REQUIRED',
    });
  }

  async write(key: string, content: AsyncIterable<Buffer>): Promise<void> {
    const spool = await Spool.of(this.spoolDirectory, content);
    try {
      await (spool.size <= PART_BYTES ? this.put(key, spool) : this.putParts(key, spool));
    } catch (fault) {
      throw refusalOf(fault);
    } finally {
      await spool.close();
    }
  }

  async read(key: string, { start, end }: ByteRange): Promise<Readable> {
    const length = end - start + 1;
    const command = new GetObjectCommand({ ...this.placeOf(key), Range: `bytes=${start}-${end}` });
    const { Body, ContentLength, ContentRange } = await this.client.send(command).catch((fault: unknown) => {
      throw MISSING.includes(nameOf(fault)) ? new ContentMissing(key, { cause: fault }) : refusalOf(fault);
    });
    if (!(Body instanceof Readable)) throw new Error('S3 answered without a content.');
    const content = endingSilence(Body, this.silenceMs);
    if (ContentLength === length) return content;
    // Some take no notice of some ranges, as they may, or answer more than was asked for.
    const first = ContentRange === undefined ? 0 : Number(/^bytes (\d+)-/.exec(ContentRange)?.[1]);
    if (first <= start) return Readable.from(partOf(content, start - first, length), { objectMode: false });
    content.destroy();
    throw new Error(`S3 answered ${ContentLength} bytes of a content where ${length} were asked for.`);
  }

  async remove(key: string): Promise<void> {
    try {
      await this.abortUploads(key);
      await this.client.send(new DeleteObjectCommand(this.placeOf(key)));
    } catch (fault) {
      if (!MISSING.includes(nameOf(fault))) throw refusalOf(fault);
    }
  }

  override close(): void {
    this.client.destroy();
  }

  private async put(key: string, spool: Spool): Promise<void> {
    await this.parts.within(async () => {
      const Body = await spool.read(0, spool.size);
      await this.client.send(new PutObjectCommand({ ...this.placeOf(key), ...KIND, Body, ContentLength: Body.length }));
    });
  }

  private async putParts(key: string, spool: Spool): Promise<void> {
    const place = this.placeOf(key);
    const { UploadId } = await this.client.send(new CreateMultipartUploadCommand({ ...place, ...KIND }));
    const partBytes = partBytesOf(spool.size);
    try {
      const Parts: CompletedPart[] = [];
      for (let start = 0; start < spool.size; start += partBytes) {
        const PartNumber = Parts.length + 1;
        const ETag = await this.putPart({ ...place, UploadId, PartNumber }, spool, { start, length: partBytes });
        Parts.push({ PartNumber, ETag });
      }
      const whole = { ...place, UploadId, MultipartUpload: { Parts } };
      await this.client.send(new CompleteMultipartUploadCommand(whole));
    } catch (fault) {
      await this.client.send(new AbortMultipartUploadCommand({ ...place, UploadId })).catch(() => undefined);
      throw fault;
    }
  }

  private putPart(
    part: { Bucket: string; Key: string; UploadId: string | undefined; PartNumber: number },
    spool: Spool,
    { start, length }: { start: number; length: number },
  ): Promise<string | undefined> {
    return this.parts.within(async () => {
      const Body = await spool.read(start, length);
      const { ETag } = await this.client.send(new UploadPartCommand({ ...part, Body, ContentLength: Body.length }));
      return ETag;
    });
  }

  /**
   * Of a node that was killed. Where that is not offered, the bucket's own rule has to see to it.
   * @throws where it may be offered later: once a content is forgotten, nobody looks for what is left of it.
   */
  private async abortUploads(key: string): Promise<void> {
    const { Bucket, Key } = this.placeOf(key);
    const { Uploads = [] } = await this.client
      .send(new ListMultipartUploadsCommand({ Bucket, Prefix: Key }))
      .catch(unlessPassing({ Uploads: [] }));
    for (const { UploadId } of Uploads) {
      await this.client.send(new AbortMultipartUploadCommand({ Bucket, Key, UploadId })).catch(unlessPassing(null));
    }
  }

  private placeOf(key: string): { Bucket: string; Key: string } {
    return { Bucket: this.settings.bucket, Key: `files/${key}` };
  }
}

/** All parts of a content but the last have the same size, as some insist on. */
export const partBytesOf = (size: number): number => Math.max(PART_BYTES, Math.ceil(size / MOST_PARTS));

/** @throws where the content ends before. */
async function* partOf(content: AsyncIterable<Buffer>, start: number, length: number): AsyncGenerator<Buffer> {
  let [skipped, left] = [0, length];
  for await (const piece of content) {
    const wanted = piece.subarray(Math.max(0, start - skipped), Math.max(0, start - skipped) + left);
    skipped += piece.length;
    left -= wanted.length;
    if (wanted.length > 0) yield wanted;
    if (left === 0) return;
  }
  throw new Error(`A content of S3 ended ${left} bytes too soon.`);
}

const nameOf = (fault: unknown): string => (fault as { name?: string } | undefined)?.name ?? '';

/** For a call that may be refused for good; throws what may be over later. */
const unlessPassing =
  <T>(result: T) =>
  (fault: unknown): T => {
    const status = (fault as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode ?? 0;
    if (status === NOT_IMPLEMENTED || (status >= 400 && status < 500 && !PASSING.includes(status))) return result;
    throw fault;
  };

/** Whatever S3 refuses, and whatever keeps it from answering, may be over later: what is wrong is for the log. */
function refusalOf(fault: unknown): unknown {
  if (fault instanceof ParleyError) return fault;
  const code = FULL.includes(nameOf(fault)) ? 'storage_full' : 'service_unavailable';
  return new ParleyError(code, {}, { cause: fault });
}
