import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { bareEnvironment, Child, freePort, freshDirectory } from '@parley/testkit';

/** Debian's own script on PATH changes the user and knows one node only. */
const DEBIAN = '/usr/lib/rabbitmq/bin';
const STARTED = 'Server startup complete';

/** A node of RabbitMQ of our own with its STOMP over WebSocket, on loopback ports, in a temporary directory. */
export class RabbitMq {
  private constructor(
    private readonly directory: string,
    /** Of the WebSockets. */
    readonly port: number,
    private readonly names: Child,
    private readonly broker: Child,
  ) {}

  /** Whether this machine has it. */
  static get isInstalled(): boolean {
    return [find('rabbitmq-server'), find('epmd')].every((path) => path !== null);
  }

  static async start(): Promise<RabbitMq> {
    const directory = freshDirectory('rabbitmq');
    const ports = await freePorts();
    writeFileSync(join(directory, 'plugins'), '[rabbitmq_web_stomp].');
    writeFileSync(
      join(directory, 'rabbitmq.conf'),
      [
        `listeners.tcp.local = 127.0.0.1:${ports.amqp}`,
        `stomp.listeners.tcp.local = 127.0.0.1:${ports.stomp}`,
        'web_stomp.tcp.ip = 127.0.0.1',
        `web_stomp.tcp.port = ${ports.webStomp}\n`,
      ].join('\n'),
    );
    const env = environment(directory, ports);
    const epmd = launch('epmd', ['-port', String(ports.names), '-address', '127.0.0.1'], { directory, env });
    const node = new RabbitMq(directory, ports.webStomp, epmd, launch('rabbitmq-server', [], { directory, env }));
    await node.started().catch(async (error: unknown) => {
      await node.stop();
      throw error;
    });
    return node;
  }

  get pid(): number {
    return this.broker.pid;
  }

  /** As it names itself. */
  get version(): string {
    return /Starting RabbitMQ (\S+)/.exec(this.log())?.[1] ?? '';
  }

  log(): string {
    return this.broker.log();
  }

  async stop(): Promise<void> {
    await this.broker.end('SIGTERM');
    await this.names.end('SIGTERM');
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 10 });
  }

  private async started(): Promise<void> {
    for (let attempt = 0; attempt < 600 && this.broker.exit === null; attempt += 1) {
      if (this.log().includes(STARTED)) return;
      await sleep(100);
    }
    throw new Error(`RabbitMQ did not start:\n${this.log()}`);
  }
}

interface Ports {
  webStomp: number;
  stomp: number;
  amqp: number;
  /** Of Erlang's nodes among themselves, and of who knows their names. */
  distribution: number;
  names: number;
}

/** Everything in that directory, nothing of an installed service; the Erlang machine takes the place of the script. */
function environment(directory: string, ports: Ports): Record<string, string> {
  return {
    ...bareEnvironment(),
    HOME: directory,
    detached: '1',
    ERL_EPMD_PORT: String(ports.names),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: 'bench@localhost',
    RABBITMQ_DIST_PORT: String(ports.distribution),
    RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
    RABBITMQ_CONF_ENV_FILE: join(directory, 'none'),
    RABBITMQ_CONFIG_FILE: join(directory, 'rabbitmq'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(directory, 'plugins'),
    RABBITMQ_MNESIA_BASE: join(directory, 'mnesia'),
    RABBITMQ_LOG_BASE: join(directory, 'log'),
    RABBITMQ_LOGS: '-',
  };
}

interface Place {
  directory: string;
  env: Record<string, string>;
}

function launch(name: string, args: string[], { directory, env }: Place): Child {
  return new Child({ command: find(name) ?? name, args, env, cwd: directory, logFile: join(directory, `${name}.log`) });
}

function find(name: string): string | null {
  const directories = [DEBIAN, ...(process.env.PATH ?? '').split(delimiter)];
  return directories.map((directory) => join(directory, name)).find((path) => existsSync(path)) ?? null;
}

async function freePorts(): Promise<Ports> {
  const free = new Set<number>();
  while (free.size < 5) free.add(await freePort());
  const [webStomp, stomp, amqp, distribution, names] = [...free] as [number, number, number, number, number];
  return { webStomp, stomp, amqp, distribution, names };
}
