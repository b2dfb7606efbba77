#!/usr/bin/env bash
# jose 6.2.17: `createRemoteJWKSet` fetches the set again where no key fits a token's header, but not where a key fits and
# its signature does not. Of a set whose keys have no `kid` a token of the rotated key is refused, without a fetch, until
# the cache (10 minutes) is over, also with `cooldownDuration: 0`. Where two such keys are in the set neither is tried.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >npm.log
npm install --ignore-scripts --no-audit --no-fund jose@6.2.17 >>npm.log 2>&1 || { cat npm.log; exit 1; }
cat >run.mjs <<'JS'
import http from 'node:http';
import { createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify, SignJWT } from 'jose';

const [old, fresh] = [await generateKeyPair('ES256'), await generateKeyPair('ES256')];
const published = async (...pairs) => Promise.all(pairs.map(({ publicKey }) => exportJWK(publicKey)));
let keys = await published(old);
let fetches = 0;
const server = http.createServer((_request, response) => {
  fetches += 1;
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ keys }));
});
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const set = createRemoteJWKSet(new URL(`http://127.0.0.1:${server.address().port}`), { cooldownDuration: 0 });

async function tell(what, pair) {
  const token = await new SignJWT({}).setProtectedHeader({ alg: 'ES256' }).sign(pair.privateKey);
  const verdict = await jwtVerify(token, set).then(() => 'good', ({ code }) => code);
  console.log(`${what}: ${verdict}, ${fetches} fetched`);
}
await tell('one key', old);
keys = await published(fresh);
await tell('rotated', fresh);
keys = await published(old, fresh);
await set.reload();
await tell('both', fresh);
server.close();
JS
seen=$(node run.mjs)
wanted='one key: good, 1 fetched
rotated: ERR_JWS_SIGNATURE_VERIFICATION_FAILED, 1 fetched
both: ERR_JWKS_MULTIPLE_MATCHING_KEYS, 2 fetched'
echo "$seen"
[ "$seen" = "$wanted" ] || { echo "expected:"; echo "$wanted"; exit 1; }
