import { hkdfSync, randomBytes, randomUUID } from 'node:crypto';
import { link, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Config } from '../config/config.js';

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

/** The configured secret, else the one kept in the data directory, made there when it is missing. */
export async function loadKeys(config: Config): Promise<Keys> {
  return new Keys(config.jwtSecret ?? (await keptSecret(config.dataDir)));
}

async function keptSecret(dataDir: string): Promise<string> {
  await mkdir(dataDir, { recursive: true });
  const path = join(dataDir, 'jwt-secret');
  const kept = await readFile(path, 'utf8').catch(ifMissing);
  if (kept?.trim()) return kept.trim();
  // Written aside and linked, so that a second process finds a whole file and takes that.
  const draft = `${path}.${randomUUID()}`;
  await writeFile(draft, `${randomBytes(48).toString('base64url')}\n`, { mode: 0o600 });
  try {
    await link(draft, path);
  } catch (fault) {
    if ((fault as NodeJS.ErrnoException).code !== 'EEXIST') throw fault;
  } finally {
    await rm(draft, { force: true });
  }
  return (await readFile(path, 'utf8')).trim();
}

function ifMissing(fault: NodeJS.ErrnoException): null {
  if (fault.code === 'ENOENT') return null;
  throw fault;
}
