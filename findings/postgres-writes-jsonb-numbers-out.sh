#!/usr/bin/env bash
# PostgreSQL 18 (as @electric-sql/pglite 0.5.16; the same on 15): jsonb keeps a number as a decimal of any size, and
# writes all its digits. `1e300` is 5 characters as sent, 22 bytes as kept, 301 characters when read. A limit on the JSON
# that was received bounds neither what is answered nor what a page of rows costs: here 84,000 bytes become 4.2 million.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >npm.log
npm install --ignore-scripts --no-audit --no-fund @electric-sql/pglite@0.5.16 >>npm.log 2>&1 || { cat npm.log; exit 1; }
cat >run.mjs <<'JS'
import { PGlite } from '@electric-sql/pglite';

const db = new PGlite();
const many = `[${Array(14_000).fill('1e300').join(',')}]`;
const one = await db.query(`SELECT length('1e300'::jsonb::text) AS digits, pg_column_size('1e300'::jsonb) AS kept`);
const all = await db.query('SELECT length($1::jsonb::text) AS read', [many]);
console.log(JSON.stringify({ ...one.rows[0], sent: many.length, ...all.rows[0] }));
JS
seen=$(node run.mjs)
wanted='{"digits":301,"kept":22,"sent":84001,"read":4242000}'
echo "$seen"
[ "$seen" = "$wanted" ] || { echo "expected $wanted"; exit 1; }
