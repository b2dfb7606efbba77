import { existsSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, request } from 'node:http';
import type { AddressInfo } from 'node:net';
import { delimiter, join } from 'node:path';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { bareEnvironment, Child, freePort, freshDirectory } from '@parley/testkit';

/** Headers that the proxy sets for the server, by nginx's names of what it knows. */
export type HeaderShape = Record<string, '$host' | '$http_host' | '$proxy_host' | '$server_port' | '$scheme'>;

export interface FrontProxy {
  /** Where browsers go. */
  url: string;
  close(): Promise<void>;
}

/**
 * A reverse proxy before a server: nginx where it is installed, else one of our own that sets the same headers. `below` it is the
 * path that is passed on, as it is; all else of the host is somebody else's.
 */
export function startFrontProxy(upstream: string, shape: HeaderShape, below = ''): Promise<FrontProxy> {
  const directories = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin'];
  const nginx = directories.map((directory) => join(directory, 'nginx')).find((path) => existsSync(path));
  return nginx ? startNginx(nginx, { upstream, shape, below }) : startOwn(new URL(upstream), shape, below);
}

interface Passing {
  upstream: string;
  shape: HeaderShape;
  below: string;
}

async function startNginx(command: string, { upstream, shape, below }: Passing): Promise<FrontProxy> {
  const [port, directory] = [await freePort(), freshDirectory('nginx')];
  const headers = Object.entries(shape).map(([name, value]) => `proxy_set_header ${name} ${value};`);
  writeFileSync(
    join(directory, 'nginx.conf'),
    `daemon off; master_process off; pid ${directory}/pid; error_log stderr warn;
events {}
http {
  access_log off;
  client_body_temp_path ${directory}/body; proxy_temp_path ${directory}/proxy; fastcgi_temp_path ${directory}/fastcgi;
  uwsgi_temp_path ${directory}/uwsgi; scgi_temp_path ${directory}/scgi;
  server {
    listen 127.0.0.1:${port};
    location ${below}/ {
      proxy_pass ${upstream};
      proxy_http_version 1.1;
      proxy_buffering off;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      ${headers.join(' ')}
    }
  }
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
}
`,
  );
  const args = ['-p', directory, '-c', join(directory, 'nginx.conf'), '-e', 'stderr'];
  const child = new Child({ command, args, env: bareEnvironment(), logFile: join(directory, 'log') });
  const url = `http://127.0.0.1:${port}${below}`;
  while ((await fetch(`${url}/health/live`).catch(() => null)) === null) {
    if (child.exit) throw new Error(`nginx ended at its start:\n${child.log()}`);
    await sleep(20);
  }
  const close = async () => {
    await child.end('SIGTERM');
    rmSync(directory, { recursive: true, force: true });
  };
  return { url, close };
}

async function startOwn(upstream: URL, shape: HeaderShape, below: string): Promise<FrontProxy> {
  const server = createServer((incoming, answer) => {
    if (!incoming.url?.startsWith(`${below}/`)) {
      answer.writeHead(404).end();
      return;
    }
    const passed = request(upstream, optionsOf(incoming), (got) => {
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
    });
    passed.on('error', () => answer.destroy());
    incoming.pipe(passed);
  });
  server.on('upgrade', (incoming: IncomingMessage, stream: Duplex) => {
    const passed = request(upstream, optionsOf(incoming));
    passed.on('upgrade', (got, other) => {
      stream.write(headOf(got));
      stream.on('error', () => other.destroy());
      other.on('error', () => stream.destroy());
      other.pipe(stream).pipe(other);
    });
    passed.on('response', (got) => {
      stream.write(headOf(got));
      got.pipe(stream);
    });
    passed.end();
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;

  function optionsOf({ method, url, headers }: IncomingMessage) {
    const known = {
      $host: String(headers.host).split(':', 1)[0],
      $http_host: headers.host,
      $proxy_host: upstream.host,
      $server_port: String(port),
      $scheme: 'http',
    };
    const set = Object.entries(shape).map(([name, value]) => [name.toLowerCase(), known[value]]);
    return { method, path: url, headers: { ...headers, ...(Object.fromEntries(set) as Record<string, string>) } };
  }
  const close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  return { url: `http://127.0.0.1:${port}${below}`, close };
}

function headOf({ statusCode, rawHeaders }: IncomingMessage): string {
  const lines = [];
  for (let index = 0; index < rawHeaders.length; index += 2)
    lines.push(`${rawHeaders[index]}: ${rawHeaders[index + 1]}`);
  return `HTTP/1.1 ${statusCode} -\r\n${lines.join('\r\n')}\r\n\r\n`;
}
