import { spawnSync } from 'node:child_process';

/** Empty: our own. */
export interface Account {
  uid?: number;
  gid?: number;
}

/** What refuses to run as root is run by an account without rights: that of Postgres, or else `nobody`. */
export function unprivileged(): Account {
  if (process.getuid?.() !== 0) return {};
  for (const name of ['postgres', 'nobody']) {
    const uid = accountNumber('-u', name);
    const gid = accountNumber('-g', name);
    if (uid !== null && gid !== null) return { uid, gid };
  }
  throw new Error('It does not run as root, and there is neither an account "postgres" nor "nobody".');
}

function accountNumber(flag: string, name: string): number | null {
  const asked = spawnSync('id', [flag, name], { encoding: 'utf8' });
  return asked.status === 0 ? Number(asked.stdout) : null;
}
