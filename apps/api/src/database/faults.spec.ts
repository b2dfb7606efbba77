import { describe, expect, it } from '@jest/globals';
import { ParleyError } from '../kernel/errors.js';
import { isAway, isConnectionFault, isDataFault, isUnfit, translated } from './faults.js';

const fault = (code: string, more: object = {}) =>
  new Error('wrapped', { cause: Object.assign(new Error(code), { code, ...more }) });

describe('what a SQLSTATE is about', () => {
  it.each(['25006', '53000', '53100', '53200', '58000', '58030'])('%s: no session can write', (state) => {
    expect([isAway(fault(state)), isUnfit(fault(state))]).toEqual([true, true]);
  });

  it.each(['08006', '25P03', '25P04', '53300', '53400', '55000', '55006', '55P03', '57014', '57P01', '57P03', '57P04'])(
    '%s: not just now',
    (state) => expect([isAway(fault(state)), isUnfit(fault(state))]).toEqual([true, false]),
  );

  it.each(['P0001', 'XX000', 'XX001', 'XX002', '58P01', '23505', '22021', '42883', '40001', '3D000', '28P01'])(
    '%s: what was asked, not the server',
    (state) => expect([isAway(fault(state)), isUnfit(fault(state))]).toEqual([false, false]),
  );

  it.each(['26000', '42P05'])('%s: the session is not ours alone, so it is not used again, and it is said', (state) => {
    expect([isConnectionFault(fault(state)), isDataFault(fault(state))]).toEqual([true, false]);
    const told = translated(fault(state)) as ParleyError;
    expect(told).toBeInstanceOf(ParleyError);
    expect([told.code, told.extra.isReported]).toEqual(['service_unavailable', false]);
  });

  it('54000 is a value too large, except where no transaction number is given any more', () => {
    expect([isDataFault(fault('54000')), isAway(fault('54000'))]).toEqual([true, false]);
    const stopped = fault('54000', { routine: 'GetNewTransactionId' });
    expect([isDataFault(stopped), isAway(stopped), isUnfit(stopped)]).toEqual([false, true, true]);
  });
});
