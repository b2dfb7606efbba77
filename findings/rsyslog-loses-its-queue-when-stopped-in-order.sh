#!/usr/bin/env bash
# rsyslog 8.2302.0 with RELP (Debian 12): lines that wait in a queue on the disk, with `queue.saveOnShutdown="on"`, since the
# collector is away. After SIGKILL all of them are delivered, after an orderly stop (SIGTERM) the first or more are missing: the
# worker holds them to try again, is cancelled, and they count as done.
set -euo pipefail
packages='rsyslog=8.2302.0-1+deb12u2 rsyslog-relp=8.2302.0-1+deb12u2 librelp0=1.11.0-1 libestr0=0.1.11-1 libfastjson4=1.2304.0-1'
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
# shellcheck disable=SC2086
apt-get download $packages >apt.log 2>&1 || { cat apt.log; exit 1; }
for package in *.deb; do dpkg-deb --extract "$package" root; done
export LD_LIBRARY_PATH="$work/root/usr/lib/x86_64-linux-gnu"
cat >run.mjs <<'JS'
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
async function until(what, condition) {
  for (let n = 0; n < 600; n += 1) {
    if (await condition()) return;
    await sleep(50);
  }
  throw new Error(`It never came that ${what}.`);
}
const textOf = (file) => (existsSync(file) ? readFileSync(file, 'utf8') : '');
const directory = process.cwd();
const running = new Set();
process.on('exit', () => running.forEach((each) => each.kill('SIGKILL')));

function start(name) {
  rmSync(`${name}.pid`, { force: true });
  const args = ['-n', '-M', `${process.env.LD_LIBRARY_PATH}/rsyslog`, '-f', `${directory}/${name}.conf`];
  const child = spawn('root/usr/sbin/rsyslogd', [...args, '-i', `${directory}/${name}.pid`], { stdio: 'ignore' });
  running.add(child);
  return child;
}
async function stop(child, signal) {
  running.delete(child);
  child.kill(signal);
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
}
async function tell(port, lines) {
  const socket = connect(port, '127.0.0.1').resume();
  socket.on('error', () => {});
  socket.end(lines.map((line) => `<13>Jan  1 00:00:00 host line: ${line}\n`).join(''));
  await new Promise((closed) => socket.on('close', closed));
}

for (const signal of ['SIGKILL', 'SIGTERM']) {
  for (const path of ['spool', 'kept']) rmSync(path, { recursive: true, force: true });
  mkdirSync('spool');
  const [input, relp] = [await freePort(), await freePort()];
  writeFileSync(
    'collector.conf',
    `module(load="imrelp")
     input(type="imrelp" address="127.0.0.1" port="${relp}" ruleset="keep")
     template(name="line" type="string" string="%msg%\\n")
     ruleset(name="keep") { action(type="omfile" file="${directory}/kept" template="line") }`,
  );
  writeFileSync(
    'shipper.conf',
    `global(workDirectory="${directory}/spool")
     module(load="imptcp")
     module(load="omrelp")
     input(type="imptcp" address="127.0.0.1" port="${input}" ruleset="ship")
     ruleset(name="ship") {
       action(type="omrelp" target="127.0.0.1" port="${relp}" action.resumeRetryCount="-1" action.resumeInterval="1"
         queue.type="Disk" queue.filename="queue" queue.checkpointInterval="1" queue.saveOnShutdown="on")
     }`,
  );
  const kept = () => textOf('kept').trim().split(/\s+/);
  let [collector, shipper] = [start('collector'), start('shipper')];
  await until('the way is open', async () => (await tell(input, ['way']), textOf('kept').includes('way')));
  await stop(collector, 'SIGTERM');
  const lines = ['one', 'two', 'three', 'four', 'five'];
  await tell(input, lines);
  await until('all of them are on the disk', () => textOf('spool/queue.00000001').includes('five'));
  await sleep(1_500);
  await stop(shipper, signal);
  [collector, shipper] = [start('collector'), start('shipper')];
  await until('what is new arrives', async () => (await tell(input, ['new']), textOf('kept').includes('new')));
  await sleep(1_500);
  const missing = lines.filter((line) => !kept().includes(line));
  console.log(`after ${signal}: ${missing.length ? 'missing, the first among them: ' + missing.includes('one') : 'all there'}`);
  await Promise.all([stop(collector, 'SIGTERM'), stop(shipper, 'SIGTERM')]);
}
JS
seen=$(node run.mjs)
wanted='after SIGKILL: all there
after SIGTERM: missing, the first among them: true'
echo "$seen"
[ "$seen" = "$wanted" ] || { echo "expected:"; echo "$wanted"; exit 1; }
