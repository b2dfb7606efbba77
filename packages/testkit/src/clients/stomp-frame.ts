/** A frame of STOMP as it came; one without a command is a heart-beat. */
export interface StompFrame {
  command: string;
  headers: Record<string, string>;
  body: string;
}

/** A frame of STOMP 1.2, its headers as they are given: an escape is the caller's affair. */
export function writeStompFrame(command: string, headers: Readonly<Record<string, string>> = {}, body = ''): string {
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}`);
  return `${[command, ...lines].join('\n')}\n\n${body}\0`;
}

/** Reads a message of our server, which holds one frame; escapes are left as they came. */
export function readStompFrame(text: string): StompFrame {
  const end = Math.max(0, text.indexOf('\n\n'));
  const [command = '', ...lines] = text.slice(0, end).split('\n');
  const headers = Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1)]),
  );
  return { command, headers, body: text.slice(end + 2, text.lastIndexOf('\0')) };
}
