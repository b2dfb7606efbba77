// `npm run conformance`: the behaviours of the contract against a deployment that is running.
//   npm run conformance -- --url http://localhost:3000 [--url http://another-node:3000 …]
//     --issuer, --audience, --secret   whose tokens it accepts: AUTH_ISSUER, AUTH_AUDIENCE, AUTH_SECRET where not given
//     --only TEXT                      only behaviours whose title contains it
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { environment, node, root } from './prepare.mjs';

const USAGE =
  'Usage: npm run conformance -- --url URL [--url URL …] [--issuer ISSUER --audience AUDIENCE --secret SECRET] [--only TEXT]';

const { urls, tokens, only } = given();
const jest = ['--experimental-vm-modules', '--disable-warning=ExperimentalWarning', 'node_modules/jest/bin/jest.js'];
const titles = only === undefined ? [] : ['--testNamePattern', only.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')];
const child = spawn(node, [...jest, '--selectProjects', 'conformance', '--runInBand', ...titles], {
  cwd: root,
  stdio: 'inherit',
  env: { ...environment, PARLEY_DEPLOYMENT: JSON.stringify({ urls, issuer: tokens }) },
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => process.exit(code ?? (signal ? 143 : 1)));

function given() {
  const text = { type: 'string' };
  try {
    const options = { url: { ...text, multiple: true }, issuer: text, audience: text, secret: text, only: text };
    const { values } = parseArgs({ options });
    const { AUTH_ISSUER, AUTH_AUDIENCE, AUTH_SECRET } = process.env;
    const whose = { issuer: AUTH_ISSUER, audience: AUTH_AUDIENCE, secret: AUTH_SECRET, ...values };
    const found = {
      urls: (values.url ?? []).map((each) => new URL(each).origin),
      tokens: { issuer: whose.issuer, audience: whose.audience, secret: whose.secret },
      only: values.only,
    };
    const complete = found.urls.length > 0 && Object.values(found.tokens).every(Boolean);
    if (!complete) throw new Error('Something is missing.');
    return found;
  } catch (error) {
    console.error(`${error.message}\n${USAGE}`);
    process.exit(2);
  }
}
