import { type ChildProcessByStdio, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Readable, Writable } from 'node:stream';
import type { Ack, ErrorObject, EventName } from '@parley/protocol';
import { bareEnvironment, ROOT } from '@parley/testkit';
import { PYTHON, PYTHON_ENVIRONMENT } from '../python/python-program.js';
import type { Device, DeviceListener, DeviceOptions } from './device.contract.js';
import { TIMEOUT_MS } from './watchers.js';

/** What `python-bridge.py` says. */
type Told = { device: number } & (
  | { tells: 'event'; name: EventName; payload: unknown }
  | { tells: 'answer'; id: number; ack: Ack<object> }
  | { tells: 'token' }
  | { tells: 'ended'; wasReady: boolean; error: ErrorObject | null }
);

/** One process with all Python clients of a test file. */
class PythonBridge {
  private process: ChildProcessByStdio<Writable, Readable, null> | null = null;
  private readonly devices = new Map<number, PythonDevice>();
  private opened = 0;

  add(device: PythonDevice): number {
    this.opened += 1;
    this.devices.set(this.opened, device);
    return this.opened;
  }

  say(device: number, command: string, more: object = {}): void {
    this.process ??= this.start();
    this.process.stdin.write(`${JSON.stringify({ device, do: command, ...more })}\n`);
  }

  /** Ends the process and all clients in it. */
  async stop(): Promise<void> {
    const started = this.process;
    if (started === null) return;
    this.process = null;
    started.stdin.end();
    await once(started, 'exit');
  }

  private start() {
    const started = spawn(PYTHON, [join(ROOT, 'apps/e2e/conformance/python-bridge.py')], {
      cwd: ROOT,
      env: { ...bareEnvironment(), ...PYTHON_ENVIRONMENT },
      stdio: ['pipe', 'pipe', 'inherit'],
    });
    createInterface({ input: started.stdout }).on('line', (line) => {
      const told = JSON.parse(line) as Told;
      this.devices.get(told.device)?.hear(told);
    });
    return started;
  }
}

const bridge = new PythonBridge();

/** Ends what the devices have in common. */
export const stopPython = (): Promise<void> => bridge.stop();

/** A client of `packages/python-client`: its handlers' events, and its answers. Headers it has none but its token's. */
export class PythonDevice implements Device {
  private readonly id: number;
  private readonly asked: ((ack: Ack<object>) => void)[] = [];

  constructor(
    url: string,
    private readonly options: DeviceOptions,
    private readonly listener: DeviceListener,
  ) {
    this.id = bridge.add(this);
    const { auth, reconnection = false } = options;
    const token = typeof auth === 'function' ? null : this.tokenOf(auth ?? {});
    bridge.say(this.id, 'open', { url, token, reconnection });
  }

  ask(name: string, payloads: readonly unknown[]): Promise<Ack<object>> {
    const { promise, resolve, reject } = Promise.withResolvers<Ack<object>>();
    const timer = setTimeout(() => reject(new Error(`${name} was not acknowledged.`)), TIMEOUT_MS);
    const id = this.asked.push(resolve) - 1;
    bridge.say(this.id, 'ask', { id, name, payloads });
    return promise.finally(() => clearTimeout(timer));
  }

  give(name: string, payload: unknown): void {
    bridge.say(this.id, 'ask', { id: -1, name, payloads: [payload] });
  }

  drop(): void {
    bridge.say(this.id, 'drop');
  }

  close(): void {
    bridge.say(this.id, 'close');
  }

  hear(told: Told): void {
    if (told.tells === 'answer') return this.asked[told.id]?.(told.ack);
    if (told.tells === 'token') return this.bringToken();
    if (told.tells === 'ended') return this.ended(told.wasReady, told.error);
    if (told.name === 'ready') this.listener.connected();
    this.listener.received(told.name, told.payload);
  }

  private bringToken(): void {
    const { auth } = this.options;
    if (typeof auth === 'function') auth((given) => bridge.say(this.id, 'token', { token: this.tokenOf(given) }));
  }

  private tokenOf(auth: object): string {
    const { token } = auth as { token?: unknown };
    const headers = (this.options.extraHeaders ?? {}) as Record<string, string>;
    return typeof token === 'string' ? token : (headers.authorization ?? '').replace(/^Bearer /, '');
  }

  private ended(wasReady: boolean, error: ErrorObject | null): void {
    if (error && !wasReady) return this.listener.ended('connect_error', error);
    const mayReturn = error === null || error.retryable;
    this.listener.ended(mayReturn ? 'transport close' : 'io server disconnect', error);
  }
}
