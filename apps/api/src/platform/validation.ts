import type { ErrorDetail } from '@parley/protocol';
import { getMetadataStorage, ValidateIf, type ValidationError, validateSync } from 'class-validator';
import type { ValidationMetadata } from 'class-validator/types/metadata/ValidationMetadata.js';
import { invalid, ParleyError } from '../kernel/errors.js';

type Class<T> = new () => T;

/** A property that may be missing. Unlike with `IsOptional`, null is a value of the wrong type. */
export const MayBeMissing = (): PropertyDecorator => ValidateIf((_: unknown, value: unknown) => value !== undefined);

/** A property that has to be there, and may be null. */
export const MayBeNull = (): PropertyDecorator => ValidateIf((_: unknown, value: unknown) => value !== null);

const MOST_DETAILS = 20;
const storage = getMetadataStorage();
const knownKeys = new WeakMap<object, ReadonlySet<string>>();
rememberRules();

/**
 * What a client sent as an instance of `type`, checked by the class-validator decorators on it. Unknown keys are
 * refused, not ignored. Throws `validation_failed` with a detail for each fault.
 */
export function validated<T extends object>(type: Class<T>, sent: unknown): T {
  if (typeof sent !== 'object' || sent === null || Array.isArray(sent)) throw invalid('', 'must be an object');
  const known = keysOf(type);
  const instance = new type() as Record<string, unknown>;
  const unknown: ErrorDetail[] = [];
  for (const key of Object.keys(sent)) {
    // Checked before anything is copied, so `__proto__` never reaches an assignment.
    if (known.has(key)) instance[key] = (sent as Record<string, unknown>)[key];
    else unknown.push({ path: key.slice(0, 100), message: 'is not a known key' });
  }
  const faults = validateSync(instance, { forbidUnknownValues: false });
  if (unknown.length === 0 && faults.length === 0) return instance as T;
  const details = [...unknown, ...faults.flatMap((fault) => detailsOf(fault, ''))].slice(0, MOST_DETAILS);
  throw new ParleyError('validation_failed', { details });
}

function keysOf(type: Class<object>): ReadonlySet<string> {
  let keys = knownKeys.get(type);
  if (!keys) {
    const rows = storage.getTargetValidationMetadatas(type, '', false, false);
    keys = new Set(rows.map((row) => row.propertyName));
    knownKeys.set(type, keys);
  }
  return keys;
}

function detailsOf(fault: ValidationError, prefix: string): ErrorDetail[] {
  const path = prefix + fault.property;
  const own = Object.values(fault.constraints ?? {}).map((message) => ({
    path,
    message: withoutName(message, fault.property),
  }));
  return [...own, ...(fault.children ?? []).flatMap((child) => detailsOf(child, `${path}.`))];
}

/** class-validator begins its sentences with the property's name, which `path` already has. */
function withoutName(message: string, name: string): string {
  return message.startsWith(`${name} `) ? message.slice(name.length + 1) : message;
}

/** class-validator looks up anew for each object what its class demands, which takes longer than to check it. */
function rememberRules(): void {
  const rules = new WeakMap<object, ValidationMetadata[]>();
  const lookUp = storage.getTargetValidationMetadatas.bind(storage);
  storage.getTargetValidationMetadatas = (type, ...how) => {
    const known = rules.get(type);
    if (known) return known;
    const found = lookUp(type, ...how);
    rules.set(type, found);
    return found;
  };
}
