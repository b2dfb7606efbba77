import type { Type } from '@nestjs/common';
import { getMetadataStorage } from 'class-validator';
import type { Schema } from './shapes.js';

/** A row of class-validator's storage. */
type Check = ReturnType<ReturnType<typeof getMetadataStorage>['getTargetValidationMetadatas']>[number];

/** What a check adds to the schema of its property. */
const NARROWED: Record<string, (given: Check) => Schema> = {
  isUuid: () => ({ format: 'uuid' }),
  isInt: () => ({ type: 'integer' }),
  min: ({ constraints: [minimum] }) => ({ minimum: Number(minimum) }),
  max: ({ constraints: [maximum] }) => ({ maximum: Number(maximum) }),
  minLength: ({ constraints: [minLength] }) => ({ minLength: Number(minLength) }),
  maxLength: ({ constraints: [maxLength] }) => ({ maxLength: Number(maxLength) }),
  arrayMinSize: ({ constraints: [minItems] }) => ({ minItems: Number(minItems) }),
  // What these say the type of the property says too.
  isIn: () => ({}),
  isString: () => ({}),
  isBoolean: () => ({}),
  isObject: () => ({}),
};

/** The schema of a type as a DTO class takes it: with the bounds of its decorators, and without unknown keys. */
export function payloadSchema(dto: Type, taken: Schema): Schema {
  const properties = Object.entries(taken.properties ?? {});
  const checks = getMetadataStorage().getTargetValidationMetadatas(dto, '', false, false);
  const narrowed = properties.map(([name, schema]) => {
    const own = checks.filter(({ propertyName, type }) => propertyName === name && type !== 'conditionalValidation');
    return [name, own.reduce(narrow, schema)] as const;
  });
  return { ...taken, properties: Object.fromEntries(narrowed), additionalProperties: false };
}

function narrow(schema: Schema, check: Check): Schema {
  const known = NARROWED[check.name ?? ''];
  if (known) return { ...schema, ...known(check) };
  const sentence = messageOf(check);
  return sentence === ''
    ? schema
    : { ...schema, description: [schema.description, sentence].filter(Boolean).join(' ') };
}

/** What a check of our own says when it fails: it is all that can be told of it. */
function messageOf({ message, constraintCls }: Check): string {
  const [custom] = getMetadataStorage().getTargetValidatorConstraints(constraintCls);
  const text = typeof message === 'string' ? message : custom?.instance.defaultMessage?.();
  return text ? `It ${text}.` : '';
}
