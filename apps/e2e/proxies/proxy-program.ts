import { execFile } from 'node:child_process';
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { bareEnvironment, Child, eventually, freePort, freshDirectory, ROOT, testCertificate } from '@parley/testkit';
import type { ProxyKind, ProxyPlace } from './proxy-kinds.js';

/** A proxy that runs by the configuration of tools/deploy, with the addresses of a test in it. */
export class ProxyProgram {
  private constructor(
    private readonly kind: ProxyKind,
    private readonly place: ProxyPlace,
    private readonly command: string,
    private readonly child: Child,
    /** What it was started with. */
    private readonly mainFile: string,
  ) {}

  /** `certificate` is what it shows. Resolves once it answers with one of the statuses. */
  static async start(
    kind: ProxyKind,
    nodes: readonly [string, string],
    certificate: ReturnType<typeof testCertificate>,
    statuses: readonly number[] = [200],
  ): Promise<ProxyProgram> {
    const directory = freshDirectory('proxy');
    // Apache's processes are of another user.
    chmodSync(directory, 0o755);
    const [port, plainPort, adminPort] = [await freePort(), await freePort(), await freePort()];
    const at = (name: string) => join(directory, name);
    const files = { cert: at('chat.pem'), key: at('chat.key'), both: at('both.pem') };
    const { cert, key } = certificate;
    for (const [name, text] of Object.entries({ cert, key, both: cert + key }))
      writeFileSync(files[name as keyof typeof files], text);
    const place = { directory, port, plainPort, adminPort, nodes, files };
    const file = at(kind.file);
    writeFileSync(file, configOf(kind, place));
    const mainFile = kind.around ? at('main') : file;
    if (kind.around) writeFileSync(mainFile, kind.around(place, file));
    const command = (process.env.PARLEY_TEST_PROXIES ?? '')
      .split(delimiter)
      .find((path) => basename(path) === kind.program);
    if (!command) throw new Error(`There is no ${kind.program}.`);
    const child = new Child({
      command,
      args: kind.args(place, mainFile),
      env: { ...bareEnvironment(), HOME: directory, XDG_DATA_HOME: directory, XDG_CONFIG_HOME: directory },
      logFile: at('log'),
      cwd: directory,
    });
    const program = new ProxyProgram(kind, place, command, child, mainFile);
    await program.answers('/health/ready', statuses);
    return program;
  }

  get url(): string {
    return `https://localhost:${this.place.port}`;
  }

  /**
   * Makes it read its configuration again, in which `/metrics` is now answered 410, and resolves once it is. So it is known that
   * it goes by the new one.
   */
  async reload(): Promise<void> {
    const file = join(this.place.directory, this.kind.file);
    writeFileSync(file, changed(readFileSync(file, 'utf8'), /(\/metrics\b.*|status |RedirectMatch )404/, '$1410'));
    const { reload } = this.kind;
    if (typeof reload === 'string') this.child.signal(reload);
    else await promisify(execFile)(this.command, reload(this.place, this.mainFile), { env: bareEnvironment() });
    await this.answers('/metrics', [410]);
  }

  /** All that it has printed so far, and written to its logs. */
  log(): string {
    const { directory } = this.place;
    const files = readdirSync(directory).filter((name) => name.endsWith('.log'));
    return [this.child.log(), ...files.map((name) => readFileSync(join(directory, name), 'utf8'))].join('\n');
  }

  async close(): Promise<void> {
    await this.child.end('SIGTERM', 2_000);
    rmSync(this.place.directory, { recursive: true, force: true, maxRetries: 10 });
  }

  private answers(path: string, statuses: readonly number[]): Promise<unknown> {
    return eventually(`${this.kind.name} answers ${statuses.join(' or ')} at ${path}`, async () => {
      if (this.child.exit) throw new Error(`${this.kind.name} ended:\n${this.log()}`);
      const answer = await fetch(this.url + path).catch(() => null);
      await answer?.arrayBuffer();
      return answer !== null && statuses.includes(answer.status);
    });
  }
}

function configOf(kind: ProxyKind, place: ProxyPlace): string {
  const shipped = readFileSync(join(ROOT, 'tools/deploy', kind.file), 'utf8');
  return Object.entries(kind.replaced(place)).reduce((text, [from, to]) => changed(text, from, to), shipped);
}

function changed(text: string, from: string | RegExp, to: string): string {
  const made = typeof from === 'string' ? text.replaceAll(from, () => to) : text.replace(from, to);
  if (made === text) throw new Error(`There is no ${from} in the configuration.`);
  return made;
}
