// Joins the 3,000 files that a server loads into a few (`apps/api/dist/bundle/`): finding, opening and compiling them takes Node as
// long as all the rest of a start (decision 0051). Made again only when something compiled or installed has changed.
import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { root } from './prepare.mjs';

const api = join(root, 'apps/api');
const bundle = join(api, 'dist/bundle');
const stamp = join(bundle, 'stamp');

/** Programs that run beside the server (pictures, recordings) load little, and stay files of their own. */
const ENTRIES = {
  main: 'dist/main.js',
  ...Object.fromEntries(
    ['admin', 'backup', 'doctor', 'restore', 'verify'].map((name) => [name, `dist/command-line/${name}.js`]),
  ),
};

/** What brings machine code or other files that it looks for beside itself. */
const WITH_FILES = ['@electric-sql/pglite', '@node-rs/argon2', 'libheif-js', 'mediabunny', 'pino', 'sharp'];
/** Whoever loads something before the server finds the same limits and constants. */
const SHARED = ['@parley/protocol'];
/** Packages that are installed nowhere and that libraries ask for, to do without where they are not there. */
const NOT_THERE = [
  '@nestjs/microservices',
  'bufferutil',
  'cache-manager',
  'class-transformer',
  'pg-native',
  'utf-8-validate',
];

/** CommonJS that becomes part of a module still wants these. */
const COMMONJS = `
import { createRequire as requireFrom } from 'node:module';
const require = requireFrom(import.meta.url);
const [__filename, __dirname] = [import.meta.filename, import.meta.dirname];`;

/** How esbuild gives a function its name back, each time that one is made: of closures that is most of what they cost. */
const NAMED = 'var __name = (target, value) =>';
/** Only what has a prototype is asked for its name, and hardly any of that has lost it. */
const NAMED_IF_LOST =
  'var __name = (target, value) => target.prototype === undefined || target.name === value ? target :';

const source = sourceOfBundle();
if (!existsSync(stamp) || readFileSync(stamp, 'utf8') !== source) {
  console.log('Bundling the server …');
  // Files of a former bundle stay: a server that runs may not have loaded all of its own yet.
  rmSync(stamp, { force: true });
  await make();
  writeFileSync(stamp, source);
}

/** Changes with each compiled file and each installed package. */
function sourceOfBundle() {
  const compiled = ['apps/api', 'packages/markdown'].flatMap((name) =>
    globSync(join(root, name, 'dist/**/*.js'), { exclude: (path) => path.includes('dist/bundle') }),
  );
  const times = compiled.sort().map((path) => `${relative(root, path)} ${statSync(path).mtimeMs}`);
  const installed = [import.meta.filename, join(root, 'pnpm-lock.yaml')].map((path) => readFileSync(path, 'utf8'));
  return createHash('sha256')
    .update([...times, ...installed].join('\n'))
    .digest('hex');
}

async function make() {
  const { build } = await import('esbuild');
  const { outputFiles } = await build({
    write: false,
    absWorkingDir: api,
    entryPoints: ENTRIES,
    outdir: bundle,
    bundle: true,
    // What is loaded only where it is needed, such as the client of S3, stays apart.
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    // Nest and the log name classes.
    keepNames: true,
    sourcemap: 'linked',
    sourcesContent: false,
    external: [...WITH_FILES, ...SHARED, ...NOT_THERE].flatMap((name) => [name, `${name}/*`]),
    banner: { js: COMMONJS },
    plugins: [{ name: 'places', setup: keepPlaces }],
    logLevel: 'warning',
  });
  mkdirSync(bundle, { recursive: true });
  for (const { path, text } of outputFiles) writeFileSync(path, text.replace(NAMED, NAMED_IF_LOST));
}

/** Our files look for others beside themselves: where they were compiled to, not where the bundle is. */
function keepPlaces(build) {
  build.onLoad({ filter: /[\\/]apps[\\/]api[\\/]dist[\\/].*\.js$/ }, ({ path }) => {
    const from = relative(bundle, path).replaceAll('\\', '/');
    const code = readFileSync(path, 'utf8');
    const contents = code.replaceAll('import.meta.url', `new URL('${from}', import.meta.url).href`);
    return { contents, loader: 'js', resolveDir: dirname(path) };
  });
}
