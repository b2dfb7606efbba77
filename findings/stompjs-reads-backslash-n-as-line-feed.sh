#!/usr/bin/env bash
# @stomp/stompjs 7.5.0 undoes the escapes of STOMP 1.2 one kind after the other, `\\` last: a header that it has escaped
# itself, and that a server gives back byte for byte, comes back with a line feed where a backslash and an n were.
# webstomp-client 1.2.6, which speaks 1.2 too, undoes none at all.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >npm.log
npm install --ignore-scripts --no-audit --no-fund ws@8.23.0 webstomp-client@1.2.6 @stomp/stompjs@7.5.0 \
  >>npm.log 2>&1 || { cat npm.log; exit 1; }
cat >run.mjs <<'JS'
import { Client } from '@stomp/stompjs';
import webstomp from 'webstomp-client';
import { WebSocket, WebSocketServer } from 'ws';

/** Answers SUBSCRIBE with a MESSAGE that has its header `path` just as it was written. */
const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
await new Promise((ready) => server.once('listening', ready));
server.on('connection', (socket) => {
  socket.on('message', (data) => {
    const frame = data.toString();
    const [, id] = /^id:(.*)$/m.exec(frame) ?? [];
    const [, path] = /^path:(.*)$/m.exec(frame) ?? [];
    if (frame.startsWith('CONNECT')) socket.send('CONNECTED\nversion:1.2\nheart-beat:0,0\n\n\0');
    if (frame.startsWith('SUBSCRIBE'))
      socket.send(`MESSAGE\nsubscription:${id}\nmessage-id:1\ndestination:/q\npath:${path}\n\n\0`);
  });
});
const url = `ws://127.0.0.1:${server.address().port}`;

const byStompjs = await new Promise((resolve) => {
  const client = new Client({ webSocketFactory: () => new WebSocket(url), reconnectDelay: 0 });
  client.onConnect = () => client.subscribe('/q', ({ headers }) => resolve(headers.path), { path: 'C:\\new' });
  client.activate();
});
console.log(`@stomp/stompjs: ${JSON.stringify('C:\\new')} came back as ${JSON.stringify(byStompjs)}`);

const byWebstomp = await new Promise((resolve) => {
  const socket = new WebSocket(url);
  const client = webstomp.over(socket, { debug: false, heartbeat: false });
  // As the specification has it escaped, since the client itself escapes nothing.
  const headers = { path: 'C\\c\\\\new' };
  const subscribe = () => client.subscribe('/q', (message) => resolve(message.headers.path), headers);
  socket.on('open', () => client.connect({}, subscribe, () => undefined));
});
console.log(`webstomp-client: ${JSON.stringify('C\\c\\\\new')} was read as ${JSON.stringify(byWebstomp)}`);
process.exit();
JS
seen=$(node run.mjs)
wanted='@stomp/stompjs: "C:\\new" came back as "C:\\\new"
webstomp-client: "C\\c\\\\new" was read as "C\\c\\\\new"'
echo "$seen"
[ "$seen" = "$wanted" ] || { echo "expected:"; echo "$wanted"; exit 1; }
