#!/usr/bin/env bash
# Caddy 2.6.2 (Debian 12): a reload, whatever has changed in the configuration (here the answer of another route), lets an answer
# that is under way come to its end, but not behind `flush_interval -1`, which is there for streams: that one is cut where it
# is, and ended as if this were all of it, so that a client takes a half for the whole. Every WebSocket is closed at once.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >npm.log
npm install --ignore-scripts --no-audit --no-fund ws@8.23.0 >>npm.log 2>&1 || { cat npm.log; exit 1; }
apt-get download caddy=2.6.2-5 >apt.log 2>&1 || { cat apt.log; exit 1; }
dpkg-deb --extract caddy_*.deb caddy
cat >run.mjs <<'JS'
import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createNetServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { WebSocket, WebSocketServer } from 'ws';

async function freePort() {
  const server = createNetServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

const answers = [];
const server = createServer((_request, response) => {
  response.write('begun, ');
  answers.push(response);
});
new WebSocketServer({ server }).on('connection', (socket) => socket.on('error', () => {}));
server.listen(0, '127.0.0.1');
await once(server, 'listening');
const [port, admin] = [await freePort(), await freePort()];

const configure = (text) =>
  writeFileSync(
    'Caddyfile',
    `{
      admin 127.0.0.1:${admin}
      auto_https off
    }
    http://127.0.0.1:${port} {
      handle /version {
        respond "${text}"
      }
      handle /stream {
        reverse_proxy 127.0.0.1:${server.address().port} {
          flush_interval -1
        }
      }
      handle {
        reverse_proxy 127.0.0.1:${server.address().port}
      }
    }`,
  );
configure('old');
const program = 'caddy/usr/bin/caddy';
const env = { ...process.env, HOME: process.cwd(), XDG_DATA_HOME: process.cwd(), XDG_CONFIG_HOME: process.cwd() };
const caddy = spawn(program, ['run', '--config', 'Caddyfile', '--adapter', 'caddyfile'], { env, stdio: 'ignore' });
try {
  const version = () => fetch(`http://127.0.0.1:${port}/version`).then((it) => it.text(), () => '');
  while ((await version()) !== 'old') await sleep(50);

  const socket = new WebSocket(`ws://127.0.0.1:${port}/`);
  await once(socket, 'open');
  const closed = once(socket, 'close');
  const [plain, stream] = await Promise.all(['', 'stream'].map((path) => fetch(`http://127.0.0.1:${port}/${path}`)));
  configure('new');
  const args = ['reload', '--config', 'Caddyfile', '--adapter', 'caddyfile', '--address', `127.0.0.1:${admin}`];
  await promisify(execFile)(program, args, { env });
  while ((await version()) !== 'new') await sleep(50);
  const isClosed = await Promise.race([closed.then(() => true), sleep(10_000, false)]);
  for (const each of answers) each.end('and ended');
  console.log(`WebSocket: ${isClosed ? 'closed' : 'open'}`);
  const read = (answer) => answer.text().catch(() => 'broken');
  console.log(`answer: ${await read(plain)}`);
  console.log(`answer with flush_interval -1: ${await read(stream)}`);
} finally {
  caddy.kill();
  server.closeAllConnections();
  server.close();
}
JS
seen=$(node run.mjs)
wanted='WebSocket: closed
answer: begun, and ended
answer with flush_interval -1: begun, '
echo "$seen"
[ "$seen" = "$wanted" ] || { echo "expected:"; echo "$wanted"; exit 1; }
