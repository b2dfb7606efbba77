import { connect } from 'node:net';
import type { AdminOutcome } from '../modules/administration/index.js';
import { adminSocketAddress } from '../platform/nodes/admin-socket-address.js';

/** Asks the node that runs on this data directory; null where none listens. */
export function askRunningNode(dataDir: string, args: readonly string[]): Promise<AdminOutcome | null> {
  const path = adminSocketAddress(dataDir);
  if (path === null) return Promise.resolve(null);
  return new Promise((resolve, reject) => {
    let text = '';
    const socket = connect(path, () => socket.write(`${JSON.stringify(args)}\n`));
    socket.setEncoding('utf8').on('data', (more: string) => {
      text += more;
    });
    socket.on('error', (fault: NodeJS.ErrnoException) => {
      // A file that a dead process has left behind, or none.
      if (fault.code === 'ENOENT' || fault.code === 'ECONNREFUSED') resolve(null);
      else reject(sentenceOf(fault, path));
    });
    socket.on('close', () => {
      if (text.endsWith('\n')) resolve(JSON.parse(text) as AdminOutcome);
      else
        reject(new Error('The running node ended before it answered. Ask what became of it: npm run admin -- audit'));
    });
  });
}

function sentenceOf(fault: NodeJS.ErrnoException, path: string): Error {
  if (fault.code !== 'EACCES') return fault;
  return new Error(`Only the user that runs Parley may use ${path}. Run this as that user.`);
}
