import { rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { delimiter, join } from 'node:path';
import { bareEnvironment, Child, eventually, freePort, freshDirectory } from '@parley/testkit';

export interface NginxOptions {
  /** `host:port` of each node. */
  upstream: readonly string[];
  /** Lines of the `location`. */
  lines: readonly string[];
  /** In PEM. */
  tls?: { cert: string; key: string };
}

/** nginx with its defaults before nodes, on a private port. Null where it is not installed, which `npm test` says. */
export async function startNginx(options: NginxOptions): Promise<{ url: string; close(): Promise<void> } | null> {
  const command = (process.env.PARLEY_TEST_PROXIES ?? '').split(delimiter).find((path) => path.endsWith('/nginx'));
  if (!command) return null;
  const [port, directory] = [await freePort(), freshDirectory('nginx')];
  writeFileSync(join(directory, 'nginx.conf'), configuration(directory, port, options));
  const args = ['-p', directory, '-c', join(directory, 'nginx.conf'), '-e', 'stderr'];
  const child = new Child({ command, args, env: bareEnvironment(), logFile: join(directory, 'log') });
  const close = async () => {
    await child.end('SIGKILL');
    rmSync(directory, { recursive: true, force: true, maxRetries: 10 });
  };
  await eventually('nginx listens', () => {
    if (child.exit !== null) throw new Error(`nginx ended at its start:\n${child.log()}`);
    return listensAt(port);
  });
  return { url: `${options.tls ? 'https' : 'http'}://127.0.0.1:${port}`, close };
}

function listensAt(port: number): Promise<boolean> {
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect(port, '127.0.0.1', () => resolve(true));
  socket.once('error', () => resolve(false));
  return promise.finally(() => socket.destroy());
}

function configuration(directory: string, port: number, { upstream, lines, tls }: NginxOptions): string {
  const at = (name: string) => join(directory, name);
  if (tls) writeFileSync(at('cert.pem'), tls.cert);
  if (tls) writeFileSync(at('key.pem'), tls.key);
  const secure = tls ? `ssl_certificate ${at('cert.pem')}; ssl_certificate_key ${at('key.pem')};` : '';
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${at(name)};`,
  );
  return `daemon off; master_process off; pid ${at('pid')}; error_log stderr warn;
events {}
http {
  access_log off;
  ${temporary.join(' ')}
  map $http_upgrade $connection_upgrade { default upgrade; '' ''; }
  upstream nodes { ${upstream.map((node) => `server ${node};`).join(' ')} }
  server {
    listen 127.0.0.1:${port}${tls ? ' ssl' : ''};
    ${secure}
    location / { proxy_pass http://nodes; ${lines.map((line) => `${line};`).join(' ')} }
  }
}
`;
}
