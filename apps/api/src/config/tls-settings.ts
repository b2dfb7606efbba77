import { resolve } from 'node:path';
import type { Config } from './config.js';

/** What of the environment's reader is needed here. */
interface Reader {
  text(name: string): string | null;
  fault(sentence: string): void;
  oneOf<T extends string>(name: string, choices: readonly T[], otherwise: T): T;
}

type TlsSettings = Pick<Config, 'tls' | 'requireTls'>;

/** The files of the certificate, and whether people may come without TLS. */
export function tlsSettings(reader: Reader, trustProxy: Config['trustProxy']): TlsSettings {
  const [cert, key] = [reader.text('TLS_CERT'), reader.text('TLS_KEY')];
  const requireTls = reader.oneOf('REQUIRE_TLS', ['yes', 'no'] as const, 'no') === 'yes';
  if (Boolean(cert) !== Boolean(key)) {
    reader.fault('TLS_CERT and TLS_KEY belong together: set both, to the files of a certificate and of its key.');
  } else if (requireTls && !cert && trustProxy === false) {
    reader.fault(
      'REQUIRE_TLS=yes would let nobody in: set TLS_CERT and TLS_KEY, or TRUST_PROXY to the proxy that takes TLS off.',
    );
  }
  return { tls: cert && key ? { certFile: resolve(cert), keyFile: resolve(key) } : null, requireTls };
}
