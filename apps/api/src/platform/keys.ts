import { hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/config.js';
import { ConfigurationError, LEAST_SECRET } from '../config/environment.js';
import { syncPlaceOf } from '../database/synced.js';

/** Keys for every purpose, each derived from the node's one secret. Nodes with the same secret have the same keys. */
export class Keys {
  constructor(
    /** Signs access tokens as it is, so that other tools can be given the same secret. */
    readonly signing: string,
  ) {}

  /** 32 bytes that belong to this purpose alone. */
  derive(purpose: string): Buffer {
    return Buffer.from(hkdfSync('sha256', this.signing, '', `parley ${purpose}`, 32));
  }
}

/**
 * The configured secret, else the one kept in the data directory, made there when it is missing.
 * @throws {ConfigurationError} where the one that is kept is none.
 */
export async function loadKeys(config: Config): Promise<Keys> {
  return new Keys(config.jwtSecret ?? (await keptSecret(config.dataDir)));
}

async function keptSecret(dataDir: string): Promise<string> {
  await mkdir(dataDir, { recursive: true });
  const path = join(dataDir, 'jwt-secret');
  const secret = secretIn((await readFile(path, 'utf8').catch(ifMissing)) ?? (await makeSecret(path)), path);
  // Before anything is signed with it; whoever made it may have been cut off before this.
  syncPlaceOf(path);
  return secret;
}

/** @returns what the file holds then, which another process may have made. */
async function makeSecret(path: string): Promise<string> {
  // Written aside and linked, so that a second process finds a whole file and takes that.
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, `${randomBytes(48).toString('base64url')}\n`, { mode: 0o600, flush: true });
  try {
    await link(draft, path);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault;
  } finally {
    await rm(draft, { force: true });
  }
  return readFile(path, 'utf8');
}

/** A secret that is lost, in a power cut for example, is not replaced: that would sign everybody out without a word. */
function secretIn(content: string, path: string): string {
  const secret = content.trim();
  if (secret.length >= LEAST_SECRET) return secret;
  throw new ConfigurationError([`${path} is empty or cut off: restore it, or remove it, which signs everybody out.`]);
}

function ifMissing(fault: NodeJS.ErrnoException): null {
  if (fault.code === 'ENOENT') return null;
  throw fault;
}
