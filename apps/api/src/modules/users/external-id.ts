import { isStorable } from '../../kernel/storable-text.js';

const LONGEST = 255;

/** Whether this can be the host product's id of a user. */
export const isExternalId = (value: unknown): value is string =>
  typeof value === 'string' && value.length >= 1 && value.length <= LONGEST && isStorable(value);
