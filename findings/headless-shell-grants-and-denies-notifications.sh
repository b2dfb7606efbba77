#!/usr/bin/env bash
# chromium-headless-shell 156.0.8078 (Debian 12), whose context has been granted notifications: `requestPermission` resolves
# with `granted` and the Permissions API says so too, while `Notification.permission` stays `denied` and each notification
# ends in an error. Chromium itself of the same version shows them. A page that trusts the answer to its question waits in vain:
# look at `Notification.permission`, and try notifications with Chromium itself.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >npm.log
npm install --ignore-scripts --no-audit --no-fund playwright-core@1.65.1 >>npm.log 2>&1 || { cat npm.log; exit 1; }
cat >run.mjs <<'JS'
import { execSync } from 'node:child_process';
import { createServer } from 'node:http';
import { chromium } from 'playwright-core';

const server = createServer((_, response) => {
  response.setHeader('content-type', 'text/html');
  response.end('<p>A page</p>');
}).listen(0, '127.0.0.1');
await new Promise((ready) => server.once('listening', ready));
const url = `http://127.0.0.1:${server.address().port}/`;
for (const name of ['chromium-headless-shell', 'chromium']) {
  const executablePath = execSync(`which ${name}`, { encoding: 'utf8' }).trim();
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  const context = await browser.newContext({ permissions: ['notifications'] });
  const page = await context.newPage();
  await page.goto(url);
  const seen = await page.evaluate(async () => {
    const answer = await Notification.requestPermission();
    const { state } = await navigator.permissions.query({ name: 'notifications' });
    const notification = new Notification('A title');
    const outcome = await new Promise((resolve) => {
      notification.onshow = () => resolve('shown');
      notification.onerror = () => resolve('an error');
    });
    return `answered ${answer}, queried ${state}, permission ${Notification.permission}, then ${outcome}`;
  });
  console.log(`${name}: ${seen}`);
  await browser.close();
}
server.close();
JS
seen=$(timeout 120 node run.mjs)
wanted='chromium-headless-shell: answered granted, queried granted, permission denied, then an error
chromium: answered granted, queried granted, permission granted, then shown'
echo "$seen"
[ "$seen" = "$wanted" ] || { echo "expected:"; echo "$wanted"; exit 1; }
