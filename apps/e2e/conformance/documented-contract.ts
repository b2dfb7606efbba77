import type { Ack } from '@parley/protocol';
import type { PlainFrame, StompFrame } from '@parley/testkit';
import { Ajv, type ValidateFunction } from 'ajv';

interface Schema {
  properties?: object;
  additionalProperties?: unknown;
  [keyword: string]: unknown;
}

interface Rest {
  paths: Record<
    string,
    Record<string, { responses: Record<string, { content?: Record<string, { schema: Schema }> }> }>
  >;
  components: { schemas: Record<string, Schema> };
}

interface Socket {
  components: { schemas: Record<string, Schema>; messages: Record<string, { payload: Schema; headers?: Schema }> };
}

/** A REST answer, and the request that it is to. */
export interface Answered {
  method: string;
  /** Below `/api`. */
  path: string;
  status: number;
  body: unknown;
}

/** What a deployment tells of itself in OpenAPI and AsyncAPI, to hold against what it does. */
export class DocumentedContract {
  /** Where it did something else, each kind once. */
  readonly broken = new Map<string, string>();
  private readonly ajv = new Ajv({ strict: false, validateFormats: false });
  private readonly checks = new Map<string, ValidateFunction | null>();

  private constructor(
    private readonly rest: Rest,
    private readonly socket: Socket,
  ) {
    this.ajv.addSchema({ $id: 'rest', components: { schemas: closed(rest.components.schemas) } });
    this.ajv.addSchema({ $id: 'socket', components: { schemas: closed(socket.components.schemas) } });
  }

  static async of(url: string): Promise<DocumentedContract> {
    const told = async (path: string): Promise<unknown> => (await fetch(`${url}/api/${path}`)).json();
    return new DocumentedContract((await told('docs/openapi.json')) as Rest, (await told('asyncapi')) as Socket);
  }

  received(name: string, payload: unknown): void {
    this.hold(name, payload, () => this.messageOf('event', name));
  }

  /** Of a command that is told; any other is refused, and there is nothing to hold that against. */
  acked(name: string, { success, ...rest }: Ack<object>): void {
    const [done, refused] = (this.messageOf('ack', name)?.anyOf ?? []) as [{ allOf: [Schema, Schema] }, Schema];
    if (!done) return;
    if (success) this.hold(`ack of ${name}`, rest, () => done.allOf[1]);
    else this.hold(`refused ${name}`, { success, ...rest }, () => refused);
  }

  /** A frame of a plain WebSocket, other than an acknowledgement. */
  framed(frame: PlainFrame): void {
    const { type = '' } = frame;
    const id = ['error', 'sync'].includes(type) ? `frame.${type}` : `frame.event.${type}`;
    this.hold(`frame ${type}`, frame, () => this.socket.components.messages[id]?.payload);
  }

  /** A frame of STOMP: its headers and its body, but of acknowledgements, which are held against theirs. */
  stomp({ command, headers, body }: StompFrame): void {
    const { event = '' } = headers;
    const ofMessage = { ack: `ack.${headers.command}`, error: 'refused' }[event] ?? `event.${event}`;
    const id = `stomp.${command === 'MESSAGE' ? ofMessage : command.toLowerCase()}`;
    const payload: unknown = body === '' ? body : JSON.parse(body);
    this.hold(id, { headers, payload }, () => {
      const told = this.socket.components.messages[id];
      const closedHeaders = { ...told?.headers, additionalProperties: false };
      return told && { properties: { headers: closedHeaders, payload: event === 'ack' ? {} : told.payload } };
    });
  }

  /** Of a route that is told. */
  answered({ method, path, status, body }: Answered): void {
    const route = this.routeOf(`/api${path.replace(/\?.*$/, '')}`);
    const responses = route && this.rest.paths[route]?.[method.toLowerCase()]?.responses;
    if (!responses) return;
    const name = `${method} ${route}: ${status}`;
    if (responses[status])
      this.hold(name, body ?? null, () => responses[status]?.content?.['application/json']?.schema);
    else this.broken.set(name, JSON.stringify(body).slice(0, 300));
  }

  private hold(name: string, value: unknown, schemaOf: () => Schema | undefined): void {
    if (!this.checks.has(name)) this.checks.set(name, this.compiled(schemaOf(), /\d$/.test(name) ? 'rest' : 'socket'));
    const check = this.checks.get(name);
    if (check?.(value)) return;
    const why = check ? this.ajv.errorsText(check.errors) : 'is not told';
    if (check || value !== null) this.broken.set(name, `${why}: ${JSON.stringify(value).slice(0, 300)}`);
  }

  private compiled(schema: Schema | undefined, document: 'rest' | 'socket'): ValidateFunction | null {
    if (!schema) return null;
    return this.ajv.compile(
      JSON.parse(JSON.stringify(schema).replaceAll('#/components', `${document}#/components`)) as Schema,
    );
  }

  private messageOf(kind: 'event' | 'ack', name: string): Schema | undefined {
    return this.socket.components.messages[`${kind}.${name.replaceAll(':', '.')}`]?.payload;
  }

  /** The path with the fewest parameters that fits. */
  private routeOf(path: string): string | undefined {
    return Object.keys(this.rest.paths)
      .filter((told) => new RegExp(`^${told.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path))
      .toSorted((one, other) => one.split('{').length - other.split('{').length)[0];
  }
}

/** A key that is not told is a fault here, though clients have to bear it. */
function closed(schemas: Record<string, Schema>): Record<string, Schema> {
  return Object.fromEntries(
    Object.entries(schemas).map(([name, schema]) => [
      name,
      schema.properties && schema.additionalProperties === undefined
        ? { ...schema, additionalProperties: false }
        : schema,
    ]),
  );
}
