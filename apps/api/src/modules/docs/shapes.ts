import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { CommandName, ErrorCode, EventName, ForumNotices, ForumRequests } from '@parley/protocol';

/** As much of JSON Schema as types become. */
export interface Schema {
  $ref?: string;
  description?: string;
  type?: string | string[];
  format?: string;
  const?: unknown;
  enum?: unknown[];
  properties?: Record<string, Schema>;
  required?: string[];
  additionalProperties?: boolean | Schema;
  items?: Schema;
  anyOf?: Schema[];
  allOf?: Schema[];
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
  minItems?: number;
  pattern?: string;
}

/** What `tools/shapes.mjs` finds out about types, which are gone at run time. */
export interface Shapes {
  /** Name → schema of `{payload, result}`, with the words of the protocol. */
  commands: Record<CommandName, Schema>;
  events: Record<EventName, Schema>;
  errors: Record<ErrorCode, Schema>;
  /** Type → schema of the data of its frames. */
  forumRequests: Record<keyof ForumRequests, Schema>;
  forumNotices: Record<keyof ForumNotices, Schema>;
  /** `AuthController.register` → what it answers; `null` for nothing. */
  answers: Record<string, Schema>;
  /** Name of a DTO class → name of the definition that it implements. */
  payloads: Record<string, string>;
  definitions: Record<string, Schema>;
}

const FILE = fileURLToPath(new URL('../../../dist/shapes.json', import.meta.url));

export const readShapes = (): Shapes => JSON.parse(readFileSync(FILE, 'utf8')) as Shapes;

export const refTo = (name: string): Schema => ({ $ref: `#/components/schemas/${name}` });

/** The definitions to which a document leads, directly or by others. */
export function usedBy(document: unknown, definitions: Readonly<Record<string, Schema>>): Record<string, Schema> {
  const used = new Map<string, Schema>();
  const follow = (part: unknown): void => {
    for (const [, name = ''] of JSON.stringify(part).matchAll(/"#\/components\/schemas\/(\w+)"/g)) {
      const schema = definitions[name];
      if (!schema) throw new Error(`Nothing defines ${name}.`);
      if (used.has(name)) continue;
      used.set(name, schema);
      follow(schema);
    }
  };
  follow(document);
  return Object.fromEntries([...used].sort(([one], [other]) => one.localeCompare(other, 'en')));
}
