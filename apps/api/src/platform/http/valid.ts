import 'reflect-metadata';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { invalid } from '../../kernel/errors.js';
import { isUuid } from '../../kernel/ids.js';
import { validated } from '../validation.js';
import { requestOf } from './request.js';

type Class = new () => object;

/** The JSON body as an instance of a DTO class; `validation_failed` where it is none. */
export const ValidBody = createParamDecorator(bodyOf);

/**
 * The query as an instance of a DTO class: properties declared as numbers or booleans are read as such. A parameter
 * given twice is refused.
 */
export const ValidQuery = createParamDecorator(queryOf);

/** A path parameter that must be a UUID, in lower case. */
export const UuidParam = createParamDecorator(uuidOf);

export function bodyOf(type: Class, context: ExecutionContext): object {
  return validated(type, requestOf(context).body ?? {});
}

export function queryOf(type: Class, context: ExecutionContext): object {
  const sent = Object.create(null) as Record<string, unknown>;
  for (const [name, value] of Object.entries(requestOf(context).query)) {
    if (typeof value !== 'string') throw invalid(name.slice(0, 100), 'must be given once');
    sent[name] = readAs(Reflect.getMetadata('design:type', type.prototype as object, name), value);
  }
  return validated(type, sent);
}

export function uuidOf(name: string, context: ExecutionContext): string {
  const value = requestOf(context).params[name];
  if (!isUuid(value)) throw invalid(name, 'must be a UUID');
  return value.toLowerCase();
}

/** What does not read as the declared type stays a string, for the DTO's decorators to refuse. */
function readAs(declared: unknown, value: string): unknown {
  if (declared === Number && /^-?\d{1,15}$/.test(value)) return Number(value);
  if (declared === Boolean && /^(true|false)$/.test(value)) return value === 'true';
  return value;
}
