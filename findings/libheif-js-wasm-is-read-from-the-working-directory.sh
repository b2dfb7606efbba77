#!/usr/bin/env bash
# libheif-js 1.23.2: its README offers `libheif-js/wasm` for Node, which "will dynamically load the .wasm binary at runtime".
# It reads `./libheif-wasm/libheif.wasm`, which is a path from the working directory of the process and not from the package:
# it works in the package's own folder, where its tests run, and fails with ENOENT everywhere else. `libheif-js/wasm-bundle`,
# which the README recommends for browsers, works anywhere.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
npm init --yes >npm.log
npm install --ignore-scripts --no-audit --no-fund libheif-js@1.23.2 >>npm.log 2>&1 || { cat npm.log; exit 1; }
cat >run.cjs <<'JS'
const { dirname } = require('node:path');

function tell(what, name) {
  try {
    console.log(`${what}: ${typeof require(name).HeifDecoder}`);
  } catch (fault) {
    console.log(`${what}: ${fault.code} ${fault.path}`);
  }
}
tell('wasm', 'libheif-js/wasm.js');
tell('wasm-bundle', 'libheif-js/wasm-bundle.js');
process.chdir(dirname(require.resolve('libheif-js/package.json')));
tell('wasm, in the folder of the package', 'libheif-js/wasm.js');
JS
seen=$(node run.cjs)
wanted='wasm: ENOENT ./libheif-wasm/libheif.wasm
wasm-bundle: function
wasm, in the folder of the package: function'
echo "$seen"
[ "$seen" = "$wanted" ] || { echo "expected:"; echo "$wanted"; exit 1; }
