import { mkdtempSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ListMultipartUploadsCommand, S3Client } from '@aws-sdk/client-s3';
import { SwiftServer } from '@parley/testkit';
import type S3rver from 's3rver';
import type { S3Settings } from '../src/config/config.js';
import { keysIn, s3On } from './s3rver.js';

/** A server that speaks S3, with a bucket. */
export interface S3Server {
  readonly settings: S3Settings;
  /** How many objects it keeps; more than none from when the first of them is there. */
  readonly kept: number;
  /** Whether uploads in parts that were begun can be found, and removed. */
  readonly listsUploads: boolean;
  /** Ends it; it keeps what it has. */
  stop(): Promise<void>;
  /** Starts it again after `stop`, where it was. */
  launch(): Promise<void>;
  /** Ends it, and removes what it has. */
  close(): Promise<void>;
}

const BUCKET = 'files';

/** `s3rver` in this process, or Swift where `PARLEY_TEST_SWIFT` is set, which is for runs by hand. */
export async function startS3(): Promise<S3Server> {
  if (process.env.PARLEY_TEST_SWIFT) return SwiftServer.start(BUCKET);
  const server = new S3rverHere();
  await server.launch();
  return server;
}

/** What a node needs to keep its files there. */
export const s3Env = ({ settings }: S3Server): Record<string, string> => ({
  ...{ S3_ENDPOINT: settings.endpoint ?? '', S3_BUCKET: settings.bucket },
  ...{ S3_ACCESS_KEY: settings.accessKey, S3_SECRET_KEY: settings.secretKey },
});

export const clientOf = ({ settings }: S3Server): S3Client =>
  new S3Client({
    ...{ endpoint: settings.endpoint ?? '', region: settings.region, forcePathStyle: true },
    credentials: { accessKeyId: settings.accessKey, secretAccessKey: settings.secretKey },
  });

/** The keys of which uploads in parts were begun and not ended. */
export async function uploadsIn(server: S3Server): Promise<(string | undefined)[]> {
  const client = clientOf(server);
  const { Uploads = [] } = await client.send(new ListMultipartUploadsCommand({ Bucket: BUCKET }));
  client.destroy();
  return Uploads.map(({ Key }) => Key);
}

class S3rverHere implements S3Server {
  readonly listsUploads = false;
  private readonly directory = mkdtempSync(join(tmpdir(), 'parley-s3-'));
  private server: S3rver | null = null;
  private port = 0;

  get settings(): S3Settings {
    const endpoint = `http://127.0.0.1:${this.port}`;
    const key = { accessKey: 'S3RVER', secretKey: 'S3RVER' };
    return { endpoint, region: 'us-east-1', bucket: BUCKET, ...key, isPathStyle: true };
  }

  get kept(): number {
    return keysIn(this.directory).length;
  }

  async launch(): Promise<void> {
    this.server = s3On(this.port, this.directory);
    ({ port: this.port } = (await this.server.run()) as AddressInfo);
  }

  async stop(): Promise<void> {
    await this.server?.close();
  }

  async close(): Promise<void> {
    await this.stop();
    rmSync(this.directory, { recursive: true, force: true });
  }
}
