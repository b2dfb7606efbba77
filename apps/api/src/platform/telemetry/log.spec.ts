import { describe, expect, it } from '@jest/globals';
import { DrizzleQueryError } from 'drizzle-orm/errors';
import { createLog, describeFault } from './log.js';

const written = (work: (log: ReturnType<typeof createLog>) => void): string[] => {
  const lines: string[] = [];
  work(createLog('info', { write: (line) => void lines.push(line) }));
  return lines;
};

describe('the log', () => {
  it('writes one JSON line an event, whatever is in it (attack 67)', () => {
    const lines = written((log) => log.info({ name: 'a\r\nb\u001b[31m"}' }, 'x\ny'));
    expect(lines).toHaveLength(1);
    expect(lines[0]?.trimEnd()).not.toContain('\n');
    expect(JSON.parse(lines[0] ?? '')).toMatchObject({ level: 'info', name: 'a\r\nb\u001b[31m"}', msg: 'x\ny' });
  });

  it.each(['authorization', 'cookie', 'set-cookie', 'password', 'token', 'accessToken'])(
    'leaves out %s at any depth',
    (key) => {
      const [line] = written((log) =>
        log.info({ [key]: 'hidden', a: { [key]: 'hidden', b: { [key]: 'hidden' } } }, 'x'),
      );
      expect(line).not.toContain('hidden');
      expect(line).toContain('[secret]');
    },
  );

  it('has of a failed query its text, its cause and its stack, but none of its data', () => {
    const cause = Object.assign(new Error('invalid input syntax for type uuid: "what they wrote"'), { code: '22P02' });
    const fault = new DrizzleQueryError('select $1', ['what they wrote'], cause);
    const told = describeFault(fault);
    expect(told).toMatchObject({ message: 'Failed query: select $1', stack: expect.stringContaining('at ') });
    expect(told.cause).toMatchObject({ code: '22P02', message: 'invalid input syntax for type uuid' });
    expect(JSON.stringify(told)).not.toContain('what they wrote');
  });

  it('takes no line of what users wrote for a line of the stack', () => {
    const fault = new DrizzleQueryError('select $1', ['see\n    at what they wrote', 7], new Error('no'));
    const told = describeFault(fault);
    expect(told.stack).toContain('log.spec');
    expect(JSON.stringify(told)).not.toContain('what they wrote');
    fault.message = 'another one';
    expect(JSON.stringify(describeFault(fault))).not.toContain('what they wrote');
  });

  it('has of a value out of range what is wrong with it, and not the value', () => {
    const fault = Object.assign(new Error('value "99999999999" is out of range for type integer'), { code: '22003' });
    expect(describeFault(fault).message).toBe('value is out of range for type integer');
  });

  it('survives a fault that is its own cause', () => {
    const fault = new Error('round');
    fault.cause = fault;
    expect(() => JSON.stringify(describeFault(fault))).not.toThrow();
  });
});
