import { HttpStatus, RequestMethod, type Type } from '@nestjs/common';
import {
  HEADERS_METADATA,
  HTTP_CODE_METADATA,
  METHOD_METADATA,
  PATH_METADATA,
  ROUTE_ARGS_METADATA,
} from '@nestjs/common/constants.js';
import type { CommandName, ErrorCode, Need } from '@parley/protocol';
import {
  ALIAS,
  ANSWERED_HEADERS,
  BYTES,
  FORM,
  NEEDS,
  REFUSALS,
  REPEATED,
  TAKEN_BYTES,
  TAKEN_HEADERS,
} from '../../platform/documented.js';
import { IS_PUBLIC } from '../../platform/http/request.js';
import { bodyOf, queryOf, uuidOf } from '../../platform/http/valid.js';
import { RATE } from '../../platform/limits/rate-limit.guard.js';
import { COMMAND } from '../../realtime/commands/command.interceptor.js';
import type { Schema } from './shapes.js';

/** A route as its decorators declare it. */
export interface DeclaredRoute {
  method: 'get' | 'head' | 'post' | 'put' | 'patch' | 'delete';
  /** From the root of the server, `/api/messages/{id}`. */
  path: string;
  /** The route that it stands for under another name, as `GET /api/messages/{id}`; null for all but aliases. */
  aliasOf: string | null;
  /** `AuthController.register`. */
  handler: string;
  /** Of a success; the usual one first. */
  statuses: number[];
  /** Of an answer to a repeat. */
  repeatHeader: 'Parley-Duplicate' | null;
  /** Other than JSON. */
  contentType: string | null;
  /** Whether it answers with the bytes of a file. */
  isBytes: boolean;
  body: Type | null;
  /** The schema of a body that is a form. */
  form: Schema | null;
  /** The content type of a body that is bytes. */
  takenBytes: string | null;
  /** The names of headers that it reads, and of those that it answers by. */
  takenHeaders: readonly string[];
  answeredHeaders: readonly string[];
  query: Type | null;
  parameters: { name: string; isUuid: boolean }[];
  isPublic: boolean;
  isLimited: boolean;
  /** The command that does the same. */
  command: CommandName | null;
  /** By `@Needs()`. */
  needs: readonly Need[];
  /** Beside those that all routes answer. */
  refusals: ErrorCode[];
}

/** A parameter of a handler, as Nest keeps it. */
interface Argument {
  data?: unknown;
  factory?: unknown;
}

/** Every route of these controllers, in their order. @throws where one does not say what it needs. */
export function routesOf(controllers: Iterable<Type>): DeclaredRoute[] {
  return [...controllers].flatMap((controller) =>
    Object.getOwnPropertyNames(controller.prototype).flatMap((method) => routesOfHandler(controller, method)),
  );
}

function routesOfHandler(controller: Type, name: string): DeclaredRoute[] {
  const handler = (controller.prototype as Record<string, unknown>)[name] as object;
  const paths = read(PATH_METADATA, handler) as string | string[] | undefined;
  if (name === 'constructor' || paths === undefined) return [];
  const method = methodOf(handler);
  const whole = listOf(read(PATH_METADATA, controller) as string | string[] | undefined).flatMap((prefix) =>
    listOf(paths).map((path) => wholePath(prefix, path)),
  );
  const alias = (read(ALIAS, handler) as string | undefined)?.split(' ');
  const facts = factsOf(controller, name);
  return whole.map((path, i) => ({
    ...facts,
    method,
    path,
    aliasOf: alias ? `${alias[0]} ${wholePath('', alias[1] ?? '')}` : aliasOfFirst(method, whole, i),
    parameters: parametersOf(path, facts.args),
  }));
}

/** A handler with several paths has its own name first. */
const aliasOfFirst = (method: string, paths: readonly string[], at: number): string | null =>
  at === 0 ? null : `${method.toUpperCase()} ${paths[0]}`;

function factsOf(controller: Type, name: string) {
  const handler = (controller.prototype as Record<string, object>)[name] as object;
  const args = argumentsOf(controller, name);
  const classOf = (factory: unknown) =>
    (args.find((each) => each.factory === factory)?.data as Type | undefined) ?? null;
  const needs = read(NEEDS, handler) as readonly Need[] | undefined;
  if (!needs) throw new Error(`${controller.name}.${name} does not say what it needs: @Needs(…), of permissions.ts.`);
  const own =
    (read(HTTP_CODE_METADATA, handler) as number | undefined) ??
    (methodOf(handler) === 'post' ? HttpStatus.CREATED : HttpStatus.OK);
  const headers = (read(HEADERS_METADATA, handler) as { name: string; value: string }[] | undefined) ?? [];
  const repeated = read(REPEATED, handler) as { header: DeclaredRoute['repeatHeader'] } | undefined;
  return {
    args,
    handler: `${controller.name}.${name}`,
    statuses: repeated ? [own, HttpStatus.OK] : [own],
    repeatHeader: repeated?.header ?? null,
    contentType: headers.find((each) => each.name === 'Content-Type')?.value ?? null,
    isBytes: read(BYTES, handler) === true,
    body: classOf(bodyOf),
    form: (read(FORM, handler) as Schema | undefined) ?? null,
    takenBytes: (read(TAKEN_BYTES, handler) as string | undefined) ?? null,
    takenHeaders: (read(TAKEN_HEADERS, handler) as string[] | undefined) ?? [],
    answeredHeaders: (read(ANSWERED_HEADERS, handler) as string[] | undefined) ?? [],
    query: classOf(queryOf),
    isPublic: [handler, controller].some((each) => read(IS_PUBLIC, each) === true),
    isLimited: read(COMMAND, handler) !== undefined || ![handler, controller].some((each) => read(RATE, each) === null),
    command: (read(COMMAND, handler) as CommandName | undefined) ?? null,
    needs,
    refusals: (read(REFUSALS, handler) as ErrorCode[] | undefined) ?? [],
  };
}

function argumentsOf(controller: Type, name: string): Argument[] {
  const kept: unknown = Reflect.getMetadata(ROUTE_ARGS_METADATA, controller, name);
  return Object.values((kept ?? {}) as Record<string, Argument>);
}

function parametersOf(path: string, args: readonly Argument[]): { name: string; isUuid: boolean }[] {
  const ids = new Set(args.filter(({ factory }) => factory === uuidOf).map(({ data }) => data));
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({ name, isUuid: ids.has(name) }));
}

const AT_THE_ROOT = ['health', 'metrics'];

/** As the server has it: all but health and figures is below `/api`. */
function wholePath(prefix: string, path: string): string {
  const parts = [prefix, path].flatMap((part) => part.split('/')).filter(Boolean);
  const rooted = AT_THE_ROOT.includes(parts[0] ?? '') ? parts : ['api', ...parts];
  return `/${rooted.map((part) => part.replace(/^:(\w+)$/, '{$1}')).join('/')}`;
}

function methodOf(handler: object): DeclaredRoute['method'] {
  const method = (read(METHOD_METADATA, handler) as RequestMethod | undefined) ?? RequestMethod.GET;
  return RequestMethod[method].toLowerCase() as DeclaredRoute['method'];
}

const listOf = (value: string | string[] | undefined): string[] =>
  typeof value === 'string' ? [value] : (value ?? ['']);

const read = (key: string, target: object): unknown => Reflect.getMetadata(key, target);
