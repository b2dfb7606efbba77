#!/usr/bin/env bash
# PHP's stomp 2.0.3 (Debian 12): of frames with a `content-length` that come in one piece, one right behind the other, all but
# the last are lost, and readFrame() returns false at once for each of them, as it does when nothing came in time. With a
# line feed between the frames, or without `content-length`, all of them are read.
set -euo pipefail
packages='php-stomp=2.0.3-2 php8.2-cli php8.2-common php-common libedit2 libargon2-1 libsodium23 libxml2'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
apt-get download php8.2-stomp=2.0.3-2 >install.log 2>&1 || { cat install.log; exit 1; }
dpkg-deb --extract php8.2-stomp_*.deb stomp
php=$(command -v php || true)
if [ -z "$php" ]; then
  # shellcheck disable=SC2086
  apt-get download ${packages#* } >>install.log 2>&1 || { cat install.log; exit 1; }
  for package in *.deb; do dpkg-deb --extract "$package" php; done
  export LD_LIBRARY_PATH="$work/php/usr/lib/x86_64-linux-gnu"
  php="$work/php/usr/bin/php8.2"
fi
cat >run.mjs <<'JS'
import { spawn } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { createServer } from 'node:net';

const frame = (body, length) =>
  `MESSAGE\nsubscription:1\nmessage-id:${body}\ndestination:/q\n${length ? 'content-length:3\n' : ''}\n${body}\0`;
const pieces = {
  'one behind the other': ['one', 'two', 'six'].map((body) => frame(body, true)).join(''),
  'a line feed between': ['one', 'two', 'six'].map((body) => `${frame(body, true)}\n`).join(''),
  'no content-length': ['one', 'two', 'six'].map((body) => frame(body, false)).join(''),
};
const [folder] = readdirSync('stomp/usr/lib/php');
const extension = `${process.cwd()}/stomp/usr/lib/php/${folder}/stomp.so`;

for (const [name, piece] of Object.entries(pieces)) {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.on('data', (data) => {
      if (data.toString().startsWith('CONNECT')) socket.write('CONNECTED\nsession:1\n\n\0');
      else if (data.toString().startsWith('SUBSCRIBE')) socket.write(piece);
    });
  });
  await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
  const script = `$stomp = new Stomp('tcp://127.0.0.1:${server.address().port}');
    $stomp->setReadTimeout(2);
    $stomp->subscribe('/q');
    for ($i = 0; $i < 3; $i++) echo ($frame = $stomp->readFrame()) ? $frame->body : 'false', ' ';`;
  const child = spawn(process.argv[2], ['-n', '-d', `extension=${extension}`, '-r', script]);
  child.stderr.pipe(process.stderr);
  let read = '';
  child.stdout.on('data', (data) => {
    read += data;
  });
  await new Promise((ended) => child.on('close', ended));
  console.log(`${name}: ${read.trim()}`);
  server.close();
}
process.exit();
JS
seen=$(node run.mjs "$php")
wanted='one behind the other: false false six
a line feed between: one two six
no content-length: one two six'
echo "$seen"
[ "$seen" = "$wanted" ] || { echo "expected:"; echo "$wanted"; exit 1; }
