#!/usr/bin/env bash
# prom-client 15.1.3 (Node 20 and 24): `nodejs_gc_duration_seconds` of its default metrics has one collection of each turn of the
# event loop, however many there were: a process that collects forty times while it works is shown to have done so once. Read
# all entries of a list that a PerformanceObserver hands over; it takes the first.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >npm.log
npm install --ignore-scripts --no-audit --no-fund prom-client@15.1.3 >>npm.log 2>&1 || { cat npm.log; exit 1; }
cat >run.mjs <<'JS'
import { PerformanceObserver } from 'node:perf_hooks';
import { collectDefaultMetrics, Registry } from 'prom-client';

const TURNS = 5;
const register = new Registry();
collectDefaultMetrics({ register });
let seen = 0;
new PerformanceObserver((list) => {
  seen += list.getEntries().length;
}).observe({ entryTypes: ['gc'] });
for (let turn = 0; turn < TURNS; turn += 1) {
  let kept = [];
  for (let i = 0; i < 3_000_000; i += 1) {
    kept.push({ i });
    if (kept.length > 1_000) kept = [];
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
}
const metrics = await register.getMetricsAsJSON();
const { values } = metrics.find(({ name }) => name === 'nodejs_gc_duration_seconds');
const counts = values.filter(({ metricName }) => metricName.endsWith('_count'));
const told = counts.reduce((sum, { value }) => sum + value, 0);
console.error(`${seen} collections in ${TURNS} turns, told ${told}`);
console.log(`at least ten times as many collections as turns: ${seen >= 10 * TURNS}`);
console.log(`told more than two for a turn: ${told > 2 * TURNS}`);
JS
seen=$(node run.mjs)
wanted='at least ten times as many collections as turns: true
told more than two for a turn: false'
echo "$seen"
[ "$seen" = "$wanted" ] || { echo "expected:"; echo "$wanted"; exit 1; }
