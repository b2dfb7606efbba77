#!/usr/bin/env bash
# @tanstack/virtual-core 3.19.11: a row that is measured exactly as it was estimated is not kept as measured. When the
# estimate changes afterwards and the list is laid out anew (here: one more row), that row gets the new estimate although
# nothing about it changed, and all below it move; a row that was measured one pixel off keeps its size.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >npm.log
npm install --ignore-scripts --no-audit --no-fund @tanstack/virtual-core@3.19.11 >>npm.log 2>&1 || { cat npm.log; exit 1; }
cat >run.mjs <<'JS'
import { Virtualizer } from '@tanstack/virtual-core';

const options = (count, estimate) => ({
  count,
  estimateSize: () => estimate,
  getScrollElement: () => null,
  scrollToFn() {},
  observeElementRect() {},
  observeElementOffset() {},
});
const list = new Virtualizer(options(3, 50));
function tell(what) {
  list.getTotalSize();
  console.log(`${what}: ${list.measurementsCache.map(({ size }) => size)}`);
}
tell('estimated at 50');
list.resizeItem(0, 50);
list.resizeItem(1, 51);
tell('measured, 50 and 51');
list.setOptions(options(4, 80));
tell('one more row, estimated at 80');
JS
seen=$(node run.mjs)
wanted='estimated at 50: 50,50,50
measured, 50 and 51: 50,51,50
one more row, estimated at 80: 80,51,80,80'
echo "$seen"
[ "$seen" = "$wanted" ] || { echo "expected:"; echo "$wanted"; exit 1; }
