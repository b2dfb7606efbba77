#!/usr/bin/env bash
# @electric-sql/pglite 0.5.16: two processes may open the same data directory at once; neither is told. What the second
# one wrote, and was told is committed, is not there after the first one has closed.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >npm.log
npm install --ignore-scripts --no-audit --no-fund @electric-sql/pglite@0.5.16 >>npm.log 2>&1 || { cat npm.log; exit 1; }
cat >second.mjs <<'JS'
import { PGlite } from '@electric-sql/pglite';

const db = await PGlite.create('data');
await db.query(`INSERT INTO lines VALUES ('second')`);
const { rows } = await db.query('SELECT line FROM lines ORDER BY line');
console.log(`the second sees ${rows.map(({ line }) => line)}`);
await db.close();
JS
cat >run.mjs <<'JS'
import { execFileSync } from 'node:child_process';
import { PGlite } from '@electric-sql/pglite';

const first = await PGlite.create('data');
await first.exec(`CREATE TABLE lines (line text); INSERT INTO lines VALUES ('zero'); CHECKPOINT`);
process.stdout.write(execFileSync(process.execPath, ['second.mjs']));
await first.query(`INSERT INTO lines VALUES ('first')`);
await first.close();
const again = await PGlite.create('data');
const { rows } = await again.query('SELECT line FROM lines ORDER BY line');
console.log(`afterwards there is ${rows.map(({ line }) => line)}`);
await again.close();
JS
seen=$(node run.mjs)
wanted='the second sees second,zero
afterwards there is first,zero'
echo "$seen"
[ "$seen" = "$wanted" ] || { echo "expected:"; echo "$wanted"; exit 1; }
