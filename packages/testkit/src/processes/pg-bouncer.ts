import { chownSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { eventually } from '../clients/eventually.js';
import { bareEnvironment, Child } from './child-process.js';
import { freePort, freshDirectory } from './places.js';
import { program } from './programs.js';
import { unprivileged } from './unprivileged.js';

export interface PgBouncerOptions {
  /** URL of the Postgres before which it stands. */
  server: string;
  /** Of `pgbouncer.ini`. */
  settings?: Readonly<Record<string, string>>;
  /** In PEM. It then takes no client without TLS. */
  tls?: { cert: string; key: string };
}

/** PgBouncer before a Postgres, on a private port. It serves any database of that by the same name. */
export class PgBouncer {
  private constructor(
    private readonly directory: string,
    private readonly port: number,
    private readonly options: PgBouncerOptions,
    private readonly child: Child,
  ) {}

  static async start(options: PgBouncerOptions): Promise<PgBouncer> {
    const account = unprivileged();
    const directory = freshDirectory('pgbouncer');
    const port = await freePort();
    const file = configure(directory, port, options);
    if (account.uid !== undefined) chownSync(directory, account.uid, account.gid ?? account.uid);
    const child = new Child({
      ...{ command: program('pgbouncer', 'on Debian: apt-get install pgbouncer'), args: [file], cwd: directory },
      ...{ env: bareEnvironment(), logFile: join(directory, 'output'), ...account },
    });
    const bouncer = new PgBouncer(directory, port, options, child);
    await eventually('PgBouncer listens', () => bouncer.isListening()).catch(async (fault: unknown) => {
      await bouncer.close();
      throw fault;
    });
    return bouncer;
  }

  /** The same database by way of PgBouncer. */
  url(direct: string): string {
    return Object.assign(new URL(direct), { host: `127.0.0.1:${this.port}` }).href;
  }

  /** Changes settings while it runs, which it reads a moment later. */
  set(settings: Readonly<Record<string, string>>): void {
    configure(this.directory, this.port, { ...this.options, settings: { ...this.options.settings, ...settings } });
    this.child.signal('SIGHUP');
  }

  async close(): Promise<void> {
    await this.child.end('SIGKILL');
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 10 });
  }

  private isListening(): Promise<boolean> {
    if (this.child.exit !== null) throw new Error(`PgBouncer ended at its start:\n${this.child.log()}`);
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const socket = connect(this.port, '127.0.0.1', () => resolve(true));
    socket.once('error', () => resolve(false));
    return promise.finally(() => socket.destroy());
  }
}

function configure(directory: string, port: number, { server, settings, tls }: PgBouncerOptions): string {
  const { hostname, port: serverPort, username, password } = new URL(server);
  const at = (name: string) => join(directory, name);
  if (tls) writeFileSync(at('cert.pem'), tls.cert);
  if (tls) writeFileSync(at('key.pem'), tls.key);
  const lines = Object.entries({
    ...{ listen_addr: '127.0.0.1', listen_port: String(port), unix_socket_dir: '' },
    ...{ auth_type: 'trust', auth_file: at('users') },
    ...(tls && {
      client_tls_sslmode: 'require',
      client_tls_cert_file: at('cert.pem'),
      client_tls_key_file: at('key.pem'),
    }),
    ...settings,
  }).map(([name, value]) => `${name} = ${value}`);
  writeFileSync(at('users'), `"${username}" "${decodeURIComponent(password)}"\n`);
  writeFileSync(
    at('pgbouncer.ini'),
    `[databases]\n* = host=${hostname} port=${serverPort || 5432}\n[pgbouncer]\n${lines.join('\n')}\n`,
  );
  return at('pgbouncer.ini');
}
