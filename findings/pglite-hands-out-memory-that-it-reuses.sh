#!/usr/bin/env bash
# @electric-sql/pglite 0.5.16: `execProtocolRawStream` hands each piece of an answer to `onRawData` as a view of memory
# that it uses again. Of an answer in several pieces the first, kept until the next has come, has other bytes by then. A
# parser that keeps half a message until the rest is there (node-postgres does) needs copies.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >npm.log
npm install --ignore-scripts --no-audit --no-fund @electric-sql/pglite@0.5.16 >>npm.log 2>&1 || { cat npm.log; exit 1; }
cat >run.mjs <<'JS'
import { PGlite } from '@electric-sql/pglite';

const db = await PGlite.create();
const text = Buffer.from(`SELECT repeat('a', 100000)\0`);
const query = Buffer.alloc(5 + text.length);
query.write('Q');
query.writeInt32BE(4 + text.length, 1);
text.copy(query, 5);
const pieces = [];
await db.execProtocolRawStream(query, {
  onRawData: (piece) => pieces.push({ kept: piece, copied: Buffer.from(piece) }),
});
const same = pieces.map(({ kept, copied }) => Buffer.compare(kept, copied) === 0);
console.log(`several pieces: ${pieces.length > 1}; the first is as it was: ${same[0]}; the last: ${same.at(-1)}`);
await db.close();
JS
seen=$(node run.mjs)
wanted='several pieces: true; the first is as it was: false; the last: true'
echo "$seen"
[ "$seen" = "$wanted" ] || { echo "expected $wanted"; exit 1; }
