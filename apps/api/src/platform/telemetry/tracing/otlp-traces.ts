import { AsyncLocalStorage } from 'node:async_hooks';
import { ROOT_CONTEXT, SpanKind, TraceFlags, type Tracer, trace } from '@opentelemetry/api';
import type { TracerProvider } from '@opentelemetry/sdk-trace';
import type { SendFacts, SendTrace, SendTraces } from '../send-traces.js';
import { TracedSend } from './traced-send.js';

/** A receiver that does not answer keeps no node from stopping. */
const CLOSING_MS = 1_000;
/** Of a batch's span; OpenTelemetry leaves out what is beyond. */
const MOST_LINKS = 128;

/** Traces as spans of OpenTelemetry. */
export class OtlpTraces implements SendTraces {
  private readonly ambient = new AsyncLocalStorage<SendTrace>();
  private readonly tracer: Tracer;

  constructor(private readonly provider: TracerProvider) {
    this.tracer = provider.getTracer('parley');
  }

  begin({ transport, userId, requestId }: SendFacts): SendTrace | null {
    const attributes = {
      'messaging.system': 'parley',
      'messaging.operation.name': 'send',
      'parley.transport': transport,
      'user.id': userId,
      ...(requestId !== undefined && { 'parley.request_id': requestId }),
    };
    const root = this.tracer.startSpan('message:send', { kind: SpanKind.SERVER, attributes }, ROOT_CONTEXT);
    return root.isRecording() ? new TracedSend(this.tracer, this.ambient, root) : null;
  }

  get current(): SendTrace | undefined {
    return this.ambient.getStore();
  }

  writing(sends: readonly SendTrace[], messages: number): () => void {
    const [first] = sends;
    if (!first) return nothing;
    const links = sends.slice(0, MOST_LINKS).map(({ context }) => ({ context }));
    const attributes = { 'messaging.batch.message_count': messages };
    // In the trace of one of them, so that it is sampled as they are.
    const batch = this.tracer.startSpan('write batch', { links, attributes }, within(first.context));
    for (const send of sends) send.writing(batch.spanContext());
    return () => {
      for (const send of sends) send.written();
      batch.end();
    };
  }

  delivering(parent: string, { conversationId, sockets }: { conversationId: string; sockets: number }): () => void {
    const [, traceId = '', spanId = ''] = parent.split('-');
    const context = within({ traceId, spanId, traceFlags: TraceFlags.SAMPLED, isRemote: true });
    const attributes = { 'messaging.message.conversation_id': conversationId, 'parley.sockets': sockets };
    const span = this.tracer.startSpan('deliver', { kind: SpanKind.CONSUMER, attributes }, context);
    // Frames leave at the end of the turn: what was asked for before this.
    return () => void setImmediate(() => span.end());
  }

  async close(): Promise<void> {
    const late = new Promise<void>((resolve) => setTimeout(resolve, CLOSING_MS).unref());
    await Promise.race([this.provider.shutdown().catch(nothing), late]);
  }
}

const within = (context: SendTrace['context']) => trace.setSpanContext(ROOT_CONTEXT, context);
const nothing = (): void => undefined;
