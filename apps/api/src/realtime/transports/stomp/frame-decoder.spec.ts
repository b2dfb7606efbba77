import { describe, expect, it } from '@jest/globals';
import { LIMITS } from '@parley/protocol';
import fc from 'fast-check';
import { FrameDecoder, type StompFrame } from './frame-decoder.js';
import { escaped } from './header-text.js';
import type { StompVersion } from './version-negotiation.js';

type Piece = string | Buffer;

/** All frames of these pieces, and what ended them, if anything did. */
function decode(pieces: readonly Piece[], version: StompVersion | null = '1.2') {
  const decoder = new FrameDecoder();
  decoder.version = version;
  const frames: StompFrame[] = [];
  try {
    for (const piece of pieces) {
      decoder.push(Buffer.from(piece));
      for (let frame = decoder.next(); frame; frame = decoder.next()) frames.push(frame);
    }
    return { frames, fault: null };
  } catch (fault) {
    return { frames, fault: fault as Error & { code: string } };
  }
}

function cut(bytes: Buffer, at: readonly number[]): Buffer[] {
  const places = [0, ...[...at].sort((one, other) => one - other), bytes.length];
  return places.slice(1).map((end, index) => bytes.subarray(places[index], end));
}

const halved = (piece: Buffer): Buffer[] => cut(piece, [Math.floor(piece.length / 2)]);

const bytewise = (text: Piece): Buffer[] => [...Buffer.from(text)].map((byte) => Buffer.from([byte]));

const codeOf = (pieces: readonly Piece[], version?: StompVersion | null) => decode(pieces, version).fault?.code;

describe('frames are read as they were sent', () => {
  const TWO = 'SEND\ndestination:/app/chat.send\nreceipt:a\\cb\n\n{"content":"é😀"}\0\n\r\n\nDISCONNECT\n\n\0\n';

  it('several in one piece, with heart-beats between them', () => {
    const { frames, fault } = decode([TWO]);
    expect(fault).toBeNull();
    expect(frames.map(({ command }) => command)).toEqual(['SEND', 'DISCONNECT']);
    expect(frames[0]?.body).toBe('{"content":"é😀"}');
    expect([...(frames[0]?.headers ?? [])]).toEqual([
      ['destination', '/app/chat.send'],
      ['receipt', 'a:b'],
    ]);
  });

  it('each in as many pieces as it has bytes', () => expect(decode(bytewise(TWO))).toEqual(decode([TWO])));

  it('cut anywhere, also within a character and within the end of a line', () => {
    const bytes = Buffer.from(TWO);
    for (let at = 0; at <= bytes.length; at += 1) expect(decode(cut(bytes, [at]))).toEqual(decode([TWO]));
  });

  it('the first of headers with the same name counts', () => {
    expect(decode(['SEND\nid:1\nid:2\n\n\0']).frames[0]?.headers.get('id')).toBe('1');
  });

  it('names that mean something elsewhere mean nothing here', () => {
    const { headers } = decode(['SEND\n__proto__:a\nconstructor:b\n\n\0']).frames[0] as StompFrame;
    expect([...headers]).toEqual([
      ['__proto__', 'a'],
      ['constructor', 'b'],
    ]);
  });

  it('the body ends where content-length says, also behind a NUL, and at the first NUL without it', () => {
    expect(decode(['SEND\ncontent-length:3\n\na\0b\0SEND\n\nc\0']).frames.map(({ body }) => body)).toEqual([
      'a\0b',
      'c',
    ]);
  });

  it('content-length counts bytes', () => {
    expect(decode(['SEND\ncontent-length:4\n\n😀\0']).frames[0]?.body).toBe('😀');
  });

  it('a byte order mark is kept', () => {
    expect(decode(['SEND\n\n\uFEFFa\0']).frames[0]?.body).toBe('\uFEFFa');
  });
});

describe('headers are read by version', () => {
  const valueOf = (line: string, version: StompVersion | null, command = 'SEND') =>
    decode([`${command}\n${line}\n\n\0`], version).frames[0]?.headers.get('a');

  it.each([
    ['1.0', 'a: b ', 'b'],
    ['1.0', 'a:\\n\\c\\r\\t', '\\n\\c\\r\\t'],
    ['1.1', 'a: b ', ' b '],
    ['1.1', 'a:\\n\\c\\\\', '\n:\\'],
    ['1.1', 'a:b\r', 'b\r'],
    ['1.2', 'a:\\r\\n\\c\\\\', '\r\n:\\'],
    ['1.2', 'a:b\r', 'b'],
    ['1.2', 'a:b:c', 'b:c'],
    ['1.2', 'a:', ''],
  ] as const)('%s reads %j as %j', (version, line, value) => expect(valueOf(line, version)).toBe(value));

  it('those of CONNECT have no escapes, those of STOMP have', () => {
    expect(valueOf('a:x\\cy', null, 'CONNECT')).toBe('x\\cy');
    expect(valueOf('a:x\\cy', null, 'STOMP')).toBe('x:y');
  });

  it('lines of CONNECT end in either way', () => {
    const { headers } = decode(['CONNECT\r\naccept-version:1.2\r\n\r\n\0'], null).frames[0] as StompFrame;
    expect(headers.get('accept-version')).toBe('1.2');
  });
});

describe('what is no frame has a code', () => {
  it.each([
    ['an unknown escape', 'SEND\na:\\t\n\n\0'],
    ['a carriage return within a line', 'SEND\na:b\rc\n\n\0'],
    ['a line without a colon', 'SEND\nabc\n\n\0'],
    ['a header without a name', 'SEND\n:b\n\n\0'],
    ['no empty line', 'SEND\ndestination:/app/chat.send\0'],
    ['a command in small letters', 'send\n\n\0'],
    ['a second NUL', 'SEND\n\na\0\0SEND\n\n\0'],
    ['a content-length too small', 'SEND\ncontent-length:1\n\nab\0'],
    ['a content-length too large', 'SEND\ncontent-length:3\n\nab\0SEND\n\n\0'],
    ['a content-length that is negative', 'SEND\ncontent-length:-1\n\nab\0'],
    ['a content-length that is no number', 'SEND\ncontent-length:0x2\n\nab\0'],
    ['JSON', '{"type":"message.send"}'],
  ])('%s', (_what, text) => {
    // What has no end yet may still become a frame.
    expect(codeOf([text, '\n'])).toBe('bad_frames');
    expect(codeOf([...bytewise(text), '\n'])).toBe('bad_frames');
  });

  it('bytes that are not UTF-8, in a header and in a body', () => {
    for (const bytes of [[0xff], [0xc3, 0x28], [0xed, 0xa0, 0x80], [0xc0, 0x80], [0xf4, 0x90, 0x80, 0x80]]) {
      const bad = Buffer.from(bytes);
      expect(codeOf([Buffer.concat([Buffer.from('SEND\na:'), bad, Buffer.from('\n\n\0')])])).toBe('bad_frames');
      expect(codeOf([Buffer.concat([Buffer.from('SEND\n\n'), bad, Buffer.from('\0')])])).toBe('bad_frames');
    }
  });

  it('what comes before it is read', () => {
    expect(decode(['SEND\n\na\0\0']).frames).toHaveLength(1);
  });
});

describe('G8: what is kept of a frame is bounded', () => {
  const frame = (size: number) => `SEND\n\n${'x'.repeat(size - 7)}\0`;

  it('by the size of a frame', () => {
    expect(decode([frame(LIMITS.frameBytes)]).frames).toHaveLength(1);
    expect(codeOf([frame(LIMITS.frameBytes + 1)])).toBe('too_large');
    expect(codeOf(['SEND\n\n', ...Array<string>(9).fill('x'.repeat(32_768))])).toBe('too_large');
  });

  it('and one that says that it is larger is not waited for', () => {
    expect(codeOf([`SEND\ncontent-length:${LIMITS.frameBytes}\n\n`])).toBe('too_large');
    expect(codeOf(['SEND\ncontent-length:999999999999999\n\n'])).toBe('too_large');
  });

  it('by the number of headers', () => {
    const headers = (count: number) => `SEND\n${'a:b\n'.repeat(count)}\n\0`;
    expect(decode([headers(64)]).frames).toHaveLength(1);
    expect(codeOf([headers(65)])).toBe('too_large');
  });

  it('by the length of a line, whether or not it ends', () => {
    expect(decode([`SEND\na:${'x'.repeat(16_382)}\n\n\0`]).frames).toHaveLength(1);
    expect(codeOf([`SEND\na:${'x'.repeat(16_383)}\n\n\0`])).toBe('too_large');
    expect(codeOf([`SEND\n${'x'.repeat(16_385)}`])).toBe('too_large');
    expect(codeOf(['S'.repeat(16_385)])).toBe('too_large');
  });

  it('a message of the WebSocket is not kept for the sake of the beginning of a frame', () => {
    const decoder = new FrameDecoder();
    decoder.version = '1.2';
    const message = Buffer.from(`${frame(1_000)}SEND\n`);
    decoder.push(message);
    expect(decoder.next()).not.toBeNull();
    expect(decoder.next()).toBeNull();
    message.fill(0);
    decoder.push(Buffer.from('\nabc\0'));
    expect(decoder.next()?.body).toBe('abc');
  });
});

describe('fuzz', () => {
  const RUNS = Number(process.env.RUNS ?? 1_000);
  const version = fc.constantFrom<StompVersion>('1.0', '1.1', '1.2');
  const places = fc.array(fc.nat({ max: 400 }), { maxLength: 20 });
  const text = fc.string({ unit: 'binary', maxLength: 20 });
  // 1.0 can neither write a line feed in a header nor spaces at its ends, and 1.1 no carriage return at the end of one.
  const word = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 20 }).filter((value) => !/[\s\0]/.test(value));
  const name = word.filter((value) => value !== 'content-length' && !value.includes(':'));
  const frames = fc.array(
    fc.record({
      command: fc.constantFrom('SEND', 'SUBSCRIBE', 'ACK'),
      headers: fc.uniqueArray(fc.tuple(name, word), { selector: ([key]) => key, maxLength: 5 }),
      body: text,
      hasLength: fc.boolean(),
      beats: fc.constantFrom('', '\n', '\r\n', '\n\n'),
    }),
    { maxLength: 4 },
  );

  it('frames come out as they went in, however they are cut', () => {
    fc.assert(
      fc.property(version, frames, places, (spoken, given, at) => {
        const wanted = given.map(({ body, hasLength, ...frame }) => ({
          ...frame,
          hasLength: hasLength || body.includes('\0'),
          body: body.isWellFormed() ? body : '',
        }));
        const written = wanted.map(({ command, headers, body, hasLength, beats }) => {
          const length: [string, string][] = hasLength ? [['content-length', String(Buffer.byteLength(body))]] : [];
          const lines = [...length, ...headers].map((pair) => pair.map((each) => escaped(each, spoken)).join(':'));
          return `${beats}${[command, ...lines].join('\n')}\n\n${body}\0`;
        });
        const bytes = Buffer.from(written.join(''));
        const read = decode(
          cut(
            bytes,
            at.map((place) => Math.min(place, bytes.length)),
          ),
          spoken,
        );
        expect(read.fault).toBeNull();
        expect(read.frames.map(({ command, body }) => ({ command, body }))).toEqual(
          wanted.map(({ command, body }) => ({ command, body })),
        );
        expect(read.frames.map(({ headers }) => [...headers].filter(([key]) => key !== 'content-length'))).toEqual(
          wanted.map(({ headers }) => headers),
        );
      }),
      { numRuns: RUNS },
    );
  });

  it('anything else is either waited for or has a code, and the same one however it is cut, also into bytes', () => {
    const part = fc.oneof(
      fc.constantFrom(
        ...['SEND', 'CONNECT', '\n', '\r\n', '\n\n', '\0', ':', 'a:b\n', '\\c', '\\t', '\\', 'content-length:'],
        ...['5', '-1', '999999', 'destination:/app/chat.send\n', 'receipt:r\n', '{"content":"x"}', 'SEND\n\n\0', '\r'],
      ),
      text,
    );
    const parts = fc.array(part, { maxLength: 20 });
    // Around the bounds of a line, of headers and of a frame.
    const many = fc.tuple(fc.constantFrom(63, 64, 16_383, 16_385, 65_000), part);
    const bytes = fc.oneof(
      { weight: 60, arbitrary: parts.map((some) => Buffer.from(some.join(''))) },
      { weight: 30, arbitrary: fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array)) },
      {
        weight: 9,
        arbitrary: fc
          .tuple(parts, fc.uint8Array({ maxLength: 4 }), parts)
          .map(([before, strange, behind]) =>
            Buffer.concat([Buffer.from(before.join('')), strange, Buffer.from(behind.join(''))]),
          ),
      },
      {
        weight: 1,
        arbitrary: fc
          .tuple(parts, many, parts)
          .map(([before, [times, one], behind]) =>
            Buffer.from([...before, one.slice(0, 24).repeat(times), ...behind].join('')).subarray(
              0,
              2 * LIMITS.frameBytes,
            ),
          ),
      },
    );
    const any = fc.option(version, { nil: null });
    fc.assert(
      fc.property(any, bytes, places, (spoken, given, at) => {
        // No message of a WebSocket is larger.
        const whole = decode(cut(given, given.length > LIMITS.frameBytes ? [LIMITS.frameBytes] : []), spoken);
        if (whole.fault) expect(['bad_frames', 'too_large']).toContain(whole.fault.code);
        const pieces = cut(
          given,
          at.map((place) => Math.min(place, given.length)),
        );
        const ways = given.length > 500 ? [pieces.flatMap(halved)] : [pieces, bytewise(given)];
        for (const way of ways) {
          const cutUp = decode(way, spoken);
          expect(cutUp.frames).toEqual(whole.frames);
          expect(cutUp.fault?.code).toBe(whole.fault?.code);
        }
      }),
      { numRuns: RUNS },
    );
  });
});
