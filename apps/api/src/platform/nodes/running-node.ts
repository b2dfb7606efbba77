import { connect, type Socket } from 'node:net';
import { adminSocketAddress } from './admin-socket-address.js';

/** What a node answers there: 0 done, 1 refused, 2 not understood. */
export interface NodeAnswer {
  code: number;
  text: string;
}

/** Asks the node that runs on this data directory; null where none listens. */
export async function askRunningNode(dataDir: string, args: readonly string[]): Promise<NodeAnswer | null> {
  const socket = await connectToNode(dataDir);
  if (!socket) return null;
  return new Promise((resolve, reject) => {
    let text = '';
    socket.setEncoding('utf8').on('data', (more: string) => {
      text += more;
    });
    socket.on('error', reject).on('close', () => {
      if (text.endsWith('\n')) resolve(JSON.parse(text) as NodeAnswer);
      else
        reject(new Error('The running node ended before it answered. Ask what became of it: npm run admin -- audit'));
    });
    socket.write(`${JSON.stringify(args)}\n`);
  });
}

/** A connection to the socket of the node that runs on this data directory; null where none listens. */
export function connectToNode(dataDir: string): Promise<Socket | null> {
  const path = adminSocketAddress(dataDir);
  if (path === null) return Promise.resolve(null);
  return new Promise((resolve, reject) => {
    const socket = connect(path, () => resolve(socket));
    socket.on('error', (fault: NodeJS.ErrnoException) => {
      // A file that a dead process has left behind, or none.
      if (fault.code === 'ENOENT' || fault.code === 'ECONNREFUSED') resolve(null);
      else reject(sentenceOf(fault, path));
    });
  });
}

function sentenceOf(fault: NodeJS.ErrnoException, path: string): Error {
  if (fault.code !== 'EACCES') return fault;
  return new Error(`Only the user that runs Parley may use ${path}. Run this as that user.`);
}
