import type { IncomingMessage } from 'node:http';
import type { INestApplication } from '@nestjs/common';

/** Whether the headers of the peer at this address are believed; `place` counts proxies from here. */
export type Trust = (address: string, place: number) => boolean;

/** `TRUST_PROXY`, as Express reads it. */
export function trustOf(app: INestApplication): Trust {
  const express = app.getHttpAdapter().getInstance() as { get(setting: string): unknown };
  return express.get('trust proxy fn') as Trust;
}

/** The address in people's browsers, as far as a request has it. */
export interface Address {
  /** Hosts with their ports, any of which may be it. */
  hosts: readonly string[];
  /** Whether it is known to begin with `https:`. */
  isSecure: boolean;
}

/**
 * `Host`, or of a proxy that is believed `X-Forwarded-Host`, `-Port` and `-Proto`. Proxies leave the port out of either
 * host: the other one, or the port by itself, then completes it. A proxy that says nothing of TLS passes on what it does.
 */
export function pageAddressOf(request: IncomingMessage, trusts: Trust): Address {
  const { host } = request.headers;
  const hosts = (...names: (string | undefined)[]) => names.filter((name) => name !== undefined);
  const isSecure = 'encrypted' in request.socket;
  if (!trusts(peerOf(request), 0)) return { hosts: hosts(host), isSecure };
  const name = forwarded(request, 'x-forwarded-host') ?? host;
  const port = forwarded(request, 'x-forwarded-port');
  const isBare = name !== undefined && hostnameOf(name) === name;
  return {
    hosts: hosts(
      name,
      isBare && port ? `${name}:${port}` : undefined,
      name && host && hostnameOf(host) === hostnameOf(name) ? host : undefined,
    ),
    isSecure: /^(https|wss)$/i.test(forwarded(request, 'x-forwarded-proto') ?? (isSecure ? 'https' : '')),
  };
}

const FORWARDED = ['x-forwarded-for', 'x-forwarded-host', 'x-forwarded-proto', 'x-forwarded-port', 'forwarded'];
/** What else proxies add to what they pass on. */
const PASSED_ON = [
  ...FORWARDED,
  'x-forwarded-server',
  'x-real-ip',
  'x-client-ip',
  'true-client-ip',
  'cf-connecting-ip',
  'via',
];

export const LOOPBACK = /^(127\.|::1$)/;

/** Whether its headers name a proxy that is not believed. */
export function isForwardedUnbelieved(request: IncomingMessage, trusts: Trust): boolean {
  return isForwarded(request) && !trusts(peerOf(request), 0);
}

/** Whether its headers say for whom it comes. */
export const isForwarded = ({ headers }: IncomingMessage): boolean =>
  FORWARDED.some((name) => headers[name] !== undefined);

/** Whether its headers say that it came through a proxy, believed or not. */
export const isPassedOn = ({ headers }: IncomingMessage): boolean =>
  PASSED_ON.some((name) => headers[name] !== undefined);

/** As it would stand in `TRUST_PROXY`. */
export const peerOf = ({ socket }: IncomingMessage): string => (socket.remoteAddress ?? '').replace(/^::ffff:/, '');

/** Of several proxies the first one has received the browser's request. */
export function forwarded({ headers }: IncomingMessage, name: string): string | undefined {
  return headers[name]?.toString().split(',', 1)[0]?.trim() || undefined;
}

/** Whether this is a name or an address, with or without a port, and so may be repeated in a header. */
export const isHost = (host: string): boolean => /^([a-z0-9_.-]+|\[[0-9a-f:.]+\])(:\d+)?$/i.test(host);

/** Without the port; IPv6 keeps its brackets. */
export const hostnameOf = (host: string): string => host.replace(/:\d+$/, '');
