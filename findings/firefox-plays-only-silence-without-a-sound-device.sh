#!/usr/bin/env bash
# Firefox 153.8 ESR (Debian 12), on a machine without a device for sound: an audio element that plays ends in an error of decoding
# (code 3), though nothing is wrong with the sound; with a volume of 0 it plays to its end, as Chromium does at every volume.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >npm.log
npm install --ignore-scripts --no-audit --no-fund puppeteer-core@25.16.0 >>npm.log 2>&1 || { cat npm.log; exit 1; }
cat >run.mjs <<'JS'
import { execSync } from 'node:child_process';
import { createServer } from 'node:http';
import puppeteer from 'puppeteer-core';

// A second of a tone, as WAV.
const samples = Buffer.from({ length: 8_000 }, (_, at) => 128 + 60 * Math.sin(at / 3));
const header = Buffer.from('524946460000000057415645666d74201000000001000100401f0000401f00000100080064617461', 'hex');
const sizes = [36 + samples.length, samples.length].map((size) => Buffer.from(Uint32Array.of(size).buffer));
const tone = Buffer.concat([header.fill(sizes[0], 4, 8), sizes[1], samples]);

const server = createServer(({ url }, response) => {
  response.setHeader('content-type', url === '/tone.wav' ? 'audio/wav' : 'text/html');
  response.end(url === '/tone.wav' ? tone : '<!doctype html><title>Tone</title>');
}).listen(0, '127.0.0.1');
await new Promise((ready) => server.once('listening', ready));

const pathOf = (name) => execSync(`which ${name}`, { encoding: 'utf8' }).trim();
const browsers = {
  Chromium: {
    ...{ browser: 'chrome', executablePath: pathOf('chromium') },
    args: ['--no-sandbox', '--autoplay-policy=no-user-gesture-required'],
  },
  Firefox: {
    ...{ browser: 'firefox', executablePath: pathOf('firefox-esr') },
    extraPrefsFirefox: { 'media.autoplay.default': 0 },
  },
};
for (const [name, options] of Object.entries(browsers)) {
  const launched = await puppeteer.launch(options);
  const page = await launched.newPage();
  await page.goto(`http://127.0.0.1:${server.address().port}/`);
  for (const volume of [1, 0]) {
    const seen = await page.evaluate(async (volume) => {
      const player = Object.assign(new Audio('/tone.wav'), { volume });
      const over = new Promise((resolve) => (player.onended = player.onerror = resolve));
      player.play().catch(() => undefined);
      const { type } = await over;
      return type === 'error' ? `error ${player.error.code}` : type;
    }, volume);
    console.log(`${name}, volume ${volume}: ${seen}`);
  }
  await launched.close();
}
server.close();
JS
seen=$(node run.mjs)
wanted='Chromium, volume 1: ended
Chromium, volume 0: ended
Firefox, volume 1: error 3
Firefox, volume 0: ended'
echo "$seen"
[ "$seen" = "$wanted" ] || { echo "expected:"; echo "$wanted"; exit 1; }
