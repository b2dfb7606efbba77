import type { Schema } from './shapes.js';
import { escaped } from './text-html.js';

/** A schema in the words of TypeScript, with a link to each shape that it names. */
export const shapeHtml = (schema: Schema): string => `<code>${shapeOf(schema)}</code>`;

function shapeOf(schema: Schema): string {
  if (schema.$ref) return linkTo(schema.$ref.split('/').at(-1) ?? '');
  if (schema.enum) return schema.enum.map(literal).join(' | ');
  if ('const' in schema) return literal(schema.const);
  const several = schema.anyOf ?? schema.allOf;
  if (several) return several.map(shapeOf).join(schema.anyOf ? ' | ' : ' &amp; ');
  if (Array.isArray(schema.type)) return schema.type.map((type) => shapeOf({ ...schema, type })).join(' | ');
  if (schema.type === 'array') return listOf(schema.items ?? {});
  if (schema.type === 'object') return objectOf(schema);
  return `${escaped(schema.type ?? 'unknown')}${boundsOf(schema)}`;
}

const linkTo = (name: string): string => `<a href="#shape-${name}">${name}</a>`;

const literal = (value: unknown): string => escaped(typeof value === 'string' ? `'${value}'` : JSON.stringify(value));

function listOf(items: Schema): string {
  const shape = shapeOf(items);
  return /[|&] /.test(shape) ? `(${shape})[]` : `${shape}[]`;
}

function objectOf({ properties = {}, required = [], additionalProperties }: Schema): string {
  const keys = Object.entries(properties).map(
    ([name, each]) => `${name}${required.includes(name) ? '' : '?'}: ${shapeOf(each)}`,
  );
  const values = typeof additionalProperties === 'object' ? [`[key]: ${shapeOf(additionalProperties)}`] : [];
  const all = [...keys, ...values];
  return all.length > 0 ? `{ ${all.join(', ')} }` : 'object';
}

/** ` (uuid)`, ` (1–100)`. */
function boundsOf({ format, minimum, maximum, minLength, maxLength, type }: Schema): string {
  const [least, most] = [minimum ?? minLength, maximum ?? maxLength];
  const range =
    most === undefined || most === Number.MAX_SAFE_INTEGER ? least && `≥ ${least}` : `${least ?? 0}–${most}`;
  const unit = type === 'string' && range ? ' characters' : '';
  const told = [format, range && `${range}${unit}`].filter(Boolean).join(', ');
  return told === '' ? '' : ` (${told})`;
}
