#!/usr/bin/env bash
# Chromium 156.0.8078 (Debian 12) stores a copy of a `File` that is put into IndexedDB; in a private window (and in every other
# context that Playwright makes) it stores where the file is: once that has changed on the disk, what was stored cannot be read
# any more, not even by the page that stored it. Store a Blob of its bytes, or look whether it can be read before it is used.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >npm.log
npm install --ignore-scripts --no-audit --no-fund playwright-core@1.65.1 >>npm.log 2>&1 || { cat npm.log; exit 1; }
cat >run.mjs <<'JS'
import { execSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';

const server = createServer((_, response) => {
  response.setHeader('content-type', 'text/html');
  response.end('<input type="file">');
}).listen(0, '127.0.0.1');
await new Promise((ready) => server.once('listening', ready));
const url = `http://127.0.0.1:${server.address().port}/`;
const executablePath = process.env.CHROMIUM_PATH ?? execSync('which chromium', { encoding: 'utf8' }).trim();
const options = { executablePath, args: ['--no-sandbox'] };

async function see(name, page) {
  await page.goto(url);
  writeFileSync('notes.txt', 'as chosen');
  await page.setInputFiles('input', 'notes.txt');
  await page.evaluate(async () => {
    const opening = indexedDB.open('files', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('files');
    window.database = await new Promise((resolve) => (opening.onsuccess = () => resolve(opening.result)));
    const transaction = window.database.transaction('files', 'readwrite');
    transaction.objectStore('files').put(document.querySelector('input').files[0], 'notes');
    await new Promise((resolve) => (transaction.oncomplete = resolve));
  });
  writeFileSync('notes.txt', 'written meanwhile');
  const read = await page.evaluate(async () => {
    const getting = window.database.transaction('files').objectStore('files').get('notes');
    const stored = await new Promise((resolve) => (getting.onsuccess = () => resolve(getting.result)));
    return stored.text().catch((fault) => fault.name);
  });
  console.log(`${name}: ${read}`);
}

const profile = await chromium.launchPersistentContext('profile', options);
await see('in a profile', profile.pages()[0]);
await profile.close();
const browser = await chromium.launch(options);
await see('in a private window', await browser.newPage());
await browser.close();
server.close();
JS
seen=$(node run.mjs)
wanted='in a profile: as chosen
in a private window: NotReadableError'
echo "$seen"
[ "$seen" = "$wanted" ] || { echo "expected:"; echo "$wanted"; exit 1; }
