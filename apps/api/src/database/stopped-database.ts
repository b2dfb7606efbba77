import { join } from 'node:path';
import { lockDirectory } from './directory-lock.js';
import { EmbeddedClient } from './embedded-client.js';
import { holding } from './holding.js';
import { embeddedSession, type PlainSession } from './plain-session.js';

/** The embedded database itself. No node can start until the session is closed. @throws DirectoryHeldError */
export async function stoppedDatabase(dataDir: string): Promise<PlainSession> {
  const open = async () => embeddedSession(await EmbeddedClient.open(join(dataDir, 'postgres')));
  return holding(await lockDirectory(dataDir), open);
}
