#!/usr/bin/env bash
# express 5.3.0 answers `If-None-Match` by the package `fresh`, which takes any request with `Cache-Control: no-cache` for one
# that wants everything. fetch adds just that header to every request for which its caller sets `If-None-Match` (the Fetch
# Standard tells it to), in Node as in browsers. So whoever keeps a tag and asks by fetch is never answered 304, while curl or
# node:http with the same tag is.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >npm.log
npm install --ignore-scripts --no-audit --no-fund express@5.3.0 >>npm.log 2>&1 || { cat npm.log; exit 1; }
cat >run.mjs <<'JS'
import http from 'node:http';
import express from 'express';

const app = express();
app.get('/', (request, response) => {
  console.log(`cache-control: ${request.headers['cache-control'] ?? 'none'}`);
  response.set('ETag', '"a"').send('everything');
});
const server = app.listen(0, '127.0.0.1');
await new Promise((ready) => server.once('listening', ready));
const url = `http://127.0.0.1:${server.address().port}/`;
const headers = { 'if-none-match': '"a"' };

const fetched = await fetch(url, { headers });
console.log(`fetch: ${fetched.status} ${await fetched.text()}`);
const asked = await new Promise((answered) => http.get(url, { headers, agent: false }, answered));
console.log(`node:http: ${asked.statusCode}`);
asked.resume();
server.close();
JS
seen=$(node run.mjs)
wanted='cache-control: no-cache
fetch: 200 everything
cache-control: none
node:http: 304'
echo "$seen"
[ "$seen" = "$wanted" ] || { echo "expected:"; echo "$wanted"; exit 1; }
