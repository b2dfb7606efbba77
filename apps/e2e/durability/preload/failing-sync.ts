// For `node --import`, before a node's own script: while there is a file named NO_SYNC_WHILE nothing can be synced to the disk,
// as if it were broken. The product itself knows nothing of this.
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const { fsyncSync, existsSync } = fs;
const sign = process.env.NO_SYNC_WHILE ?? '';

fs.fsyncSync = (descriptor) => {
  if (existsSync(sign))
    throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO', errno: -5, syscall: 'fsync' });
  fsyncSync(descriptor);
};
syncBuiltinESMExports();
