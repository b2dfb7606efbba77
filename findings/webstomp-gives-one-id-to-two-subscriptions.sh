#!/usr/bin/env bash
# webstomp-client 1.2.6 makes the id of a subscription of the millisecond and a random number below 1,000. Of a few that are
# made at once two may have the same: a server refuses the second as the specification asks, and where it does not, what is
# sent to the first one calls the listener of the second. Give ids of your own.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >npm.log
npm install --ignore-scripts --no-audit --no-fund ws@8.23.0 webstomp-client@1.2.6 >>npm.log 2>&1 || { cat npm.log; exit 1; }
cat >run.mjs <<'JS'
import webstomp from 'webstomp-client';
import { WebSocket, WebSocketServer } from 'ws';

const MANY = 2000;
const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
await new Promise((ready) => server.once('listening', ready));
const ids = [];
const all = new Promise((resolve) => {
  server.on('connection', (socket) => {
    socket.on('message', (data) => {
      const frame = data.toString();
      if (frame.startsWith('CONNECT')) socket.send('CONNECTED\nversion:1.2\nheart-beat:0,0\n\n\0');
      const id = /^SUBSCRIBE[^]*?^id:(.*)$/m.exec(frame)?.[1];
      if (id && ids.push(id) === MANY) resolve();
    });
  });
});
const socket = new WebSocket(`ws://127.0.0.1:${server.address().port}`);
const client = webstomp.over(socket, { debug: false, heartbeat: false });
const subscribe = () => {
  for (let i = 0; i < MANY; i += 1) client.subscribe(`/queue/${i}`, () => undefined);
};
socket.on('open', () => client.connect({}, subscribe, () => undefined));
await all;
console.log(`${ids.length} subscriptions, an id of its own for each: ${new Set(ids).size === ids.length}`);
process.exit();
JS
seen=$(node run.mjs)
wanted='2000 subscriptions, an id of its own for each: false'
echo "$seen"
[ "$seen" = "$wanted" ] || { echo "expected:"; echo "$wanted"; exit 1; }
