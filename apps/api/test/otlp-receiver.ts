import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';

interface Value {
  stringValue?: string;
  intValue?: number;
}

/** As OTLP over HTTP has it, in JSON. */
interface OtlpSpan {
  traceId: string;
  spanId: string;
  parentSpanId?: string;
  name: string;
  startTimeUnixNano: string;
  endTimeUnixNano: string;
  attributes: { key: string; value: Value }[];
  links: { traceId: string; spanId: string }[];
  status: { code?: number };
}

interface TraceRequest {
  resourceSpans: { resource: { attributes: OtlpSpan['attributes'] }; scopeSpans: { spans: OtlpSpan[] }[] }[];
}

export interface ReceivedSpan extends Omit<OtlpSpan, 'attributes'> {
  attributes: Record<string, string | number | undefined>;
  /** Of the node that made it. */
  service: Record<string, string | number | undefined>;
}

/** What traces are sent to: keeps every span, or refuses all. */
export class OtlpReceiver {
  readonly spans: ReceivedSpan[] = [];
  /** Everything that came, to the letter. */
  received = '';
  refused = 0;
  isRefusing = false;

  private constructor(private readonly server: Server) {}

  static async start(): Promise<OtlpReceiver> {
    const server = createServer();
    const receiver = new OtlpReceiver(server);
    server.on('request', async (request, response) => {
      const sent = await text(request);
      const isRight = request.url === '/v1/traces' && request.headers['content-type'] === 'application/json';
      if (receiver.isRefusing || !isRight) {
        receiver.refused += 1;
        response.writeHead(400).end();
        return;
      }
      receiver.take(sent);
      response.writeHead(200, { 'content-type': 'application/json' }).end('{}');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  /** The trace in which this message was sent. */
  traceOf(messageId: string): ReceivedSpan[] {
    const root = this.spans.find(({ attributes }) => attributes['messaging.message.id'] === messageId);
    return root ? this.spans.filter(({ traceId }) => traceId === root.traceId) : [];
  }

  async close(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private take(sent: string): void {
    this.received += sent;
    for (const { resource, scopeSpans } of (JSON.parse(sent) as TraceRequest).resourceSpans) {
      const service = plain(resource.attributes);
      for (const span of scopeSpans.flatMap(({ spans }) => spans))
        this.spans.push({ ...span, attributes: plain(span.attributes), service });
    }
  }
}

const plain = (attributes: OtlpSpan['attributes']) =>
  Object.fromEntries(attributes.map(({ key, value }) => [key, value.stringValue ?? value.intValue]));
