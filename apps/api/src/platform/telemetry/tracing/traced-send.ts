import type { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  type SpanContext,
  SpanKind,
  SpanStatusCode,
  type Tracer,
  trace,
} from '@opentelemetry/api';
import type { SendRefusal, SendTrace } from '../send-traces.js';

/** A send that the sampler has chosen. */
export class TracedSend implements SendTrace {
  private readonly parent: Context;
  /** What it is at; null between two steps. */
  private step: Span | null;
  private publication: Span | null = null;

  constructor(
    private readonly tracer: Tracer,
    private readonly ambient: AsyncLocalStorage<SendTrace>,
    private readonly root: Span,
  ) {
    this.parent = trace.setSpan(ROOT_CONTEXT, root);
    this.step = tracer.startSpan('validate', {}, this.parent);
  }

  get context(): SpanContext {
    return this.root.spanContext();
  }

  during<T>(work: () => Promise<T>): Promise<T> {
    return this.ambient.run(this, work);
  }

  queued({ id, conversationId }: { id: string; conversationId: string }): void {
    this.root.setAttributes({ 'messaging.message.id': id, 'messaging.message.conversation_id': conversationId });
    this.begin('queue');
  }

  writing(batch: SpanContext): void {
    this.begin('write').addLink({ context: batch });
  }

  written(): void {
    this.endStep();
  }

  publishing(): string {
    const span = this.tracer.startSpan('publish', { kind: SpanKind.PRODUCER }, this.parent);
    this.publication = span;
    const { traceId, spanId } = span.spanContext();
    return `00-${traceId}-${spanId}-01`;
  }

  published(): void {
    this.publication?.end();
    this.publication = null;
  }

  answered(refusal?: SendRefusal): void {
    this.endStep();
    if (refusal) {
      this.root.setAttributes({ 'error.type': refusal.code, 'parley.request_id': refusal.requestId });
      this.root.setStatus({ code: SpanStatusCode.ERROR });
    }
    this.root.end();
  }

  private begin(name: string): Span {
    this.endStep();
    this.step = this.tracer.startSpan(name, {}, this.parent);
    return this.step;
  }

  private endStep(): void {
    this.step?.end();
    this.step = null;
  }
}
