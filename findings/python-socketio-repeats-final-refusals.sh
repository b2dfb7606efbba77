#!/usr/bin/env bash
# python-socketio 5.7.2 (Debian 12) against socket.io 4.8.4: who is refused by a middleware while reconnecting gets
# `connect_error` and tries again, and again (seen: at least 3 times), where socket.io-client stops at the first. And a
# first connect that is answered 503 with `Retry-After` raises ConnectionError at once and is never tried again.
set -euo pipefail
packages='python3-socketio=5.7.2-2 python3-engineio=4.3.4-2 python3-websocket=1.2.3-1 python3-bidict=0.22.1-1
  python3-requests=2.28.1+dfsg-1 python3-urllib3 python3-certifi python3-chardet python3-idna python3-six'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >install.log
npm install --ignore-scripts --no-audit --no-fund socket.io@4.8.4 socket.io-client@4.8.4 >>install.log 2>&1 || { cat install.log; exit 1; }
# shellcheck disable=SC2086
apt-get download $packages >>install.log 2>&1 || { cat install.log; exit 1; }
for package in *.deb; do dpkg-deb --extract "$package" python; done
cat >run.mjs <<'JS'
import { spawn } from 'node:child_process';
import http from 'node:http';
import { Server } from 'socket.io';
import { io as connect } from 'socket.io-client';

async function served(handle) {
  const server = http.createServer();
  handle(server);
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  return `http://127.0.0.1:${server.address().port}`;
}

/** Lets the first connection in, ends it, and refuses all others. */
const refusing = await served((server) => {
  const seen = new Set();
  const io = new Server(server);
  io.use(({ handshake }, next) => {
    const { client } = handshake.query;
    const error = new Error('refused');
    error.data = { final: true };
    next(seen.has(client) ? error : undefined);
    seen.add(client);
  });
  io.on('connection', (socket) => setTimeout(() => socket.conn.close(), 100));
});
const busy = await served((server) => {
  server.on('request', (_request, response) => response.writeHead(503, { 'Retry-After': '1' }).end());
  server.on('upgrade', (_request, socket) =>
    socket.end('HTTP/1.1 503 Service Unavailable\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n'),
  );
});

const javascript = connect(refusing, { query: { client: 'js' }, transports: ['websocket'], reconnectionDelay: 100 });
let refusals = 0;
javascript.on('connect_error', () => {
  refusals += 1;
});

const python = spawn('/usr/bin/python3', ['client.py', `${refusing}?client=py`, busy], {
  env: { ...process.env, PYTHONPATH: 'python/usr/lib/python3/dist-packages' },
});
python.stderr.pipe(process.stderr);
let told = '';
python.stdout.on('data', (bytes) => {
  told += bytes;
});
await new Promise((ended) => python.on('close', ended));
console.log(`socket.io-client: refused ${refusals} time, active ${javascript.active}\n${told.trim()}`);
process.exit();
JS
cat >client.py <<'PY'
import os, sys, threading
import socketio

client = socketio.Client(reconnection_delay=0.1, reconnection_delay_max=0.2)
third = threading.Event()
refusals = []

@client.event
def connect_error(data):
    refusals.append(data)
    if len(refusals) == 3:
        third.set()

client.connect(sys.argv[1], transports=['websocket'])
print('python-socketio:', 'refused 3 times' if third.wait(30) else f'refused {len(refusals)} times', flush=True)
try:
    socketio.Client().connect(sys.argv[2], transports=['websocket'])
except socketio.exceptions.ConnectionError as error:
    print('python-socketio at 503:', error, flush=True)
os._exit(0)
PY
seen=$(node run.mjs)
wanted='socket.io-client: refused 1 time, active false
python-socketio: refused 3 times
python-socketio at 503: Connection error'
echo "$seen"
[ "$seen" = "$wanted" ] || { echo "expected:"; echo "$wanted"; exit 1; }
