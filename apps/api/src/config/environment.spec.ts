import { createECDH } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { ConfigurationError, readEnvironment } from './environment.js';

const faultsOf = (env: Record<string, string>): readonly string[] => {
  try {
    readEnvironment(env);
    return [];
  } catch (fault) {
    if (fault instanceof ConfigurationError) return fault.faults;
    throw fault;
  }
};

const SEVERAL = { REDIS_URL: 'redis://x', DATABASE_URL: 'postgres://x/y', JWT_SECRET: 'x'.repeat(32) };

const TRACES = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/otlp' };

const S3 = { S3_BUCKET: 'files', S3_ACCESS_KEY: 'key', S3_SECRET_KEY: 'secret' };

describe('the environment', () => {
  it('has a default for everything', () => {
    expect(readEnvironment({})).toMatchObject({
      port: 3000,
      host: null,
      databaseUrl: null,
      ignoresEmbeddedData: false,
      forumProfile: false,
      registration: 'open',
      rateLimits: true,
      messagesPerSecond: 10,
      messagesPerMinute: 120,
      editWindowMinutes: 15,
      archiveAfterDays: 0,
      retentionDays: 0,
      files: {
        isOn: true,
        maxBytes: 104_857_600,
        bytesPerUser: 5_368_709_120,
        perMessage: 10,
        keepsExif: false,
        s3: null,
        scanner: null,
      },
    });
  });

  it('U6: sends pushes where it is said whom push services may turn to, by keys that are a pair', () => {
    expect(readEnvironment({ PUSH_ORIGINS: 'https://push.example' }).push).toBeNull();
    const subject = 'mailto:admin@chat.example';
    expect(readEnvironment({ VAPID_SUBJECT: subject }).push).toEqual({ subject, keys: null, origins: [] });
    const pair = createECDH('prime256v1');
    pair.generateKeys();
    const [publicKey, privateKey] = [pair.getPublicKey('base64url'), pair.getPrivateKey('base64url')];
    const given = { VAPID_SUBJECT: subject, VAPID_PUBLIC_KEY: publicKey, VAPID_PRIVATE_KEY: privateKey };
    expect(readEnvironment(given).push?.keys).toEqual({ publicKey, privateKey });
    const [fault = ''] = faultsOf({ ...given, VAPID_PUBLIC_KEY: `${publicKey.slice(0, -2)}AA` });
    expect(fault).toContain('must be a pair of keys');
    expect(fault).not.toContain(privateKey);
  });

  it('S4.47: sends traces where OpenTelemetry says so, of as many sends', () => {
    const traces = (env: Record<string, string>) => readEnvironment({ ...TRACES, ...env }).traces;
    expect(traces({})).toMatchObject({ url: 'http://collector:4318/otlp/v1/traces', ratio: 1 });
    expect(traces({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'https://x/y' })?.url).toBe('https://x/y');
    expect(traces({ OTEL_TRACES_SAMPLER: 'parentbased_always_off' })?.ratio).toBe(0);
    expect(traces({ OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '0.01' })?.ratio).toBe(0.01);
    expect(traces({ OTEL_SDK_DISABLED: 'TRUE' })).toBeNull();
    expect(readEnvironment({ OTEL_TRACES_SAMPLER: 'of another program' }).traces).toBeNull();
  });

  it('counts an empty variable as unset', () => {
    expect(readEnvironment({ PORT: '', DATABASE_URL: ' ', AUTH_SECRET: '' })).toEqual(readEnvironment({}));
  });

  it.each([
    [{ PORT: 'abc' }, /^PORT must be a whole number/],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'ftp://x' }, /^OTEL_EXPORTER_OTLP_ENDPOINT must be a URL that begins with http:/],
    [{ ...TRACES, OTEL_TRACES_SAMPLER: 'sometimes' }, /^OTEL_TRACES_SAMPLER must be one of always_on/],
    [
      { ...TRACES, OTEL_TRACES_SAMPLER: 'traceidratio', OTEL_TRACES_SAMPLER_ARG: '2' },
      /^OTEL_TRACES_SAMPLER_ARG must be/,
    ],
    [{ PORT: '70000' }, /^PORT must be a whole number/],
    [{ PORT: '-1' }, /^PORT must be a whole number/],
    [{ DATABASE_URL: 'not a url' }, /^DATABASE_URL must be a URL that begins with postgres:/],
    [{ WORKERS: '0' }, /^WORKERS must be auto or a whole number from 1 to 64; it is "0"/],
    [{ WORKERS: 'abc' }, /^WORKERS must be auto or a whole number/],
    [{ WORKERS: '65' }, /^WORKERS must be auto or a whole number/],
    [{ WORKERS: '2' }, /^WORKERS is for several nodes, and several nodes need a common database/],
    [{ REDIS_URL: 'http://x' }, /^REDIS_URL must be a URL that begins with redis:/],
    [{ REDIS_URLS: 'redis://x,http://y' }, /^REDIS_URLS must list URLs that begin with redis:/],
    [{ ...SEVERAL, FILES: 'off', REDIS_URLS: 'redis://y' }, /^REDIS_URL and REDIS_URLS .* set one of them/],
    [{ DATABASE_URL: 'mysql://x' }, /^DATABASE_URL must be a URL that begins with postgres:/],
    [{ REDIS_URL: 'redis://x', JWT_SECRET: 'x'.repeat(32) }, /set DATABASE_URL too/],
    [{ REDIS_URL: 'redis://x', DATABASE_URL: 'postgres://x/y' }, /set JWT_SECRET too/],
    [{ ...SEVERAL, FILES: 'on' }, /^REDIS_URL is for several nodes, and each must reach the files of all/],
    [{ S3_BUCKET: 'files' }, /^S3_BUCKET, S3_ACCESS_KEY and S3_SECRET_KEY belong together/],
    [{ S3_ENDPOINT: 'http://127.0.0.1' }, /^S3_BUCKET, S3_ACCESS_KEY and S3_SECRET_KEY belong together/],
    [{ S3_ENDPOINT: '127.0.0.1:9000' }, /^S3_ENDPOINT must be a URL that begins with http:/],
    [{ S3_ADDRESSING: 'both' }, /^S3_ADDRESSING must be one of path, host/],
    [{ FILES: 'no' }, /^FILES must be one of on, off/],
    [{ FILES_SHARED: 'on' }, /^FILES_SHARED must be one of yes, no/],
    [{ MAX_FILE_BYTES: '0' }, /^MAX_FILE_BYTES must be a whole number from 1/],
    [{ FILE_BYTES_PER_USER: '1 GB' }, /^FILE_BYTES_PER_USER must be a whole number from 1/],
    [{ FILES_PER_MESSAGE: '11' }, /^FILES_PER_MESSAGE must be a whole number from 1 to 10/],
    [{ CLAMD_URL: 'http://127.0.0.1:3310' }, /^CLAMD_URL must be a URL that begins with tcp:/],
    [{ CLAMD_URL: 'tcp://' }, /^CLAMD_URL must be tcp:/],
    [{ CLAMD_URL: 'unix:///' }, /^CLAMD_URL must be tcp:/],
    [{ CLAMD_AWAY: 'maybe' }, /^CLAMD_AWAY must be one of refuse, allow/],
    [{ VAPID_SUBJECT: 'admin' }, /^VAPID_SUBJECT must begin with mailto: or https:.*it is "admin"/],
    [{ VAPID_PRIVATE_KEY: 'x' }, /^VAPID_SUBJECT must be set too/],
    [
      { VAPID_SUBJECT: 'mailto:a@b.example', VAPID_PRIVATE_KEY: 'x' },
      /^VAPID_PUBLIC_KEY and VAPID_PRIVATE_KEY must be/,
    ],
    [{ VAPID_SUBJECT: 'mailto:a@b.example', PUSH_ORIGINS: 'push' }, /^PUSH_ORIGINS must list origins/],
    [{ JWT_SECRET: 'short' }, /^JWT_SECRET must have at least 16/],
    [{ AUTH_ISSUER: 'me', AUTH_AUDIENCE: 'parley' }, /exactly one of AUTH_SECRET/],
    [{ AUTH_SECRET: 'x'.repeat(32) }, /^AUTH_ISSUER and AUTH_AUDIENCE/],
    [{ AUTH_ISSUER: 'me', AUTH_SECRET: 'x'.repeat(32) }, /^AUTH_ISSUER and AUTH_AUDIENCE/],
    [{ AUTH_AUDIENCE: 'x', AUTH_SECRET: 'x'.repeat(32) }, /^AUTH_ISSUER and AUTH_AUDIENCE/],
    [{ AUTH_ISSUER: 'parley', AUTH_AUDIENCE: 'x', AUTH_SECRET: 'x'.repeat(32) }, /^AUTH_ISSUER must not be "parley"/],
    [{ FRONTEND_URL: 'chat.example.org' }, /^FRONTEND_URL must list origins/],
    [{ FRONTEND_URL: 'https://ok.example,ftp://bad.example' }, /^FRONTEND_URL must list origins.*"ftp:/],
    [{ REGISTRATION: 'maybe' }, /^REGISTRATION must be one of open, closed/],
    [{ FORUM_PROFILE: 'yes' }, /^FORUM_PROFILE must be one of on, off/],
    [{ EMBEDDED_DATA: 'keep' }, /^EMBEDDED_DATA must be one of refuse, ignore/],
    [{ LOG_LEVEL: 'loud' }, /^LOG_LEVEL must be one of/],
    [{ EDIT_WINDOW_MINUTES: '-1' }, /^EDIT_WINDOW_MINUTES must be a whole number from 0/],
    [{ RATE_LIMITS: 'no' }, /^RATE_LIMITS must be one of/],
    [{ SPAM_RULES: 'on' }, /^SPAM_RULES must be one of off, warn, refuse/],
    [{ MESSAGES_PER_SECOND: '0' }, /^MESSAGES_PER_SECOND must be a whole number from 1/],
    [{ MESSAGES_PER_MINUTE: '2/s' }, /^MESSAGES_PER_MINUTE must be a whole number from 1/],
    [{ MAX_CONNECTIONS: '0' }, /^MAX_CONNECTIONS must be a whole number from 1/],
    [{ DRAIN_NOTICE_MS: '9000' }, /^DRAIN_NOTICE_MS must be a whole number from 0 to 3000/],
    [{ MAX_WRONG_PASSWORDS_PER_ACCOUNT: '0' }, /^MAX_WRONG_PASSWORDS_PER_ACCOUNT must be a whole number from 1/],
    [{ IMAGE_ORIGINS: 'https://a.example; script-src *' }, /^IMAGE_ORIGINS must list origins/],
    [{ IMAGE_ORIGINS: 'cdn.example' }, /^IMAGE_ORIGINS must list origins/],
    [{ FRAME_ANCESTORS: 'none, https://a.example' }, /^FRAME_ANCESTORS must list origins/],
    [{ FRAME_ANCESTORS: 'https://a.example/path' }, /^FRAME_ANCESTORS must list origins/],
    [{ BASE_PATH: 'chat' }, /^BASE_PATH must be a path such as \/chat/],
    [{ BASE_PATH: '/a/../b' }, /^BASE_PATH must be a path/],
    [{ BASE_PATH: '/a b"' }, /^BASE_PATH must be a path/],
    [{ BASE_PATH: '//evil.example' }, /^BASE_PATH must be a path/],
    [{ BASE_PATH: '/api/chat' }, /^BASE_PATH must be a path.*as \/api is; it is "\/api\/chat"/],
    [{ HSTS_SECONDS: '1y' }, /^HSTS_SECONDS must be a whole number from 0/],
    [{ TLS_CERT: '/etc/chat.pem' }, /^TLS_CERT and TLS_KEY belong together/],
    [{ TLS_KEY: '/etc/chat.key', REQUIRE_TLS: 'yes' }, /^TLS_CERT and TLS_KEY belong together/],
    [{ REQUIRE_TLS: 'yes' }, /^REQUIRE_TLS=yes would let nobody in/],
    [{ REQUIRE_TLS: 'on' }, /^REQUIRE_TLS must be one of yes, no/],
    [{ DATA_SCHEMAS: '/nowhere/schemas.json' }, /^DATA_SCHEMAS must be a JSON file.*no such file/],
    [{ TRUST_PROXY: 'sometimes' }, /^TRUST_PROXY must be true, false, or addresses/],
  ])('refuses %j with a sentence', (env, sentence) => {
    expect(faultsOf(env as Record<string, string>)).toEqual([expect.stringMatching(sentence)]);
  });

  it.each([
    ['tcp://scanner', { host: 'scanner', port: 3310 }],
    ['tcp://[::1]:1234', { host: '::1', port: 1234 }],
    ['unix:///run/clamd.ctl', { path: '/run/clamd.ctl' }],
  ])('reaches a scanner by %s', (url, address) => {
    const { scanner } = readEnvironment({ CLAMD_URL: url, CLAMD_AWAY: 'allow' }).files;
    expect(scanner).toEqual({ address, mayBeAway: true });
  });

  it.each<Record<string, string>>([{ FILES_SHARED: 'yes' }, { FILES: 'off' }, S3])(
    '§8: takes several nodes with %j',
    (env) => {
      expect(faultsOf({ ...SEVERAL, ...env })).toEqual([]);
    },
  );

  it('names the bucket in the host for AWS, and in the path for a server of one’s own, unless it is told', () => {
    const own = { ...S3, S3_ENDPOINT: 'http://127.0.0.1:9000' };
    const of = (env: Record<string, string>) => readEnvironment(env).files.s3?.isPathStyle;
    expect([of(S3), of(own), of({ ...own, S3_ADDRESSING: 'host' })]).toEqual([false, true, false]);
  });

  it('§2: ADMIN_USERS names own accounts in any case, and users of the host product to the letter', () => {
    const { adminUsers } = readEnvironment({ ADMIN_USERS: 'Root, host:Auth0|7a,' });
    expect(adminUsers).toEqual({ usernames: ['root'], externalIds: ['Auth0|7a'] });
    expect(readEnvironment({ ADMIN_USERS: ' ' }).adminUsers).toBeNull();
  });

  it('takes a base path with or without its last slash, and the root as none', () => {
    const of = (value: string) => readEnvironment({ BASE_PATH: value }).basePath;
    expect(['/chat/', '/tools/chat.v2', '/apiary', '/', ''].map(of)).toEqual([
      '/chat',
      '/tools/chat.v2',
      '/apiary',
      '',
      '',
    ]);
  });

  it('reads where pictures and frames may be, as a content security policy names it', () => {
    const host = { AUTH_ISSUER: 'https://shop.example/auth', AUTH_AUDIENCE: 'x', AUTH_SECRET: 'x'.repeat(16) };
    const images = { IMAGE_ORIGINS: 'https://CDN.example:443/, https://*.pictures.example, https:' };
    expect(readEnvironment({ ...host, ...images }).imageOrigins).toEqual([
      'https://cdn.example',
      'https://*.pictures.example',
      'https:',
      'https://shop.example',
    ]);
    expect(readEnvironment({ ...host, AUTH_ISSUER: 'shop' }).imageOrigins).toEqual([]);
    const frames = (value: string) => readEnvironment({ FRAME_ANCESTORS: value }).frameAncestors;
    expect([frames(''), frames("'none'")]).toEqual([[], []]);
    expect(frames("self, 'self', http://a.example:8080")).toEqual(["'self'", "'self'", 'http://a.example:8080']);
  });

  it('never repeats a secret in a fault', () => {
    expect(faultsOf({ JWT_SECRET: 'hunter2', DATABASE_URL: 'mysql://u:hunter2@x' }).join()).not.toContain('hunter2');
  });

  it('names every fault at once', () => {
    expect(faultsOf({ PORT: 'x', REGISTRATION: 'y' })).toHaveLength(2);
  });
});
