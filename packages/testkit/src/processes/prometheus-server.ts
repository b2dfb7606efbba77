import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../clients/eventually.js';
import { bareEnvironment, Child } from './child-process.js';
import { freePort, freshDirectory } from './places.js';

/** A rule as Prometheus tells of it. */
export interface PrometheusRule {
  name: string;
  /** `ok` once it was evaluated. */
  health: string;
  lastError?: string;
}

export interface PrometheusOptions {
  /** The program. */
  command: string;
  /** A folder with `prometheus.yml`, and what it names beside it. */
  folder: string;
  /** Texts of that file, and what stands in their place. */
  replaced: Readonly<Record<string, string>>;
}

/** A Prometheus of our own on a private port, with a copy of a configuration. */
export class PrometheusServer {
  private constructor(
    private readonly child: Child,
    private readonly directory: string,
    private readonly url: string,
  ) {}

  static async start({ command, folder, replaced }: PrometheusOptions): Promise<PrometheusServer> {
    const [port, directory] = [await freePort(), freshDirectory('prometheus')];
    cpSync(folder, directory, { recursive: true });
    const file = join(directory, 'prometheus.yml');
    const config = Object.entries(replaced).reduce(
      (text, [from, to]) => text.replaceAll(from, to),
      readFileSync(file, 'utf8'),
    );
    writeFileSync(file, config);
    const args = { 'config.file': file, 'storage.tsdb.path': join(directory, 'data'), 'log.level': 'warn' };
    const child = new Child({
      command,
      args: [
        ...Object.entries(args).map(([name, value]) => `--${name}=${value}`),
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      env: bareEnvironment(),
      logFile: join(directory, 'prometheus.log'),
      cwd: directory,
    });
    const server = new PrometheusServer(child, directory, `http://127.0.0.1:${port}`);
    await eventually('Prometheus is ready', () => server.isReady());
    return server;
  }

  /** The values of an instant query now, by its series. @throws where it is not understood. */
  async query(expression: string): Promise<number[]> {
    const found = await this.ask<{ result: { value: [number, string] }[] }>('query', { query: expression });
    return found.result.map(({ value: [, text] }) => Number(text));
  }

  async rules(): Promise<PrometheusRule[]> {
    const { groups } = await this.ask<{ groups: { rules: PrometheusRule[] }[] }>('rules');
    return groups.flatMap(({ rules }) => rules);
  }

  /** Ends it and removes its directory. */
  async close(): Promise<void> {
    await this.child.end('SIGKILL');
    rmSync(this.directory, { recursive: true, force: true, maxRetries: 10 });
  }

  private async ask<Data>(what: string, parameters: Record<string, string> = {}): Promise<Data> {
    const answer = await fetch(`${this.url}/api/v1/${what}?${new URLSearchParams(parameters)}`);
    const { status, error, data } = (await answer.json()) as { status: string; error?: string; data: Data };
    if (status !== 'success') throw new Error(`${JSON.stringify(parameters)}: ${error}`);
    return data;
  }

  private async isReady(): Promise<boolean> {
    if (this.child.exit !== null) throw new Error(`Prometheus ended at its start:\n${this.child.log()}`);
    const answer = await fetch(`${this.url}/-/ready`).catch(() => null);
    await answer?.arrayBuffer();
    return answer?.ok === true;
  }
}
