// For `node --import`, before a node's own script: its wall clock is off by the first of CLOCK_SHIFTS (seconds, separated
// by commas), and jumps to the next one with every SIGUSR2. Its monotonic clock and its timers stay right.
const shifts = (process.env.CLOCK_SHIFTS ?? '0').split(',').map((seconds) => Number(seconds) * 1_000);
const RealDate = Date;
let shift = shifts.shift() ?? 0;

process.on('SIGUSR2', () => {
  shift = shifts.shift() ?? shift;
});

globalThis.Date = new Proxy(RealDate, {
  construct: (target, given, newTarget) =>
    Reflect.construct(target, given.length === 0 ? [RealDate.now() + shift] : given, newTarget) as Date,
  apply: () => new RealDate(RealDate.now() + shift).toString(),
  get: (target, name, receiver) =>
    name === 'now' ? () => RealDate.now() + shift : (Reflect.get(target, name, receiver) as unknown),
});
