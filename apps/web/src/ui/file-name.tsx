import { splitName } from './split-name.js';

/** The name of a file: where it is too long for its place the middle is left out, so that what kind it is stays seen. */
export function FileName({ name }: { name: string }) {
  const { start, end } = splitName(name);
  if (start === '') return <bdi className="block truncate whitespace-pre">{end}</bdi>;
  return (
    <bdi className="flex min-w-0" title={start + end}>
      {/* Two elements would be read out as two words. */}
      <span className="sr-only">{start + end}</span>
      <span aria-hidden="true" className="truncate whitespace-pre">
        {start}
      </span>
      <span aria-hidden="true" className="flex-none whitespace-pre">
        {end}
      </span>
    </bdi>
  );
}
