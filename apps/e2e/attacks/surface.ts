import type { CommandName, Need } from '@parley/protocol';

/** A route as the deployment documents it. */
export interface Route {
  method: string;
  /** Below `/api`, with its parameters in braces. */
  path: string;
  needs: readonly Need[];
  /** Whether it is answered without a token. */
  isPublic: boolean;
  /** The keys that its body may have; null: it takes none, or one that is no JSON. */
  bodyKeys: readonly string[] | null;
  queryNames: readonly string[];
}

interface Command {
  name: CommandName;
  keys: readonly string[];
}

/** All that can be attacked, by the deployment's own documents: what the product gains is attacked without a line here. */
export interface Surface {
  routes: readonly Route[];
  commands: readonly Command[];
}

interface Schema {
  $ref?: string;
  properties?: Record<string, Schema>;
}

type Schemas = Record<string, Schema>;

interface Operation {
  'x-needs': Need[];
  security?: object[];
  parameters?: { name: string; in: 'path' | 'query' }[];
  requestBody?: { content: { 'application/json'?: { schema: Schema } } };
}

interface OpenApi {
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Schemas };
}

interface AsyncApi {
  operations: Record<string, { action: 'send' | 'receive'; title: string }>;
  components: { messages: Record<string, { payload: Schema }>; schemas: Schemas };
}

const PREFIX = '/api';

export async function readSurface(url: string): Promise<Surface> {
  const read = async (path: string): Promise<unknown> => (await fetch(`${url}${PREFIX}/${path}`)).json();
  const rest = (await read('docs/openapi.json')) as OpenApi;
  const socket = (await read('asyncapi')) as AsyncApi;
  return { routes: routesOf(rest), commands: commandsOf(socket) };
}

function routesOf({ paths, components: { schemas } }: OpenApi): Route[] {
  return Object.entries(paths)
    .filter(([path]) => path.startsWith(`${PREFIX}/`))
    .flatMap(([path, methods]) =>
      Object.entries(methods)
        // Answered without a body, so without a code.
        .filter(([method]) => method !== 'head')
        .map(([method, operation]) => ({
          method: method.toUpperCase(),
          path: path.slice(PREFIX.length),
          needs: operation['x-needs'],
          isPublic: operation.security?.length === 0,
          bodyKeys: bodyKeysOf(operation, schemas),
          queryNames: (operation.parameters ?? []).flatMap((each) => (each.in === 'query' ? each.name : [])),
        })),
    );
}

function bodyKeysOf({ requestBody }: Operation, schemas: Schemas): string[] | null {
  const json = requestBody?.content['application/json'];
  return json ? keysOf(json.schema, schemas) : null;
}

function commandsOf({ operations, components: { messages, schemas } }: AsyncApi): Command[] {
  return Object.entries(operations)
    .filter(([, { action }]) => action === 'receive')
    .map(([id, { title }]) => ({ name: title as CommandName, keys: keysOf(messages[id]?.payload ?? {}, schemas) }));
}

function keysOf({ $ref, properties = {} }: Schema, schemas: Schemas): string[] {
  const named = $ref === undefined ? undefined : schemas[$ref.split('/').at(-1) ?? ''];
  return named ? keysOf(named, schemas) : Object.keys(properties);
}
