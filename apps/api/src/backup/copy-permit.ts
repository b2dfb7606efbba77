import type { Socket } from 'node:net';
import { COPY_DATABASE } from '../platform/nodes/admin-socket-address.js';
import { connectToNode, type NodeAnswer } from '../platform/nodes/running-node.js';

/** Says that a running node keeps what a copy of its database needs, until it is finished. */
export interface CopyPermit {
  /** The first file of the log that has to come along. */
  firstLog: string;
  /** All files but the log are copied: answers what tells an engine that this is a copy. */
  finish(): Promise<string>;
  cancel(): void;
}

/** Asks the node that runs on this data directory; null where none listens. @throws with a sentence where it refuses. */
export async function askForCopy(dataDir: string): Promise<CopyPermit | null> {
  const socket = await connectToNode(dataDir);
  if (!socket) return null;
  const next = answersOn(socket);
  const ask = async (question: string) => {
    socket.write(`${question}\n`);
    const { code, text } = JSON.parse(await next()) as NodeAnswer;
    if (code === 0) return text;
    socket.destroy();
    throw new Error(code === 1 ? text : 'The node that runs is of another version. Start it again, with this one.');
  };
  const firstLog = await ask(JSON.stringify([COPY_DATABASE]));
  return { firstLog, finish: () => ask('copied').finally(() => socket.destroy()), cancel: () => socket.destroy() };
}

/** The next line that comes, one call after the other. */
function answersOn(socket: Socket): () => Promise<string> {
  let text = '';
  let settle = (): void => undefined;
  socket.setEncoding('utf8').on('data', (more: string) => {
    text += more;
    settle();
  });
  socket.on('close', () => settle());
  return async () => {
    while (!text.endsWith('\n')) {
      if (socket.destroyed) throw new Error('The node ended before the database was copied. Make the backup again.');
      await new Promise<void>((resolve) => {
        settle = resolve;
      });
    }
    const line = text;
    text = '';
    return line;
  };
}
