#!/usr/bin/env bash
# @electric-sql/pglite 0.5.16: started without `-F`, and with files that have an `fsync`, the engine says `fsync` is on, and a
# commit syncs nothing: the log goes by `fdatasync`, the default on Linux, which there does nothing and reports success.
# With `wal_sync_method=fsync` each commit is one sync.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >npm.log
npm install --ignore-scripts --no-audit --no-fund @electric-sql/pglite@0.5.16 >>npm.log 2>&1 || { cat npm.log; exit 1; }
cat >run.mjs <<'JS'
import { fsyncSync } from 'node:fs';
import { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';

let syncs = 0;

class SyncedFiles extends NodeFS {
  async init(engine, options) {
    const { emscriptenOpts } = await super.init(engine, options);
    const addSync = ({ NODEFS }) => {
      NODEFS.stream_ops.fsync = ({ nfd }) => {
        syncs += 1;
        if (nfd !== undefined) fsyncSync(nfd);
      };
    };
    return { emscriptenOpts: { ...emscriptenOpts, preRun: [...emscriptenOpts.preRun, addSync] } };
  }
}

async function commits(...more) {
  const startParams = [...PGlite.defaultStartParams.filter((each) => each !== '-F'), ...more];
  const db = await PGlite.create({ fs: new SyncedFiles('data'), startParams });
  await db.exec('CREATE TABLE IF NOT EXISTS lines (line text)');
  const before = syncs;
  for (let i = 0; i < 10; i += 1) await db.query(`INSERT INTO lines VALUES ('one')`);
  const done = syncs - before;
  const { rows } = await db.query('SHOW fsync');
  await db.close();
  return `fsync is ${rows[0].fsync}, 10 commits are ${done} syncs`;
}

console.log(await commits());
console.log(`wal_sync_method=fsync: ${await commits('-c', 'wal_sync_method=fsync')}`);
JS
seen=$(node run.mjs)
wanted='fsync is on, 10 commits are 0 syncs
wal_sync_method=fsync: fsync is on, 10 commits are 10 syncs'
echo "$seen"
[ "$seen" = "$wanted" ] || { echo "expected:"; echo "$wanted"; exit 1; }
