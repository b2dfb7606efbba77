import type { Config, TraceSettings } from './config.js';

/** What of the environment's reader is needed here. */
interface Reader {
  text(name: string): string | null;
  bearer(name: string): string | null;
  url(name: string, protocols: readonly string[]): string | null;
  oneOf<T extends string>(name: string, choices: readonly T[], otherwise: T): T;
  integer(name: string, range: { least: number; most: number; otherwise: number }): number;
  fault(sentence: string): void;
}

/** As OpenTelemetry names them. A send begins its trace here, so `parentbased_` makes no difference. */
const SAMPLERS = [
  'always_on',
  'always_off',
  'traceidratio',
  'parentbased_always_on',
  'parentbased_always_off',
  'parentbased_traceidratio',
] as const;

const PROTOCOLS = ['http:', 'https:'];

/** Who may read metrics, and where traces go. */
export const telemetrySettings = (reader: Reader): Pick<Config, 'metricsToken' | 'traces'> => ({
  metricsToken: reader.bearer('METRICS_TOKEN'),
  traces: traceSettings(reader),
});

/** By OpenTelemetry's own variables. Null: nowhere. */
function traceSettings(reader: Reader): TraceSettings | null {
  const common = reader.url('OTEL_EXPORTER_OTLP_ENDPOINT', PROTOCOLS);
  const own = reader.url('OTEL_EXPORTER_OTLP_TRACES_ENDPOINT', PROTOCOLS);
  const url = own ?? (common && new URL('v1/traces', common.replace(/\/?$/, '/')).href);
  const isOff = reader.text('OTEL_SDK_DISABLED')?.toLowerCase() === 'true';
  // What is set for other programs too is none of ours until there is a receiver.
  if (url === null || isOff) return null;
  const most = { least: 1, most: 1_000_000 };
  return {
    url,
    ratio: ratioOf(reader),
    mostQueued: reader.integer('OTEL_BSP_MAX_QUEUE_SIZE', { ...most, otherwise: 2_048 }),
    delayMs: reader.integer('OTEL_BSP_SCHEDULE_DELAY', { ...most, otherwise: 5_000 }),
  };
}

/** Of all sends, how many are traced. */
function ratioOf(reader: Reader): number {
  const sampler = reader.oneOf('OTEL_TRACES_SAMPLER', SAMPLERS, 'parentbased_always_on');
  if (sampler.endsWith('always_on')) return 1;
  if (sampler.endsWith('always_off')) return 0;
  const value = Number(reader.text('OTEL_TRACES_SAMPLER_ARG') ?? '1');
  if (value >= 0 && value <= 1) return value;
  reader.fault('OTEL_TRACES_SAMPLER_ARG must be a number from 0 to 1: how many of all sends are traced.');
  return 1;
}
