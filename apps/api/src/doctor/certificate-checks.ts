import { X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import type { TlsFiles } from '../config/config.js';
import { Certificate } from '../platform/http/certificate.js';
import { error, type Finding, type Found, ok, warning } from './finding.js';

const DAY_MS = 86_400_000;
const FEW_DAYS = 14;
const TIMEOUT_MS = 5_000;

/** Of the certificate that is served at an address. @throws what Node says where there is no connection. */
export async function certificateAt({ hostname, port }: URL): Promise<Found[]> {
  const host = hostname.replace(/^\[|\]$/g, '');
  // It is looked at whoever made it, and nothing is sent.
  const socket = connect({
    host,
    port: Number(port || 443),
    rejectUnauthorized: false,
    ...(isIP(host) ? {} : { servername: host }),
  });
  socket.setTimeout(TIMEOUT_MS, () => socket.destroy(new Error('nothing came within 5 seconds')));
  try {
    await new Promise((resolve, reject) => socket.once('secureConnect', resolve).once('error', reject));
    const end = new Date(socket.getPeerCertificate().valid_to);
    if (!socket.authorized) return [error(`Its certificate is not believed: ${socket.authorizationError}.`)];
    return [until(end, 'Its certificate')];
  } finally {
    socket.destroy();
  }
}

/** Of this node's own. */
export async function certificateFindings(tls: TlsFiles | null): Promise<Finding[]> {
  if (tls === null) return [];
  const part = 'tls';
  try {
    const { first } = await Certificate.read(tls);
    return [{ part, ...until(new Date(new X509Certificate(first.cert).validTo), 'The certificate of this node') }];
  } catch (fault) {
    return [{ part, ...error(sentenceOf(fault)) }];
  }
}

function until(end: Date, what: string): Found {
  const days = Math.floor((end.getTime() - Date.now()) / DAY_MS);
  const sentence = `${what} is good until ${end.toISOString().slice(0, 10)}.`;
  if (days < 0) return error(`${what} has ended on ${end.toISOString().slice(0, 10)}.`);
  return days < FEW_DAYS ? warning(`${sentence} Is it renewed by itself?`) : ok(sentence);
}

function sentenceOf(fault: unknown): string {
  const { faults, message } = fault as { faults?: readonly string[]; message: string };
  return faults ? faults.join(' ') : message;
}
