/** Where a proxy of a test is, and what it is before. */
export interface ProxyPlace {
  directory: string;
  /** Of TLS. */
  port: number;
  /** Of plain HTTP, where its configuration has that. */
  plainPort: number;
  /** Of its own administration, where it has that. */
  adminPort: number;
  /** Hosts with their ports. */
  nodes: readonly [string, string];
  /** Certificate, key, and both in one. */
  files: { cert: string; key: string; both: string };
}

export interface ProxyKind {
  name: 'nginx' | 'HAProxy' | 'Caddy' | 'Apache';
  program: string;
  /** Below tools/deploy. */
  file: string;
  /** Texts of that file, each of which must be there, and what stands in their place. */
  replaced(place: ProxyPlace): Readonly<Record<string, string>>;
  /** What a distribution has around such a file; `file` is where that is. */
  around?(place: ProxyPlace, file: string): string;
  /** `file`: the configuration to start with. */
  args(place: ProxyPlace, file: string): string[];
  /** How it is told to read its configuration again: a signal, or the arguments of another run of the program. */
  reload: NodeJS.Signals | ((place: ProxyPlace, file: string) => string[]);
  /** Whether a reload ends the WebSockets that go through it. */
  cutsSockets: boolean;
}

const NAME = 'chat.example.org';
const paths = ({ files }: ProxyPlace) => ({ '/etc/ssl/chat.pem': files.cert, '/etc/ssl/chat.key': files.key });
const addresses = ({ nodes: [first, second] }: ProxyPlace) => ({ '10.0.0.11:3000': first, '10.0.0.12:3000': second });

const nginx: ProxyKind = {
  name: 'nginx',
  program: 'nginx',
  file: 'nginx.conf',
  replaced: (place) => ({
    ...paths(place),
    ...addresses(place),
    [`https://${NAME}`]: `https://localhost:${place.port}`,
    [NAME]: 'localhost',
    'listen 80;': `listen 127.0.0.1:${place.plainPort};`,
    'listen 443 ssl': `listen 127.0.0.1:${place.port} ssl`,
    '/var/log/nginx/chat.log': `${place.directory}/access.log`,
    '/var/log/nginx/chat.error.log': `${place.directory}/error.log`,
  }),
  around: ({ directory }, file) => `daemon off; pid ${directory}/pid; error_log stderr warn; events {}
    http {
      client_body_temp_path ${directory}/body; proxy_temp_path ${directory}/proxy; fastcgi_temp_path ${directory}/fastcgi;
      uwsgi_temp_path ${directory}/uwsgi; scgi_temp_path ${directory}/scgi;
      include ${file};
    }`,
  args: ({ directory }, file) => ['-p', directory, '-c', file, '-e', 'stderr'],
  reload: 'SIGHUP',
  cutsSockets: false,
};

const haproxy: ProxyKind = {
  name: 'HAProxy',
  program: 'haproxy',
  file: 'haproxy.cfg',
  replaced: ({ port, nodes: [first, second], files }) => ({
    'bind :8080': '# No plain HTTP.',
    '# bind :443': `bind 127.0.0.1:${port}`,
    '/usr/local/etc/haproxy/chat.pem': files.both,
    'node1:3000': first,
    'node2:3000': second,
  }),
  args: (_place, file) => ['-W', '-f', file],
  reload: 'SIGUSR2',
  cutsSockets: false,
};

const caddy: ProxyKind = {
  name: 'Caddy',
  program: 'caddy',
  file: 'Caddyfile',
  replaced: (place) => ({
    ...addresses(place),
    [NAME]: `https://localhost:${place.port}`,
    '# With a certificate of your own: tls': 'tls',
    ...paths(place),
    '/var/log/caddy/chat.log': `${place.directory}/access.log`,
    '# Of Caddy itself': `admin 127.0.0.1:${place.adminPort}\n\tauto_https disable_redirects\n\t#`,
  }),
  args: (_place, file) => ['run', '--config', file, '--adapter', 'caddyfile'],
  reload: ({ adminPort }, file) => {
    return ['reload', '--config', file, '--adapter', 'caddyfile', '--address', `127.0.0.1:${adminPort}`];
  },
  cutsSockets: true,
};

const MODULES = [
  ...['mpm_event', 'alias', 'authz_core', 'env', 'headers', 'http2', 'lbmethod_byrequests', 'proxy', 'proxy_balancer'],
  ...['proxy_hcheck', 'proxy_http', 'setenvif', 'slotmem_shm', 'socache_shmcb', 'ssl'],
];

const apache: ProxyKind = {
  name: 'Apache',
  program: 'apache2',
  file: 'apache.conf',
  replaced: (place) => ({
    ...paths(place),
    ...addresses(place),
    [`https://${NAME}`]: `https://localhost:${place.port}`,
    [NAME]: 'localhost',
    '*:80>': `127.0.0.1:${place.plainPort}>`,
    '*:443>': `127.0.0.1:${place.port}>`,
    '/var/log/apache2/chat.log': `${place.directory}/access.log`,
  }),
  around: ({ directory, port, plainPort }, file) => `${MODULES.map(
    (name) => `LoadModule ${name}_module /usr/lib/apache2/modules/mod_${name}.so`,
  ).join('\n')}
ServerRoot ${directory}
DefaultRuntimeDir ${directory}
PidFile ${directory}/pid
ServerName localhost
ErrorLog /dev/stderr
LogLevel warn
User www-data
Group www-data
Listen 127.0.0.1:${plainPort}
Listen 127.0.0.1:${port} https
Include ${file}
`,
  args: ({ directory }, file) => ['-d', directory, '-f', file, '-DFOREGROUND'],
  reload: 'SIGUSR1',
  cutsSockets: false,
};

export const PROXY_KINDS: readonly ProxyKind[] = [nginx, haproxy, caddy, apache];
