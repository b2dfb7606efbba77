// For `node --import`, before a node's own script: from one SIGUSR2 to the next nothing can be synced to the disk, as if it
// were broken. The product itself knows nothing of this.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { fsyncSync } = fs;
let isBroken = false;

process.on('SIGUSR2', () => {
  isBroken = !isBroken;
});

fs.fsyncSync = (descriptor) => {
  if (isBroken) throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO', errno: -5, syscall: 'fsync' });
  fsyncSync(descriptor);
};
syncBuiltinESMExports();
