import { readFileSync } from 'node:fs';
import { type Plan, titleOf } from './plan.js';
import { TRANSPORTS } from './transports.js';

interface Results {
  conformance?: { tests: { status: string; fullName: string }[] };
}

/** A line for each transport and deployment that was tried. */
export function resultLines({ combinations }: Plan, file: string): string[] {
  const { conformance } = JSON.parse(readFileSync(file, 'utf8')) as Results;
  const lines = combinations.map((combination) => {
    const title = titleOf(combination);
    const own = (conformance?.tests ?? []).filter(({ fullName }) => fullName.startsWith(`${title} `));
    const count = (wanted: string) => own.filter(({ status }) => status === wanted).length;
    return `${title.padEnd(56)}${`${count('passed')} passed`.padStart(12)}${`${count('failed')} failed`.padStart(12)}`;
  });
  return ['', ...lines];
}

/** What the transports that were tried lack: names that are answered with `unsupported`, and what was not tried. */
export function lackingLines({ combinations }: Plan): string[] {
  const names = [...new Set(combinations.map(({ over }) => over))];
  return names.flatMap((name) => {
    const { unsupported, lacks } = TRANSPORTS[name];
    const rows = [
      ...Object.keys(unsupported).map((each) => [each, '`unsupported`']),
      ...Object.entries(lacks).map(([title, why]) => [title, `not tried: ${why}`]),
    ];
    if (rows.length === 0) return ['', `${name} lacks nothing.`];
    return ['', `${name} lacks`, ...rows.map(([what, answer]) => `  ${what}\n      ${answer}`)];
  });
}
