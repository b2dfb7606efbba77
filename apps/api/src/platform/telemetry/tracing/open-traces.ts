import { randomUUID } from 'node:crypto';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { defaultResource, detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace';
import type { TraceSettings } from '../../../config/config.js';
import type { EventReporter } from '../event-reporter.js';
import type { SendTraces } from '../send-traces.js';
import { OtlpTraces } from './otlp-traces.js';

const MOST_AT_ONCE = 512;
/** `ExportResultCode.SUCCESS` of a package that nothing else here needs. */
const SUCCESS = 0;

/**
 * Traces that go to a receiver by OTLP over HTTP. Loaded only where there is one: this brings the libraries. Credentials,
 * certificates and time limits of the exporter are read from the environment by itself.
 */
export function openTraces(settings: TraceSettings, version: string, reporter: EventReporter): SendTraces {
  const { url, ratio, mostQueued, delayMs } = settings;
  const processor = new BatchSpanProcessor({
    exporter: reported(new OTLPTraceExporter({ url }), reporter),
    maxQueueSize: mostQueued,
    maxExportBatchSize: Math.min(MOST_AT_ONCE, mostQueued),
    scheduledDelayMillis: delayMs,
  });
  const named = resourceFromAttributes({
    'service.name': 'parley',
    'service.version': version,
    'service.instance.id': randomUUID(),
  });
  const provider = new TracerProvider({
    resource: defaultResource()
      .merge(named)
      .merge(detectResources({ detectors: [envDetector] })),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanProcessors: [processor],
  });
  return new OtlpTraces(provider);
}

/** What does not get through is lost, and is reported; nothing else waits for it. */
function reported(exporter: SpanExporter, reporter: EventReporter): SpanExporter {
  return {
    export: (spans, done) =>
      exporter.export(spans, (result) => {
        if ((result.code as number) === SUCCESS) reporter.spansExported(spans.length);
        else reporter.spansLost(spans.length, result.error);
        done(result);
      }),
    forceFlush: async () => exporter.forceFlush?.(),
    shutdown: () => exporter.shutdown(),
  };
}
