import { WebSocket } from 'ws';
import type { Config } from '../config/config.js';
import { SEEN, type Seen } from '../platform/http/seen.js';
import { type Answer, ask } from './ask.js';
import { certificateAt } from './certificate-checks.js';
import { error, type Finding, type Found, ok, warning } from './finding.js';
import { seenFindings } from './seen-checks.js';

/** Kept for documentation: nobody's. */
const SOMEBODY = '192.0.2.77';
const POLLS = 6;
const FEW_MS = 5_000;
const MEGABYTE = 1_000_000;

/** What a person's browser meets at the address that it uses. @param address `https://chat.example.org/chat` */
export async function outsideFindings(address: string, config: Config): Promise<Finding[]> {
  const page = new URL(address.replace(/\/*$/, '/'));
  const found = await lookFrom(page, config).catch((fault: Error) => [
    error(`${page.href} cannot be reached: ${fault.message}.`),
  ]);
  return found.map((each) => ({ part: 'proxy', ...each }));
}

async function lookFrom(page: URL, config: Config): Promise<Found[]> {
  const certificate = page.protocol === 'https:' ? await certificateAt(page) : [plainly(page)];
  if (certificate.some(({ level }) => level === 'error')) return certificate;
  const health = await ask(new URL('health/ready', page));
  const isThere = health !== null && /^\{"(status|error)"/.test(health.text);
  if (!isThere)
    return [...certificate, error(`No node answers at ${page.href}: ${health?.status ?? 'nothing in time'}.`)];
  const looks = [origins(page), webSocket(page), polling(page), uploads(page, config), seenAt(page, config)];
  const each = await Promise.all(looks.map(orCutOff));
  return [...certificate, answering(health), ...each.flat()];
}

/** One that fails says nothing of the others. */
const orCutOff = (look: Promise<Found[]>): Promise<Found[]> =>
  look.catch((fault: Error) => [error(`A request was cut off on its way: ${fault.message}.`)]);

const isHere = ({ hostname }: URL) => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);

const plainly = (page: URL): Found =>
  isHere(page)
    ? ok(`${page.href} is of this machine.`)
    : error(`${page.href} is plain HTTP: passwords can be read on the way.`);

const answering = ({ status, text }: Answer): Found =>
  status === 200
    ? ok('A node answers, and is ready.')
    : error(`A node answers, and is not ready: ${text.slice(0, 200)}.`);

const socketIo = (page: URL, transport: string, more = '') =>
  new URL(`socket.io/?EIO=4&transport=${transport}${more}`, page);

/** Of pages, as browsers name them: the own one is let in, and where TLS is, no page of plain HTTP. */
async function origins(page: URL): Promise<Found[]> {
  const as = (origin: string) => ask(socketIo(page, 'polling'), { headers: { origin } });
  const own = await as(page.origin);
  if (own?.status !== 200)
    return [
      error(`Its own page is refused (${own?.status}): the proxy has to pass on Host with its port, see the log.`),
    ];
  if (page.protocol !== 'https:') return [ok('Its own page is let in.')];
  const plain = await as(page.origin.replace('https:', 'http:'));
  return plain?.status === 403
    ? [ok('Its own page is let in, and the node knows that it came by TLS: cookies are Secure.')]
    : [
        error(
          'The node does not know that people come by TLS, so that cookies are not Secure: send X-Forwarded-Proto, and set TRUST_PROXY.',
        ),
      ];
}

async function webSocket(page: URL): Promise<Found[]> {
  const { promise, resolve } = Promise.withResolvers<Found>();
  const url = socketIo(page, 'websocket');
  url.protocol = page.protocol.replace('http', 'ws');
  const socket = new WebSocket(url);
  const refused = error(
    'No WebSocket passes: the proxy has to pass on Upgrade and Connection. People are left with polling.',
  );
  const timer = setTimeout(() => resolve(refused), FEW_MS);
  socket.on('message', () => resolve(ok('A WebSocket passes.')));
  socket.on('error', () => resolve(refused));
  return [
    await promise.finally(() => {
      clearTimeout(timer);
      socket.terminate();
    }),
  ];
}

/** A session of polling is one node's: each request of it is a connection of its own, with the cookies of a browser. */
async function polling(page: URL): Promise<Found[]> {
  const opened = await ask(socketIo(page, 'polling'));
  const sid = /"sid":"([^"]+)"/.exec(opened?.text ?? '')?.[1];
  if (sid === undefined) return [error(`No polling passes: ${opened?.status ?? 'nothing in time'}.`)];
  const cookie = (opened?.headers['set-cookie'] ?? []).map((line) => line.split(';', 1)[0]).join('; ');
  const same = socketIo(page, 'polling', `&sid=${sid}`);
  for (let i = 0; i < POLLS; i += 1) {
    const answer = await ask(same, { method: 'POST', body: '6', headers: { cookie, 'content-type': 'text/plain' } });
    if (answer?.status !== 200)
      return [
        error(`Polling is not sticky: ${answer?.status ?? 'nothing in time'} from another node. See tools/deploy.`),
      ];
  }
  return [ok('Polling passes, and stays with its node.')];
}

/** Of a file as large as may be sent, by nobody: a node refuses who sends it at once. */
async function uploads(page: URL, { files }: Config): Promise<Found[]> {
  if (!files.isOn) return [];
  const size = `${Math.floor(files.maxBytes / MEGABYTE)} MB`;
  const headers = { 'content-length': String(files.maxBytes), 'content-type': 'multipart/form-data; boundary=x' };
  const answer = await ask(new URL('api/files', page), { method: 'POST', headers, body: '--x\r\n' });
  if (answer === null)
    return [warning('The proxy keeps uploads until all of it has come: nginx: proxy_request_buffering off.')];
  if (answer.text.startsWith('{"error"')) return [ok(`Files of ${size} pass, as they come.`)];
  return [
    error(
      `Files of ${size} do not pass (${answer.status}): nginx: client_max_body_size 0, Apache: LimitRequestBody 0.`,
    ),
  ];
}

async function seenAt(page: URL, { metricsToken }: Config): Promise<Found[]> {
  if (metricsToken === null)
    return [warning('What a node sees of who asks is told to who knows METRICS_TOKEN: set one, here and there.')];
  if (page.protocol !== 'https:' && !isHere(page)) return [];
  const url = new URL('health/ready', page);
  const authorization = `Bearer ${metricsToken}`;
  const [own, forged] = await Promise.all([
    ask(url, { headers: { authorization } }),
    ask(url, { headers: { authorization, 'x-forwarded-for': SOMEBODY } }),
  ]);
  const [plain, pretended] = [seenIn(own), seenIn(forged)];
  if (!own || !plain || !pretended)
    return [error('METRICS_TOKEN is not that of the node, or the proxy takes it away.')];
  return seenFindings(page, { seen: plain, forged: pretended, somebody: SOMEBODY, isDirect: plain.port === own.port });
}

function seenIn(answer: Answer | null): Seen | null {
  const header = answer?.headers[SEEN];
  return typeof header === 'string' ? (JSON.parse(decodeURIComponent(header)) as Seen) : null;
}
