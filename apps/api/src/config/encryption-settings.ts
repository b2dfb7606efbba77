import type { Config, EncryptionKey } from './config.js';

/** What of the environment's reader is needed here. */
interface Reader {
  list(name: string): string[];
  oneOf<T extends string>(name: string, choices: readonly T[], otherwise: T): T;
  fault(sentence: string): void;
}

const NAME = 'ENCRYPTION_KEYS';
const KEY_BYTES = 32;
/** Each is tried for nothing; more than a few are a mistake. */
const MOST_KEYS = 16;
const ID = /^[A-Za-z0-9_-]{1,32}$/;
const BASE64 = /^[A-Za-z0-9+/]{43}=?$/;

/**
 * What texts are encrypted with, and whether they can be searched: with keys nothing of a text is stored that a search could
 * look at.
 */
export function encryptionSettings(reader: Reader): Pick<Config, 'encryptionKeys' | 'search'> {
  const encryptionKeys = encryptionKeysIn(reader);
  const isEncrypted = encryptionKeys.length > 0;
  const search = reader.oneOf('SEARCH', ['on', 'off'] as const, isEncrypted ? 'off' : 'on') === 'on';
  if (search && isEncrypted) {
    reader.fault(
      'SEARCH=on cannot be beside ENCRYPTION_KEYS: a search stores the words of messages as they are. Leave SEARCH out.',
    );
  }
  return { encryptionKeys, search };
}

/** No fault repeats what was given: it may be a key. */
function encryptionKeysIn(reader: Reader): EncryptionKey[] {
  const keys = reader.list(NAME).flatMap((given, i) => keyIn(given) ?? refused(reader, i + 1));
  if (new Set(keys.map(({ id }) => id)).size < keys.length)
    reader.fault(`${NAME} must give each key an id of its own.`);
  if (keys.length > MOST_KEYS) reader.fault(`${NAME} must list ${MOST_KEYS} keys at most.`);
  return keys;
}

function keyIn(given: string): EncryptionKey | null {
  const colon = given.indexOf(':');
  const [id, text] = [given.slice(0, Math.max(colon, 0)), given.slice(colon + 1)];
  if (!ID.test(id) || !BASE64.test(text)) return null;
  const secret = Buffer.from(text, 'base64');
  return secret.length === KEY_BYTES ? { id, secret } : null;
}

function refused(reader: Reader, place: number): [] {
  reader.fault(
    `${NAME} must list keys as id:key, separated by commas, the key being ${KEY_BYTES} random bytes in base64, such as
\`openssl rand -base64 ${KEY_BYTES}\` prints; number ${place} is none.`.replace('\n', ' '),
  );
  return [];
}
