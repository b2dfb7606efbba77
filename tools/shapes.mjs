// What the API's documents say of shapes: JSON Schema of the types of packages/protocol, of what each route answers and of
// the DTO classes, read from the declarations that `tsc -b` made. Written again only when one of them has changed.
import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { root } from './prepare.mjs';

const dist = join(root, 'apps/api/dist');
const target = join(dist, 'shapes.json');
/** The API's declarations whose source is still there: `tsc -b` removes nothing. */
const declarations = globSync('{modules,platform}/**/*{.controller,.dto}.d.ts', { cwd: dist })
  .filter((path) => existsSync(join(root, 'apps/api/src', path.replace('.d.ts', '.ts'))))
  .map((path) => join(dist, path))
  .sort();

const inputs = [import.meta.filename, ...globSync(join(root, 'packages/protocol/dist/*.d.ts')).sort(), ...declarations];
const source = createHash('sha256')
  .update(inputs.map((path) => `${path}\n${readFileSync(path, 'utf8')}`).join('\n'))
  .digest('hex');
if (!existsSync(target) || JSON.parse(readFileSync(target, 'utf8')).source !== source) {
  console.log('Describing shapes …');
  writeFileSync(target, JSON.stringify({ source, ...(await describe()) }));
}

async function describe() {
  const { createFormatter, createParser, SchemaGenerator } = await import('ts-json-schema-generator');
  // The compiler of the project has no API for tools; the generator brings one that has.
  const ts = createRequire(import.meta.resolve('ts-json-schema-generator'))('typescript');
  const classes = declarations.flatMap((path) => classesOf(ts, path));
  const controllers = classes.filter(({ path }) => path.endsWith('.controller.d.ts'));
  const dtos = classes.filter(({ path }) => path.endsWith('.dto.d.ts'));
  const program = programOf(ts, ...virtualFiles(controllers, dtos));
  const config = { type: 'Shapes', expose: 'export', jsDoc: 'extended', topRef: true, additionalProperties: true };
  const generator = new SchemaGenerator(program, createParser(program, config), createFormatter(config), config);
  const { Shapes, ...definitions } = renamed(generator.createSchema('Shapes').definitions);
  return arranged(Shapes.properties, definitions, dtos);
}

/** Definitions under names that may stand in a document: `Page<Message>` becomes `PageOfMessage`. */
function renamed(definitions) {
  const text = JSON.stringify(definitions).replaceAll(
    /#\/definitions\/([^"]+)/g,
    (_, name) => `#/components/schemas/${plain(decodeURIComponent(name))}`,
  );
  return Object.fromEntries(Object.entries(JSON.parse(text)).map(([name, schema]) => [plain(name), schema]));
}

function plain(name) {
  return name.replaceAll(/<([^<>]+)>/g, 'Of$1').replaceAll(/\W/g, '');
}

function arranged({ tables, answers }, definitions, dtos) {
  const taken = (ref) => {
    const name = ref.slice('#/components/schemas/'.length);
    const { properties } = definitions[name];
    delete definitions[name];
    return properties;
  };
  const { commands, events, errors, limits, forumRequests, forumNotices } = tables.properties;
  const byHandler = Object.entries(answers.properties).flatMap(([controller, { $ref }]) =>
    Object.entries(taken($ref)).map(([method, schema]) => [`${controller}.${method}`, schema]),
  );
  return {
    commands: taken(commands.$ref),
    events: taken(events.$ref),
    errors: errors.properties,
    limits: limits.properties,
    forumRequests: taken(forumRequests.$ref),
    forumNotices: taken(forumNotices.$ref),
    answers: Object.fromEntries(byHandler),
    payloads: Object.fromEntries(dtos.map(({ name, protocolType }) => [name, protocolType ?? name])),
    definitions,
  };
}

/** The exported classes of a declaration file: what their methods answer, and what type of the protocol they implement. */
function classesOf(ts, path) {
  const text = readFileSync(path, 'utf8');
  const file = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imports = file.statements.filter(
    (each) => ts.isImportDeclaration(each) && each.moduleSpecifier.text === '@parley/protocol',
  );
  return file.statements
    .filter(
      (each) => ts.isClassDeclaration(each) && each.modifiers?.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword),
    )
    .map((each) => ({
      path,
      name: each.name.text,
      imports: imports.map((one) => one.getText()).join('\n'),
      methods: each.members.filter((member) => ts.isMethodDeclaration(member) && member.type).map(methodOf),
      protocolType: each.heritageClauses
        ?.filter(({ token }) => token === ts.SyntaxKind.ImplementsKeyword)
        .flatMap(({ types }) => types.map((type) => type.getText()))[0],
    }));
}

function methodOf(member) {
  const answer = /^Promise<(.*)>$/s.exec(member.type.getText())?.[1] ?? member.type.getText();
  return { name: member.name.getText(), comment: member.jsDoc?.at(-1)?.getText() ?? '', answer };
}

/** One file that names every shape, and beside each controller one with what its methods answer. */
function virtualFiles(controllers, dtos) {
  const main = join(dist, 'shapes.ts');
  const files = controllers.map((each) => [join(dirname(each.path), `${each.name}.answers.ts`), answersOf(each)]);
  const lines = [
    "import type { Commands, ERRORS, Events, ForumNotices, ForumRequests, LIMITS } from '@parley/protocol';",
    ...controllers.map(({ path, name }) => importOf(`${name}Answers`, join(dirname(path), `${name}.answers.js`))),
    ...dtos.map(({ path, name, protocolType }) =>
      protocolType ? importOf(protocolType, '@parley/protocol') : importOf(name, path.replace(/[.]d[.]ts$/, '.js')),
    ),
    'export interface Shapes {',
    'tables: { commands: Commands; events: Events; errors: typeof ERRORS; limits: typeof LIMITS;',
    'forumRequests: ForumRequests; forumNotices: ForumNotices };',
    `answers: { ${controllers.map(({ name }) => `${name}: ${name}Answers`).join('; ')} };`,
    `payloads: { ${dtos.map(({ name, protocolType }) => `${name}: ${protocolType ?? name}`).join('; ')} };`,
    '}',
  ];
  return [main, new Map([...files, [main, lines.join('\n')]])];
}

function importOf(name, from) {
  return `import type { ${name} } from '${from}';`;
}

function answersOf({ name, imports, methods }) {
  const rows = methods.map(
    ({ comment, name: key, answer }) => `${comment}\n${key}: ${answer === 'void' ? 'null' : answer};`,
  );
  return `${imports}\nexport interface ${name}Answers {\n${rows.join('\n')}\n}`;
}

function programOf(ts, main, files) {
  const options = { target: ts.ScriptTarget.ES2023, module: ts.ModuleKind.NodeNext, strict: true, types: [] };
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile } = host;
  host.fileExists = (path) => files.has(path) || fileExists(path);
  host.readFile = (path) => files.get(path) ?? readFile(path);
  host.getSourceFile = (path, version, ...rest) =>
    files.has(path) ? ts.createSourceFile(path, files.get(path), version, true) : getSourceFile(path, version, ...rest);
  return ts.createProgram([main], options, host);
}
