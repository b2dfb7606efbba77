// `npm run docs`: writes anew what docs/protocol.md tells of routes, commands, events, shapes, errors and limits, and
// docs/operations.md of metrics: what stands between their marks. `--check` writes nothing and fails where something differs.
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { root } from './prepare.mjs';
import './shapes.mjs';

const { ERRORS, LIMITS } = await built('packages/protocol/dist/index.js');
const { AppModule } = await built('apps/api/dist/app.module.js');
const { COMMANDS } = await built('apps/api/dist/modules/chat/index.js');
const { openApi } = await built('apps/api/dist/modules/docs/openapi.js');
const { routesOf } = await built('apps/api/dist/modules/docs/declared-routes.js');
const { readShapes } = await built('apps/api/dist/modules/docs/shapes.js');
const { COUNTERS, DISTRIBUTIONS, READINGS } = await built('apps/api/dist/platform/telemetry/metric-catalogue.js');
const shapes = readShapes();
const { paths, components } = openApi(routesOf(controllersOf(AppModule.with({ databases: {} }))), shapes, COMMANDS);

writePage('docs/protocol.md', { routes, shapes: shapeList, errors, commands, events, limits });
writePage('docs/operations.md', { metrics });

function writePage(path, sections) {
  const page = join(root, path);
  const before = readFileSync(page, 'utf8');
  const after = Object.entries(sections).reduce(
    (text, [name, lines]) =>
      text.replace(markOf(path, before, name), (_, from, to) => `${from}\n${lines().join('\n')}\n${to}`),
    before,
  );
  if (!process.argv.includes('--check')) return writeFileSync(page, after);
  const lines = new Set(before.split('\n'));
  const missing = after.split('\n').filter((line) => !lines.has(line));
  for (const line of missing) console.log(`${path} has not: ${line}`);
  if (after !== before) process.exitCode = 1;
}

function built(path) {
  return import(pathToFileURL(join(root, path)));
}

function markOf(path, text, name) {
  const mark = new RegExp(`(<!-- ${name}: npm run docs -->\n)[^]*?(\n<!-- end -->)`);
  if (!mark.test(text)) throw new Error(`${path} has no mark for ${name}.`);
  return mark;
}

/** Of a module and all that it imports, as Nest finds them. */
function controllersOf(given, seen = new Set()) {
  const module = given.module ?? given;
  if (seen.has(module)) return [];
  seen.add(module);
  const of = (key) => [...(Reflect.getMetadata(key, module) ?? []), ...(given[key] ?? [])];
  return [...of('controllers'), ...of('imports').flatMap((each) => controllersOf(each, seen))];
}

function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => cell.replaceAll('\n', ' ').replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(head), `|${'---|'.repeat(head.length)}`, ...rows.map((cells) => line(cells).replaceAll('|  |', '| |'))];
}

function routes() {
  const all = Object.entries(paths)
    .filter(([path]) => !path.startsWith('/api/rooms') || path.endsWith('{messageId}'))
    .flatMap(([path, methods]) => Object.entries(methods).map(([method, operation]) => ({ path, method, operation })));
  const shown = all.toSorted((one, other) => one.path.localeCompare(other.path, 'en'));
  return table(['route', 'body or query', 'answer'], shown.map(routeRow));
}

function routeRow({ path, method, operation }) {
  const { parameters = [], requestBody, responses, description } = operation;
  const query = parameters
    .filter((each) => each.in === 'query')
    .map(({ name, required }) => `\`${name}${required ? '' : '?'}\``);
  const [[type, sent] = []] = Object.entries(requestBody?.content ?? {});
  const keys = sent && (sent.schema.format === 'binary' ? type : keysOf(resolved(sent.schema)));
  const body = sent && `${type.startsWith('multipart') ? 'a form of ' : ''}\`${keys}\``;
  const answers = Object.entries(responses).filter(([status]) => Number(status) < 400);
  const schema = Object.values(answers[0][1].content ?? {})[0]?.schema;
  const alias = operation['x-alias-of'];
  const told = [
    `${answers.map(([status]) => status).join(' or ')}${schema && schema.type !== 'string' ? ` \`${textOf(schema)}\`` : ''}.`,
    alias && `As \`${short(alias)}\`.`,
    description,
  ];
  return [`\`${short(`${method.toUpperCase()} ${path}`)}\``, body ?? query.join(', '), told.filter(Boolean).join(' ')];
}

/** `GET /api/users/{id}` → `GET users/:id`. */
function short(route) {
  return route.replace(' /api/', ' ').replaceAll(/\{(\w+)\}/g, ':$1');
}

function commands() {
  const rows = Object.entries(shapes.commands).map(([name, { properties }]) => [
    `\`${name}\``,
    ...[properties.payload, properties.result].map((schema) => `\`${keysOf(resolved(schema))}\``),
  ]);
  return table(['command', 'payload', 'ack'], rows);
}

function events() {
  const rows = Object.entries(shapes.events).map(([name, schema]) => [
    `\`${name}\``,
    `\`${keysOf(resolved(schema))}\``,
    schema.description ?? '',
  ]);
  return table(['event', 'payload', 'who hears it'], rows);
}

function shapeList() {
  const told = Object.entries({ ...shapes.definitions, ...components.schemas }).filter(
    ([name, { properties }]) => properties && !/(Command|Event|Dto|Body|Of[A-Z]\w+|ErrorRow)$/.test(name),
  );
  const lines = told.map(([name, schema]) => `${name} ${keysOf(schema)}`).toSorted((a, b) => a.localeCompare(b, 'en'));
  return ['```ts', ...lines, '```'];
}

function errors() {
  const rows = Object.entries(ERRORS).map(([code, { status, close, retryable }]) => [
    `\`${code}\``,
    String(status),
    String(close ?? '–'),
    retryable ? 'yes' : 'no',
    shapes.errors[code].description ?? '',
  ]);
  return table(['code', 'HTTP', 'close', 'retryable', 'when'], rows);
}

function limits() {
  const rows = Object.entries(LIMITS).map(([name, value]) => [
    `\`${name}\``,
    value.toLocaleString('en'),
    shapes.limits[name].description ?? '',
  ]);
  return table(['limit', 'value', 'of what'], rows);
}

function metrics() {
  const row = (name, type, labels, help) => {
    const own = labels.length > 0 ? `{${labels.join(', ')}}` : '';
    return [`\`parley_${name}${own}\``, type, help];
  };
  const rows = [
    ...Object.entries(READINGS).map(([name, { type, labels, help }]) => row(name, type, labels, help)),
    ...Object.entries(DISTRIBUTIONS).map(([name, { label, help }]) =>
      row(name, 'histogram', label ? [label] : [], help),
    ),
    ...Object.entries(COUNTERS).map(([name, { labels, help }]) => row(name, 'counter', Object.keys(labels), help)),
  ];
  return table(['name and labels', 'type', 'what'], rows);
}

function resolved(schema) {
  const name = schema.$ref?.split('/').at(-1);
  return name ? (components.schemas[name] ?? shapes.definitions[name]) : schema;
}

function keysOf({ properties = {}, required = [] }) {
  return `{${Object.keys(properties)
    .map((key) => `${key}${required.includes(key) ? '' : '?'}`)
    .join(', ')}}`;
}

/** What a route answers, in a few words. */
function textOf(schema) {
  if (schema.$ref)
    return schema.$ref
      .split('/')
      .at(-1)
      .replace(/^PageOf(\w+)/, 'Page<$1>');
  if (schema.anyOf) return schema.anyOf.map(textOf).join(' | ');
  return keysOf(schema);
}
