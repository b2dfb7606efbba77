#!/usr/bin/env bash
# @electric-sql/pglite 0.3.16 keeps what it is given in the database `template1`. 0.4.6, which has the same version of Postgres
# and opens the same directory without a word, looks into `postgres`: the tables seem to be gone until `template1` is asked for.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >npm.log
npm install --ignore-scripts --no-audit --no-fund older@npm:@electric-sql/pglite@0.3.16 later@npm:@electric-sql/pglite@0.4.6 >>npm.log 2>&1 || { cat npm.log; exit 1; }
cat >run.mjs <<'JS'
import { PGlite as Later } from 'later';
import { PGlite as Older } from 'older';

async function look(name, engine) {
  const { rows } = await engine.query(
    `SELECT current_database() AS database, split_part(current_setting('server_version'), '.', 1) AS version,
            to_regclass('lines') AS lines`,
  );
  const [{ database, version, lines }] = rows;
  console.log(`${name}, Postgres ${version}, database ${database}: ${lines ? 'the table is there' : 'no such table'}`);
  await engine.close();
}

const older = await Older.create('data');
await older.exec('CREATE TABLE lines (line text)');
await look('0.3.16', older);
await look('0.4.6', await Later.create('data'));
await look('0.4.6', await Later.create('data', { database: 'template1' }));
JS
seen=$(node run.mjs)
wanted='0.3.16, Postgres 17, database template1: the table is there
0.4.6, Postgres 17, database postgres: no such table
0.4.6, Postgres 17, database template1: the table is there'
echo "$seen"
[ "$seen" = "$wanted" ] || { echo "expected:"; echo "$wanted"; exit 1; }
