import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { eventually } from '@parley/testkit';
import { keysIn, s3On, s3Settings } from './s3rver.js';

/** Answers in place of S3; null: S3 itself does. */
export type Answering = (asked: IncomingMessage, answer: ServerResponse) => void;

export const refusal =
  (status: number, code: string): Answering =>
  (_, answer) =>
    answer
      .writeHead(status, { 'content-type': 'application/xml' })
      .end(`<?xml version="1.0"?><Error><Code>${code}</Code><Message>a secret of S3</Message></Error>`);

/** A bucket behind a server that may answer for it. */
export class FaultyS3 {
  answering: Answering | null = null;
  /** What else than this method is asked, S3 itself answers. */
  only: string | null = null;
  /** Of what S3 itself answers. */
  delayMs = 0;
  private removals = 0;
  private readonly directory = mkdtempSync(join(tmpdir(), 'faulty-s3-'));
  private readonly s3 = s3On(0, this.directory);
  private readonly front: Server = createServer((asked, answer) => {
    const isPassed = this.only !== null && asked.method !== this.only;
    if (!this.answering || isPassed) return void wait(this.delayMs).then(() => this.pass(asked, answer));
    const { answering } = this;
    asked.resume().once('end', () => answering(asked, answer));
  });
  private port = 0;

  async start(): Promise<void> {
    ({ port: this.port } = (await this.s3.run()) as AddressInfo);
    await new Promise<void>((resolve) => this.front.listen(0, '127.0.0.1', resolve));
  }

  /** By which a node finds it. */
  get env(): Record<string, string> {
    return s3Settings((this.front.address() as AddressInfo).port);
  }

  /** The keys of all contents that are there. */
  keys(): string[] {
    return keysIn(this.directory);
  }

  async close(): Promise<void> {
    this.front.closeAllConnections();
    this.front.close();
    await this.s3.close();
    rmSync(this.directory, { recursive: true, force: true });
  }

  /** A node tries its store once when it starts: until it has removed what it wrote for that. */
  async tried(): Promise<void> {
    await eventually('the node has tried its store', () => this.removals > 0);
  }

  private pass(asked: IncomingMessage, answer: ServerResponse): void {
    const { method, url, headers } = asked;
    answer.once('finish', () => {
      if (method === 'DELETE') this.removals += 1;
    });
    const passed = request({ host: '127.0.0.1', port: this.port, method, path: url, headers }, (given) => {
      answer.writeHead(given.statusCode ?? 500, given.headers);
      given.pipe(answer);
    });
    passed.once('error', () => answer.destroy());
    asked.pipe(passed);
  }
}
