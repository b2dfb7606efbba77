import { readFileSync } from 'node:fs';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import type { Config } from './config.js';

/** What of the environment's reader is needed here. */
interface Reader {
  text(name: string): string | null;
  fault(sentence: string): void;
}

/**
 * Formats are annotations, as JSON Schema has them by default. A keyword that is unknown is a fault at the start, since a
 * misspelt one would let everything pass.
 */
const OPTIONS = { validateFormats: false, strictTypes: false, strictRequired: false, ownProperties: true } as const;

/** The schemas of the file, by the `dataType` that each is for; none where there is no file, or a fault. */
export function dataSchemas(reader: Reader): Config['dataSchemas'] {
  const file = reader.text('DATA_SCHEMAS');
  if (!file) return new Map();
  try {
    const ajv = new Ajv2020({ ...OPTIONS, logger: false });
    return new Map(Object.entries(objectIn(file)).map(([name, schema]) => [name, check(ajv, name, schema)]));
  } catch (fault) {
    const why = fault instanceof Error ? fault.message : String(fault);
    reader.fault(`DATA_SCHEMAS must be a JSON file with a JSON Schema (2020-12) for each dataType; ${why}.`);
    return new Map();
  }
}

function objectIn(file: string): object {
  const content: unknown = JSON.parse(readFileSync(file, 'utf8'));
  if (typeof content === 'object' && content !== null && !Array.isArray(content)) return content;
  throw new Error(`${file} holds no object`);
}

function check(ajv: Ajv2020, name: string, schema: unknown) {
  const fits = compiled(ajv, name, schema);
  return (metadata: object) => {
    if (fits(metadata)) return null;
    const [first] = fits.errors ?? [];
    return { path: pathOf(first), message: first?.message ?? 'does not fit its schema' };
  };
}

function compiled(ajv: Ajv2020, name: string, schema: unknown): ValidateFunction {
  if (typeof schema !== 'object' || schema === null) throw new Error(`"${name}" is no schema`);
  // The answer of such a schema would be a promise, which is never false.
  if ('$async' in schema) throw new Error(`"${name}" must not be asynchronous`);
  try {
    return ajv.compile(schema);
  } catch (fault) {
    throw new Error(`"${name}": ${fault instanceof Error ? fault.message : String(fault)}`, { cause: fault });
  }
}

/** A JSON pointer as the paths of other details are written. */
const pathOf = (error: ErrorObject | undefined): string =>
  ['metadata', ...(error?.instancePath ?? '').split('/').slice(1)].join('.').slice(0, 100);
