#!/usr/bin/env bash
# @electric-sql/pglite 0.5.16: the engine says that `autovacuum` is on and that `max_wal_size` is 32 MB, and does neither by
# itself: both are the work of processes that it does not have. A table of 100 rows that are updated again and again keeps what
# was before, and the log of an engine that is not closed grows far beyond its limit, until somebody says VACUUM and CHECKPOINT.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >npm.log
npm install --ignore-scripts --no-audit --no-fund @electric-sql/pglite@0.5.16 >>npm.log 2>&1 || { cat npm.log; exit 1; }
cat >run.mjs <<'JS'
import { PGlite } from '@electric-sql/pglite';

const db = await PGlite.create('data', { postgresqlconf: ['max_wal_size = 32MB', 'autovacuum_naptime = 1s'] });
const one = async (text) => Object.values((await db.query(text)).rows[0])[0];
const logMegabytes = () =>
  one('SELECT (pg_wal_lsn_diff(pg_current_wal_lsn(), redo_lsn) / 1e6)::float8 FROM pg_control_checkpoint()');
const dead = () => one(`SELECT n_dead_tup::int FROM pg_stat_user_tables WHERE relname = 'rows'`);

await db.exec(`CREATE TABLE rows (id integer, number integer, padding text);
INSERT INTO rows SELECT i, 0, repeat('x', 1000) FROM generate_series(1, 100) i`);
for (let i = 0; i < 1000; i += 1) await db.exec('UPDATE rows SET number = number + 1');
// Ten times as long as autovacuum would sleep.
await new Promise((resolve) => setTimeout(resolve, 10_000));
await db.exec('SELECT 1');
console.log(`autovacuum ${await one('SHOW autovacuum')}, max_wal_size ${await one('SHOW max_wal_size')}`);
console.log(`autovacuums: ${await one(`SELECT autovacuum_count::int FROM pg_stat_user_tables WHERE relname = 'rows'`)}`);
console.log(`log since the last checkpoint: ${(await logMegabytes()) > 96 ? 'over 96 MB' : 'within 96 MB'}`);
await db.exec('VACUUM rows');
await db.exec('CHECKPOINT');
console.log(`after VACUUM and CHECKPOINT: ${await dead()} dead rows, ${(await logMegabytes()) > 1 ? 'over' : 'within'} 1 MB`);
await db.close();
JS
seen=$(node run.mjs)
wanted='autovacuum on, max_wal_size 32MB
autovacuums: 0
log since the last checkpoint: over 96 MB
after VACUUM and CHECKPOINT: 0 dead rows, within 1 MB'
echo "$seen"
[ "$seen" = "$wanted" ] || { echo "expected:"; echo "$wanted"; exit 1; }
