import { describe, expect, it } from '@jest/globals';
import { asParleyError, ParleyError } from './errors.js';

describe('any fault as an error for clients', () => {
  it('finds ours however deep libraries have wrapped it', () => {
    const ours = new ParleyError('service_unavailable');
    const wrapped = new Error('query failed', { cause: new Error('pool', { cause: ours }) });
    expect(asParleyError(wrapped)).toBe(ours);
  });

  it.each([[new Error('x')], ['text'], [null], [undefined], [{ cause: { cause: 7 } }]])(
    'makes %p internal',
    (fault: unknown) => {
      expect(asParleyError(fault)).toMatchObject({ code: 'internal', cause: fault });
    },
  );

  it('ends on a chain that is a circle', () => {
    const fault = new Error('round');
    fault.cause = fault;
    expect(asParleyError(fault).code).toBe('internal');
  });
});
