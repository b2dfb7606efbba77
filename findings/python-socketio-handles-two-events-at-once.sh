#!/usr/bin/env bash
# python-socketio 5.7.2 (Debian 12), the client for threads: every event's handler runs in a new thread, so that the
# second event is handled while the handler of the first still runs, and their order is whatever the threads make of it.
# Its client for asyncio calls plain handlers in the order of arrival, one after the other.
set -euo pipefail
packages='python3-socketio=5.7.2-2 python3-engineio=4.3.4-2 python3-websocket=1.2.3-1 python3-bidict=0.22.1-1
  python3-requests=2.28.1+dfsg-1 python3-urllib3 python3-certifi python3-chardet python3-idna python3-six
  python3-aiohttp=3.8.4-1+deb12u2 python3-aiosignal=1.3.1-1 python3-async-timeout=4.0.2-1 python3-attr=22.2.0-1
  python3-charset-normalizer=3.0.1-2 python3-frozenlist=1.3.3-1+b1 python3-multidict=6.0.4-1+b1 python3-yarl=1.8.2-1+b1'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >install.log
npm install --ignore-scripts --no-audit --no-fund socket.io@4.8.4 >>install.log 2>&1 || { cat install.log; exit 1; }
# shellcheck disable=SC2086
apt-get download $packages >>install.log 2>&1 || { cat install.log; exit 1; }
for package in *.deb; do dpkg-deb --extract "$package" python; done
cat >run.mjs <<'JS'
import { spawn } from 'node:child_process';
import http from 'node:http';
import { Server } from 'socket.io';

const server = http.createServer();
new Server(server).on('connection', (socket) => {
  for (let number = 1; number <= 2; number += 1) socket.emit('event', number);
});
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const url = `http://127.0.0.1:${server.address().port}`;
for (const file of ['threads.py', 'asynchronous.py']) {
  const env = { ...process.env, PYTHONPATH: 'python/usr/lib/python3/dist-packages' };
  const python = spawn('/usr/bin/python3', [file, url], { env, stdio: ['ignore', 'inherit', 'inherit'] });
  await new Promise((ended) => python.on('close', ended));
}
process.exit();
JS
cat >threads.py <<'PY'
import os, sys, threading
import socketio

client = socketio.Client()
second, both = threading.Event(), threading.Event()

@client.event
def event(number):
    if number == 2:
        second.set()
    elif second.wait(10):
        print('threads: 2 was handled while the handler of 1 ran', flush=True)
        both.set()
    else:
        print('threads: 2 waited for the handler of 1', flush=True)
        both.set()

client.connect(sys.argv[1], transports=['websocket'])
both.wait(20)
os._exit(0)
PY
cat >asynchronous.py <<'PY'
import asyncio, os, sys, time
import socketio

async def main():
    client = socketio.AsyncClient()
    handled, both = [], asyncio.Event()

    @client.event
    def event(number):
        time.sleep(0.2 / number)
        handled.append(number)
        if len(handled) == 2:
            both.set()

    await client.connect(sys.argv[1], transports=['websocket'])
    await asyncio.wait_for(both.wait(), 20)
    print('asyncio:', handled, flush=True)
    os._exit(0)

asyncio.run(main())
PY
seen=$(node run.mjs)
wanted='threads: 2 was handled while the handler of 1 ran
asyncio: [1, 2]'
echo "$seen"
[ "$seen" = "$wanted" ] || { echo "expected:"; echo "$wanted"; exit 1; }
