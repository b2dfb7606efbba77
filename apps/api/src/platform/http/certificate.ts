import { createPrivateKey, X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import type { Server } from 'node:https';
import { createSecureContext } from 'node:tls';
import type { TlsFiles } from '../../config/config.js';
import { ConfigurationError } from '../../config/environment.js';
import type { EventReporter } from '../telemetry/event-reporter.js';

/** What the files hold; the names are those of Node's options. */
interface Pair {
  cert: Buffer;
  key: Buffer;
}

/** Names of files are looked at and not watched: links, other machines' disks and mounted secrets report no change. */
const LOOK_MS = 1_000;

/** This node's certificate and its key, which may be renewed while the node runs. */
export class Certificate {
  private constructor(
    private readonly files: TlsFiles,
    /** What was served first. */
    readonly first: Pair,
    /** Which state of the files is served. */
    private served: string,
  ) {}

  /** @throws {ConfigurationError} which names every fault of the files. */
  static async read(files: TlsFiles): Promise<Certificate> {
    const state = await stateOf(files);
    return new Certificate(files, await pairOf(files), state);
  }

  /** Until when it is good, by itself. */
  static endOf({ cert }: Pair): string {
    return new Date(new X509Certificate(cert).validTo).toISOString();
  }

  /**
   * Serves renewed files from their next connection on. Files that are no use, halves of a renewal among them, leave the
   * server with what it has; they are reported once they have stayed so for a second look.
   */
  renewFor(server: Server, reporter: EventReporter): void {
    let refused: { state: string; isReported: boolean } | null = null;
    const look = async (): Promise<void> => {
      const state = await stateOf(this.files);
      if (state === this.served || (refused?.isReported === true && refused.state === state)) return;
      try {
        const pair = await pairOf(this.files);
        server.setSecureContext(pair);
        this.served = state;
        refused = null;
        reporter.certificateRenewed(Certificate.endOf(pair));
      } catch (fault) {
        const isReported = refused?.state === state;
        refused = { state, isReported };
        if (isReported) reporter.certificateNotRenewed(fault);
      }
    };
    let looking = false;
    const timer = setInterval(() => {
      if (looking) return;
      looking = true;
      void look().finally(() => {
        looking = false;
      });
    }, LOOK_MS).unref();
    server.once('close', () => clearInterval(timer));
  }
}

/** Another one after each change of a file. A renewal may replace a file, or what a link leads to. */
async function stateOf({ certFile, keyFile }: TlsFiles): Promise<string> {
  const states = [certFile, keyFile].map(async (file) => {
    const found = await stat(file, { bigint: true }).catch(() => null);
    return found ? `${found.ino} ${found.size} ${found.mtimeNs}` : 'none';
  });
  return (await Promise.all(states)).join(', ');
}

async function pairOf({ certFile, keyFile }: TlsFiles): Promise<Pair> {
  const [cert, key] = await Promise.all([contentOf('TLS_CERT', certFile), contentOf('TLS_KEY', keyFile)]);
  const certificate = understood(
    () => new X509Certificate(cert),
    `TLS_CERT names ${certFile}, which is no certificate in PEM.`,
  );
  const secret = understood(
    () => createPrivateKey(key),
    `TLS_KEY names ${keyFile}, which is no private key in PEM without a password.`,
  );
  if (!certificate.checkPrivateKey(secret)) {
    throw new ConfigurationError([`TLS_KEY names ${keyFile}, which is not the key of the certificate in ${certFile}.`]);
  }
  understood(() => createSecureContext({ cert, key }), `TLS_CERT names ${certFile}, which TLS cannot use.`);
  return { cert, key };
}

function contentOf(setting: string, file: string): Promise<Buffer> {
  return readFile(file).catch((fault: NodeJS.ErrnoException) => {
    throw new ConfigurationError([`${setting} names ${file}, which cannot be read (${fault.code}).`]);
  });
}

function understood<T>(read: () => T, otherwise: string): T {
  try {
    return read();
  } catch {
    throw new ConfigurationError([otherwise]);
  }
}
