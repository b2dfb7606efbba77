// How long files and functions may be, and how many parameters a function may take: tests and migrations are excepted,
// and so are the parameters of constructors, which are a class's collaborators.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from '@swc/core';
import { conclude, house, isTest, sources } from './sources.mjs';

const FILE = { most: 400, p95: 250 };
const FUNCTION_MOST = 60;
/** Of the functions of one package. Markup and scenarios take more lines than logic. */
const FUNCTION_P95 = { 'apps/web': 35, 'apps/e2e': 25 };
const FUNCTION_P95_ELSEWHERE = 20;
const COMPONENT_MOST = 120;
const PARAMETERS_MOST = 4;
const FUNCTIONS = new Set([
  'FunctionDeclaration',
  'FunctionExpression',
  'ArrowFunctionExpression',
  'ClassMethod',
  'PrivateMethod',
  'Constructor',
  'MethodProperty',
  'GetterProperty',
  'SetterProperty',
]);

const findings = [];
const fileLengths = [];
const functionLengths = new Map();

for (const path of sources()) {
  if (!/^(apps|packages|tools)\/.*\.(tsx?|mjs|js|css)$/.test(path) || isTest(path)) continue;
  const text = readFileSync(join(house, path), 'utf8');
  const length = text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
  fileLengths.push(length);
  if (length > FILE.most) findings.push(`${path}: ${length} lines, at most ${FILE.most}`);
  if (!path.endsWith('.css')) checkFunctions(path, text);
}
findings.push(...tooLongOnTheWhole('files', fileLengths, FILE.p95));
for (const [room, lengths] of functionLengths) {
  findings.push(...tooLongOnTheWhole(`functions of ${room}`, lengths, FUNCTION_P95[room] ?? FUNCTION_P95_ELSEWHERE));
}
const rooms = [...functionLengths].map(([room, lengths]) => `${room} ${percentile(lengths)}`);
conclude(
  findings,
  `p95 of the lines of ${fileLengths.length} files: ${percentile(fileLengths)}; of functions: ${rooms.join(', ')}.`,
);

function checkFunctions(path, text) {
  const bytes = Buffer.from(text);
  const tree = parseSync(text, { syntax: 'typescript', tsx: !path.endsWith('.ts'), decorators: true });
  walk(tree, null, (node, name) => {
    if (node.type === 'TsImportType' && node.argument.value.startsWith('.')) {
      findings.push(`${path}:${lineOf(bytes, node)}: import('${node.argument.value}') hides from the import rules`);
    }
    if (FUNCTIONS.has(node.type)) checkFunction(path, bytes, node, name);
  });
}

function checkFunction(path, bytes, node, name) {
  const { params, body } = node.function ?? node;
  const at = `${path}:${lineOf(bytes, node)}: ${name ?? 'a function'}`;
  const isConstructor = node.type === 'Constructor';
  if (params && params.length > PARAMETERS_MOST && !isConstructor) {
    findings.push(`${at} has ${params.length} parameters, at most ${PARAMETERS_MOST}`);
  }
  if (!body) return;
  const lines = lineOf(bytes, node, 'end') - lineOf(bytes, isConstructor ? body : node) + 1;
  const component = path.endsWith('.tsx') && /^[A-Z]/.test(name ?? '');
  const most = component ? COMPONENT_MOST : FUNCTION_MOST;
  if (lines > most) findings.push(`${at} has ${lines} lines, at most ${most}`);
  // One-line arrows would only flatter the percentile.
  if (lines === 1) return;
  const [room] = /^((apps|packages)\/[^/]+|tools)/.exec(path);
  functionLengths.set(room, [...(functionLengths.get(room) ?? []), lines]);
}

/** Visits every node, with the name under which its function is known: its own or that of what it is assigned to. */
function walk(node, name, visit) {
  if (node === null || typeof node !== 'object') return;
  if (Array.isArray(node)) {
    for (const one of node) walk(one, name, visit);
    return;
  }
  const known = node.identifier?.value ?? node.key?.value ?? node.id?.value ?? name;
  if (typeof node.type === 'string') visit(node, node.type === 'Constructor' ? 'constructor' : known);
  const isBody = FUNCTIONS.has(node.type) || node.type === 'BlockStatement';
  for (const [key, child] of Object.entries(node)) {
    if (key !== 'span') walk(child, isBody ? null : known, visit);
  }
}

/** The line of a node's start (its name's, past decorators) or end: swc counts bytes from 1. */
function lineOf(bytes, node, side = 'start') {
  const { span } = node.function ?? node;
  const upTo = (side === 'end' ? span.end : (node.key?.span ?? span).start) - 1;
  let line = 1;
  for (let at = bytes.indexOf(10); at !== -1 && at < upTo; at = bytes.indexOf(10, at + 1)) line += 1;
  return line;
}

function percentile(values) {
  return values.toSorted((a, b) => a - b)[Math.max(0, Math.ceil(values.length * 0.95) - 1)] ?? 0;
}

function tooLongOnTheWhole(what, lengths, limit) {
  const p95 = percentile(lengths);
  return p95 > limit ? [`95 % of the ${what} have up to ${p95} lines, at most ${limit}`] : [];
}
