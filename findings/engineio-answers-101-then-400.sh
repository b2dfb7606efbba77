#!/usr/bin/env bash
# engine.io 6.6.4 (below socket.io 4.8.4): a client of protocol 3 that opens a WebSocket (`EIO=3`, what Socket.IO 2 sends)
# is answered `101 Switching Protocols`, and then `HTTP/1.1 400 Bad Request` as text inside the open WebSocket. Over
# polling the same refusal is a plain HTTP 400 with a JSON body. A client can only report a broken frame.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >npm.log
npm install --ignore-scripts --no-audit --no-fund engine.io@6.6.4 >>npm.log 2>&1 || { cat npm.log; exit 1; }
cat >run.mjs <<'JS'
import http from 'node:http';
import net from 'node:net';
import { Server } from 'engine.io';

const server = http.createServer();
new Server().attach(server);
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const { port } = server.address();

const polling = await fetch(`http://127.0.0.1:${port}/engine.io/?EIO=3&transport=polling`);
console.log(`polling: ${polling.status} ${await polling.text()}`);

const socket = net.connect(port, '127.0.0.1');
const upgrade = ['Upgrade: websocket', 'Connection: Upgrade', 'Sec-WebSocket-Version: 13'];
const key = 'Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==';
const lines = ['GET /engine.io/?EIO=3&transport=websocket HTTP/1.1', 'Host: localhost', ...upgrade, key, '', ''];
socket.write(lines.join('\r\n'));
let answer = '';
socket.on('data', (bytes) => {
  answer += bytes;
});
await new Promise((closed) => socket.on('close', closed));
console.log(`websocket: ${answer.match(/HTTP\/1.1 [^\r]+/g).join(', then ')}`);
server.close();
JS
seen=$(node run.mjs)
wanted='polling: 400 {"code":5,"message":"Unsupported protocol version"}
websocket: HTTP/1.1 101 Switching Protocols, then HTTP/1.1 400 Bad Request'
echo "$seen"
[ "$seen" = "$wanted" ] || { echo "expected:"; echo "$wanted"; exit 1; }
