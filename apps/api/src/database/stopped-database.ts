import { join } from 'node:path';
import { lockDirectory } from './directory-lock.js';
import { EmbeddedClient } from './embedded-client.js';
import { embeddedSession, type PlainSession } from './plain-session.js';

/** The embedded database itself. No node can start until the session is closed. @throws DirectoryHeldError */
export async function stoppedDatabase(dataDir: string): Promise<PlainSession> {
  const release = await lockDirectory(dataDir);
  try {
    const session = await embeddedSession(await EmbeddedClient.open(join(dataDir, 'postgres')));
    const close = async () => {
      await session.close();
      await release();
    };
    return { ...session, close };
  } catch (fault) {
    await release();
    throw fault;
  }
}
