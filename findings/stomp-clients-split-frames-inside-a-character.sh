#!/usr/bin/env bash
# STOMP clients for browsers cut a frame of over 16,384 characters into several text messages of a WebSocket, anywhere:
# webstomp-client 1.2.6 and stompjs 2.3.3 by themselves, @stomp/stompjs 7.5.0 with `splitLargeFrames`. Where the cut falls
# within a character of two UTF-16 units, each half becomes U+FFFD, and the frame has two bytes more than its
# `content-length`. What a server gets is not what was sent, and no server can mend it. In binary messages (`binary`,
# `forceBinaryWSFrames`) nothing is lost.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >npm.log
npm install --ignore-scripts --no-audit --no-fund ws@8.23.0 webstomp-client@1.2.6 stompjs@2.3.3 @stomp/stompjs@7.5.0 \
  >>npm.log 2>&1 || { cat npm.log; exit 1; }
cat >run.mjs <<'JS'
import { Client } from '@stomp/stompjs';
import Stomp from 'stompjs';
import webstomp from 'webstomp-client';
import { WebSocket, WebSocketServer } from 'ws';

const EMOJI = '😀'.repeat(10_000);
/** Both parities, so that one of them is cut in the middle whatever stands before it. */
const BODIES = [EMOJI, `x${EMOJI}`];

const server = new WebSocketServer({ port: 0, host: '127.0.0.1' });
await new Promise((ready) => server.once('listening', ready));
const { port } = server.address();

/** What a server reads of the second frame of a connection. */
async function received(connect) {
  const bytes = [];
  const whole = new Promise((resolve) => {
    server.once('connection', (socket) => {
      socket.on('message', (data) => {
        if (data.toString().startsWith('CONNECT')) return socket.send('CONNECTED\nversion:1.2\nheart-beat:0,0\n\n\0');
        bytes.push(data);
        if (data.at(-1) === 0) resolve(Buffer.concat(bytes).toString());
      });
    });
  });
  const close = connect(`ws://127.0.0.1:${port}`);
  const frame = await whole;
  close();
  const end = frame.indexOf('\n\n');
  const body = frame.slice(end + 2, -1);
  const length = Number(/content-length:(\d+)/.exec(frame.slice(0, end))?.[1]);
  return { replaced: body.split('\uFFFD').length - 1, more: Buffer.byteLength(body) - length };
}

const clients = {
  'webstomp-client': (body, binary) => (url) => {
    const socket = new WebSocket(url);
    const client = webstomp.over(socket, { debug: false, heartbeat: false, binary });
    socket.on('open', () => client.connect({}, () => client.send('/q', body), () => undefined));
    return () => socket.terminate();
  },
  stompjs: (body) => (url) => {
    const socket = new WebSocket(url);
    const client = Stomp.over(socket);
    client.debug = null;
    client.connect({}, () => client.send('/q', {}, body), () => undefined);
    return () => socket.terminate();
  },
  '@stomp/stompjs': (body, binary) => (url) => {
    const client = new Client({
      webSocketFactory: () => new WebSocket(url),
      splitLargeFrames: true,
      maxWebSocketChunkSize: 16_384,
      forceBinaryWSFrames: binary,
      reconnectDelay: 0,
    });
    client.onConnect = () => client.publish({ destination: '/q', body });
    client.activate();
    return () => client.forceDisconnect();
  },
};

for (const [name, client] of Object.entries(clients))
  for (const binary of name === 'stompjs' ? [false] : [false, true]) {
    const seen = [];
    for (const body of BODIES) seen.push(await received(client(body, binary)));
    const { replaced, more } = seen.find((each) => each.replaced > 0) ?? seen[0];
    console.log(`${name}, ${binary ? 'binary' : 'text'}: ${replaced} replaced, ${more} bytes more`);
  }
process.exit();
JS
seen=$(node run.mjs)
wanted='webstomp-client, text: 2 replaced, 2 bytes more
webstomp-client, binary: 0 replaced, 0 bytes more
stompjs, text: 2 replaced, 2 bytes more
@stomp/stompjs, text: 2 replaced, 2 bytes more
@stomp/stompjs, binary: 0 replaced, 0 bytes more'
echo "$seen"
[ "$seen" = "$wanted" ] || { echo "expected:"; echo "$wanted"; exit 1; }
