import { createECDH } from 'node:crypto';
import type { PushSettings } from './config.js';

/** What of the environment's reader is needed here. */
interface Reader {
  text(name: string): string | null;
  origins(name: string): string[];
  fault(sentence: string): void;
}

const SUBJECT = /^(mailto:[^\s@]+@[^\s@]+|https:\/\/[^\s]+)$/;

/** Null: no pushes are sent. A server that speaks to push services of others was told to do so. */
export function pushSettings(reader: Reader): PushSettings | null {
  const subject = reader.text('VAPID_SUBJECT');
  const publicKey = reader.text('VAPID_PUBLIC_KEY');
  const privateKey = reader.text('VAPID_PRIVATE_KEY');
  const origins = reader.origins('PUSH_ORIGINS');
  if (subject === null) {
    if (publicKey !== null || privateKey !== null)
      reader.fault('VAPID_SUBJECT must be set too: whom push services may turn to, as mailto:admin@example.org.');
    return null;
  }
  if (!SUBJECT.test(subject))
    reader.fault(`VAPID_SUBJECT must begin with mailto: or https://, as push services want it; it is "${subject}".`);
  if (publicKey === null && privateKey === null) return { subject, keys: null, origins };
  const keys = { publicKey: publicKey ?? '', privateKey: privateKey ?? '' };
  // The private key is not shown in the fault.
  if (publicOf(keys.privateKey) !== keys.publicKey)
    reader.fault(
      'VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY must be a pair of keys in base64url, as `npx web-push generate-vapid-keys` ' +
        'makes them; or leave both out, and a pair is derived from the secret of the node.',
    );
  return { subject, keys, origins };
}

/** Null where it is no private key of P-256. */
function publicOf(privateKey: string): string | null {
  try {
    const pair = createECDH('prime256v1');
    pair.setPrivateKey(Buffer.from(privateKey, 'base64url'));
    return pair.getPublicKey('base64url');
  } catch {
    return null;
  }
}
