// `npm run check`: every rule of the house, step by step; all of them run even if one fails.
//   npm run check -- --fix               formats first
//   npm run check -- lint imports        only these steps
//   npm run check -- --except unit       all but these
import { spawn } from 'node:child_process';
import { FORMAT, STEPS } from './check/steps.mjs';
import { environment, root } from './prepare.mjs';

const { fix, chosen } = readArguments(process.argv.slice(2));
if (fix) await execute(FORMAT);

const results = [];
for (const step of chosen) {
  const started = Date.now();
  const { code, output } = await execute(step.command);
  const seconds = ((Date.now() - started) / 1000).toFixed(1);
  results.push({ name: step.name, failed: code !== 0 });
  console.log(`${code === 0 ? '✔' : '✘'} ${step.name.padEnd(16)} ${seconds.padStart(5)} s`);
  if (code !== 0) console.log(indented(`${output.trimEnd()}\n${step.hint ?? ''}`));
  else if (step.shows) console.log(indented(output));
}
const failed = results.filter((result) => result.failed).map((result) => result.name);
console.log(failed.length === 0 ? `${results.length} checks passed.` : `Failed: ${failed.join(', ')}.`);
process.exitCode = failed.length === 0 ? 0 : 1;

function readArguments(args) {
  const names = args.filter((arg) => !arg.startsWith('--'));
  const options = args.filter((arg) => arg.startsWith('--'));
  const strange = [
    ...options.filter((option) => option !== '--fix' && option !== '--except'),
    ...names.filter((name) => !STEPS.some((step) => step.name === name)),
  ];
  if (strange.length > 0) {
    console.error(`Unknown: ${strange.join(', ')}. Steps: ${STEPS.map((step) => step.name).join(', ')}`);
    process.exit(2);
  }
  const wanted = ({ name }) => names.length === 0 || names.includes(name) !== options.includes('--except');
  return {
    fix: options.includes('--fix'),
    chosen: STEPS.filter((step) => wanted(step) && (step.applies?.() ?? true)),
  };
}

/** Runs a command to its end; its output comes back in one piece. */
function execute([command, ...args]) {
  const { promise, resolve } = Promise.withResolvers();
  const child = spawn(command, args, { cwd: root, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8');
    stream.on('data', (text) => {
      output += text;
    });
  }
  child.on('error', (error) => resolve({ code: 1, output: String(error) }));
  child.on('close', (code) => resolve({ code: code ?? 1, output }));
  return promise;
}

function indented(output) {
  return output.trimEnd().replace(/^/gm, '    ');
}
