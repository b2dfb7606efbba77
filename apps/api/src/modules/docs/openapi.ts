import { ERRORS, type ErrorCode, type Need } from '@parley/protocol';
import { publicPath } from '../../kernel/base-path.js';
import { isForServerAdmins } from '../../platform/documented.js';
import type { CommandTable } from '../../realtime/commands/command-row.js';
import { VERSION } from '../../realtime/version.js';
import type { DeclaredRoute } from './declared-routes.js';
import { payloadSchema } from './payload-schema.js';
import { commandRefusals, errorOf } from './refusals.js';
import { refTo, type Schema, type Shapes, usedBy } from './shapes.js';

/** An operation as this document writes it. */
export interface Operation {
  operationId: string;
  summary: string;
  description?: string;
  tags: string[];
  'x-alias-of'?: string;
  'x-command'?: string;
  'x-needs': readonly Need[];
  security?: object[];
  parameters?: {
    name: string;
    in: 'path' | 'query' | 'header';
    required: boolean;
    description?: string;
    schema: Schema;
  }[];
  requestBody?: { required: boolean; content: Content };
  responses: Record<string, { description: string; headers?: object; content?: Content }>;
}

type Content = Record<string, { schema: Schema }>;

export interface OpenApiDocument {
  openapi: string;
  info: { title: string; version: string; license: object; description: string };
  servers: object[];
  security: object[];
  tags: { name: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; headers: object; securitySchemes: object };
}

const DESCRIPTION =
  'Bodies are JSON in UTF-8, but for files; unknown keys are refused. Every refusal has one shape, `{error}`: decide by its `code`. ' +
  'Routes with `x-alias-of` answer as the one that they name; `x-needs` are rows of the table of permissions. What happens meanwhile comes over Socket.IO: ' +
  'see the AsyncAPI document at `/api/asyncapi`.';

const HEADERS = {
  'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' } },
  'Parley-Duplicate': { description: '`true`: a repeat; nothing was written.', schema: { type: 'string' } },
};

/** OpenAPI 3.1 of all routes. */
export function openApi(routes: readonly DeclaredRoute[], shapes: Shapes, commands: CommandTable): OpenApiDocument {
  const definitions = { ...shapes.definitions };
  const paths: OpenApiDocument['paths'] = {};
  for (const route of routes) {
    if (route.body) {
      const name = shapes.payloads[route.body.name] ?? route.body.name;
      definitions[name] = payloadSchema(route.body, shapes.definitions[name] ?? {});
    }
    paths[route.path] = { ...paths[route.path], [route.method]: operationOf(route, shapes, commands) };
  }
  return {
    openapi: '3.1.0',
    info: { title: 'Parley', version: VERSION, license: { name: 'MIT', identifier: 'MIT' }, description: DESCRIPTION },
    servers: [{ url: publicPath('') || '/' }],
    security: [{ bearer: [] }],
    tags: [...new Set(routes.map(tagOf))].map((name) => ({ name })),
    paths,
    components: {
      schemas: usedBy(paths, definitions),
      headers: HEADERS,
      securitySchemes: { bearer: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT' } },
    },
  };
}

const OF_FILE: Schema = { type: 'string', format: 'binary' };

function operationOf(route: DeclaredRoute, shapes: Shapes, commands: CommandTable): Operation {
  const { description = '', ...answer } = shapes.answers[route.handler] ?? {};
  const parameters = [...pathParameters(route), ...queryParameters(route, shapes), ...headerParameters(route)];
  return {
    operationId: operationId(route),
    summary: route.aliasOf ? `Alias of ${route.aliasOf}` : firstSentence(description) || spaced(route.handler),
    ...(description && { description }),
    tags: [tagOf(route)],
    ...(route.aliasOf && { 'x-alias-of': route.aliasOf }),
    ...(route.command && { 'x-command': route.command }),
    'x-needs': route.needs,
    ...(route.isPublic && { security: [] }),
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && { requestBody: bodyOf(route, shapes) }),
    ...(route.form && { requestBody: { required: true, content: { 'multipart/form-data': { schema: route.form } } } }),
    ...(route.takenBytes && { requestBody: { required: true, content: { [route.takenBytes]: { schema: OF_FILE } } } }),
    responses: {
      ...successes(route, route.isBytes ? OF_FILE : answer),
      ...refusalsByStatus(refusalsOf(route, commands)),
    },
  };
}

function pathParameters({ parameters }: DeclaredRoute): NonNullable<Operation['parameters']> {
  return parameters.map(({ name, isUuid }) => {
    const schema: Schema = isUuid ? { type: 'string', format: 'uuid' } : { type: 'string' };
    return { name, in: 'path', required: true, schema };
  });
}

function queryParameters({ query }: DeclaredRoute, shapes: Shapes): NonNullable<Operation['parameters']> {
  if (!query) return [];
  const { properties = {}, required = [] } = payloadSchema(
    query,
    shapes.definitions[shapes.payloads[query.name] ?? query.name] ?? {},
  );
  return Object.entries(properties).map(([name, { description, ...schema }]) => ({
    name,
    in: 'query',
    required: required.includes(name),
    ...(description && { description }),
    schema,
  }));
}

function headerParameters({ takenHeaders }: DeclaredRoute): NonNullable<Operation['parameters']> {
  return takenHeaders.map((name) => ({ name, in: 'header', required: true, schema: { type: 'string' } }));
}

function bodyOf({ body }: DeclaredRoute, shapes: Shapes): NonNullable<Operation['requestBody']> {
  const name = body?.name ?? '';
  const isNeeded = (shapes.definitions[shapes.payloads[name] ?? name]?.required ?? []).length > 0;
  return { required: isNeeded, content: { 'application/json': { schema: refTo(shapes.payloads[name] ?? name) } } };
}

function successes(route: DeclaredRoute, answer: Schema): Operation['responses'] {
  const { statuses, contentType, repeatHeader, isBytes, answeredHeaders } = route;
  const own = Object.fromEntries(answeredHeaders.map((name) => [name, { schema: { type: 'string' } }]));
  const type = isBytes ? 'application/octet-stream' : (contentType?.split(';')[0] ?? 'application/json');
  const content = answer.type === 'null' ? undefined : { [type]: { schema: answer } };
  return Object.fromEntries(
    statuses.map((status, i) => {
      const description = status === 204 ? 'Done.' : i === 0 ? 'The answer.' : 'It was there already.';
      const headers = { ...own, ...(i > 0 && repeatHeader && { [repeatHeader]: header(repeatHeader) }) };
      const isTold = Object.keys(headers).length > 0;
      return [status, { description, ...(isTold && { headers }), ...(content && { content }) }];
    }),
  );
}

/** All codes that the route may answer. */
function refusalsOf(route: DeclaredRoute, commands: CommandTable): ErrorCode[] {
  const { isPublic, body, query, parameters, isLimited, command, needs, refusals } = route;
  return [
    ...(isPublic ? [] : (['unauthenticated', 'token_expired'] as const)),
    ...(body || query || parameters.length > 0 ? (['validation_failed'] as const) : []),
    ...(body ? (['too_large', 'unsupported_media_type'] as const) : []),
    ...(parameters.length > 0 ? (['not_found'] as const) : []),
    ...(isForServerAdmins(needs) ? (['forbidden'] as const) : []),
    ...(isLimited ? (['rate_limited'] as const) : []),
    ...(command ? commandRefusals(commands, command) : []),
    ...refusals,
    'internal',
    'service_unavailable',
    'draining',
  ];
}

function refusalsByStatus(codes: readonly ErrorCode[]): Operation['responses'] {
  const statuses = [...new Set(codes.map((code) => ERRORS[code].status))].sort((one, other) => one - other);
  return Object.fromEntries(
    statuses.map((status) => {
      const own = [...new Set(codes)].filter((code) => ERRORS[code].status === status);
      const waits = own.some((code) => ERRORS[code].retryable && status !== 401 && status !== 500);
      const answer = {
        description: own.map((code) => `\`${code}\`: ${ERRORS[code].message}`).join(' '),
        ...(waits && { headers: { 'Retry-After': header('Retry-After') } }),
        content: {
          'application/json': { schema: { type: 'object', properties: { error: errorOf(own) }, required: ['error'] } },
        },
      };
      return [status, answer];
    }),
  );
}

const header = (name: keyof typeof HEADERS) => ({ $ref: `#/components/headers/${name}` });

/** `/api/rooms/{id}/messages` → `conversations`: aliases stand beside what they stand for. */
function tagOf({ path, aliasOf }: DeclaredRoute): string {
  const [first = '', second = ''] = (aliasOf?.split(' ')[1] ?? path).split('/').filter(Boolean);
  return first === 'api' ? second : first;
}

/** Unique, and stable as long as the route is called what it is called. */
const operationId = ({ method, path }: DeclaredRoute): string =>
  [method, ...path.split('/').filter((part) => part !== '' && part !== 'api')].join('_').replaceAll(/\W+/g, '');

const firstSentence = (text: string): string => /^.*?[.;:](?=\s|$)/s.exec(text)?.[0].replace(/[;:]$/, '.') ?? text;

/** `AuthController.changePassword` → `Change password`. */
function spaced(handler: string): string {
  const words = (handler.split('.')[1] ?? '').replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
  return words.charAt(0).toUpperCase() + words.slice(1);
}
