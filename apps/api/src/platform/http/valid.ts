import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { invalid } from '../../kernel/errors.js';
import { isUuid } from '../../kernel/ids.js';
import { validated } from '../validation.js';
import { requestOf } from './request.js';

type Class = new () => object;

/** The JSON body as an instance of a DTO class; `validation_failed` where it is none. */
export const ValidBody = createParamDecorator((type: Class, context: ExecutionContext) =>
  validated(type, requestOf(context).body ?? {}),
);

/** The query as an instance of a DTO class. Values are strings; a parameter given twice is refused. */
export const ValidQuery = createParamDecorator((type: Class, context: ExecutionContext) => {
  const query = requestOf(context).query;
  for (const [name, value] of Object.entries(query)) {
    if (typeof value !== 'string') throw invalid(name.slice(0, 100), 'must be given once');
  }
  return validated(type, query);
});

/** A path parameter that must be a UUID, in lower case. */
export const UuidParam = createParamDecorator((name: string, context: ExecutionContext): string => {
  const value = requestOf(context).params[name];
  if (!isUuid(value)) throw invalid(name, 'must be a UUID');
  return value.toLowerCase();
});
