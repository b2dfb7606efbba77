// What the SDK costs a page at first: everything of @parley/client and socket.io-client, bundled, minified and gzipped,
// without what is loaded with the first file.
//   npm run size
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { gzipSync } from 'node:zlib';
import { root } from './prepare.mjs';

/** What it is to become, as bytes on the wire, and what it must not grow beyond meanwhile (docs/decisions/0015). */
const WANTED = 25_000;
const MOST = 40_040;

const { build } = await import(pathToFileURL(join(root, 'apps/web/node_modules/vite/dist/node/index.js')));
const [bundle] = await build({
  configFile: false,
  root: join(root, 'packages/client'),
  logLevel: 'warn',
  build: {
    write: false,
    target: 'es2022',
    // With the format `es` a library keeps its white space.
    lib: { entry: 'dist/index.js', formats: ['iife'], name: 'Parley' },
    minify: true,
    // With the format `iife` it would be in the same file.
    rollupOptions: { external: [/file-transfers/] },
  },
});
const [{ code }] = bundle.output;
const bytes = gzipSync(code, { level: 9 }).length;
const figure = (count) => count.toLocaleString('en');
console.log(
  `The SDK with socket.io-client: ${figure(bytes)} bytes gzipped; ${figure(WANTED)} are wanted, ${figure(MOST)} allowed.`,
);
if (bytes > MOST) process.exitCode = 1;
