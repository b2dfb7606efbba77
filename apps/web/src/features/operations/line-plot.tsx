import { useId, useState } from 'react';
import { classes } from '../../ui/classes.js';

interface Line {
  name: string;
  /** As many as there are times; null where there was none. */
  values: readonly (number | null)[];
}

interface LinePlotProps {
  title: string;
  /** Milliseconds since 1970, ascending. */
  times: readonly number[];
  /** One, or two. */
  lines: readonly Line[];
  format: (value: number) => string;
}

const [WIDTH, HEIGHT] = [300, 64];
/** What the plot is worth to who sees it in numbers. */
const MOST_ROWS = 20;
const STROKES = ['stroke-accent', 'stroke-ink-2'];
const DASHES = [undefined, '3 3'];

const clock = new Intl.DateTimeFormat(undefined, { hour: 'numeric', minute: '2-digit', second: '2-digit' });

/** Figures over time, from 0 up to the highest: as a picture, as a sentence for who does not see it, and as a table. */
export function LinePlot({ title, times, lines, format }: LinePlotProps) {
  const highest = Math.max(0, ...lines.flatMap(({ values }) => values.map((value) => value ?? 0)));
  return (
    <figure className="m-0 min-w-0 rounded-row border border-line bg-raised p-3">
      <figcaption className="flex flex-wrap items-baseline justify-between gap-x-3">
        <span className="text-second font-medium text-ink-2">{title}</span>
        <span className="flex gap-3 text-title font-strong tabular-nums">
          {lines.map((line, index) => (
            <Latest key={line.name} line={line} index={lines.length > 1 ? index : null} format={format} />
          ))}
        </span>
      </figcaption>
      <svg
        role="img"
        aria-label={sentenceOf(title, times, lines, format)}
        viewBox={`0 -1 ${WIDTH} ${HEIGHT + 2}`}
        preserveAspectRatio="none"
        className="mt-2 block h-16 w-full border-b border-line"
      >
        {lines.map(({ name, values }, index) => (
          <path
            key={name}
            d={pathOf(times, values, highest)}
            fill="none"
            strokeWidth={1.5}
            strokeDasharray={DASHES[index]}
            vectorEffect="non-scaling-stroke"
            className={STROKES[index]}
          />
        ))}
      </svg>
      <p aria-hidden="true" className="flex justify-between pt-1 text-meta text-ink-3 tabular-nums">
        <span>{times.length > 0 ? clock.format(times[0]) : ''}</span>
        <span>highest {format(highest)}</span>
      </p>
      <AsTable title={title} times={times} lines={lines} format={format} />
    </figure>
  );
}

interface LatestProps {
  line: Line;
  /** Which of several. */
  index: number | null;
  format: LinePlotProps['format'];
}

function Latest({ line: { name, values }, index, format }: LatestProps) {
  const value = values.at(-1) ?? null;
  return (
    <span className="inline-flex items-baseline gap-1.5">
      {index === null ? null : (
        <>
          <svg aria-hidden="true" width={16} height={6} className="self-center">
            <path d="M0 3H16" strokeWidth={2} strokeDasharray={DASHES[index]} className={STROKES[index]} />
          </svg>
          <span className="text-meta font-medium text-ink-3">{name}</span>
        </>
      )}
      {value === null ? '–' : format(value)}
    </span>
  );
}

/** The latest figures, newest first, once somebody wants them. */
function AsTable({ title, times, lines, format }: LinePlotProps) {
  const [isOpen, setOpen] = useState(false);
  const id = useId();
  const words = `${isOpen ? 'Hide' : 'Show'} as a table`;
  const rows = isOpen ? times.map((at, index) => ({ at, index })).slice(-MOST_ROWS) : [];
  return (
    <>
      <button
        type="button"
        aria-label={`${words}: ${title}`}
        aria-expanded={isOpen}
        aria-controls={id}
        onClick={() => setOpen(!isOpen)}
        className="mt-1 rounded-inline py-1 text-meta text-accent underline-offset-2 hover:underline max-[720px]:min-h-11"
      >
        {words}
      </button>
      <div id={id} hidden={!isOpen}>
        <table className="w-full text-meta tabular-nums">
          <caption className="sr-only">{title}, the latest first</caption>
          <thead>
            <tr className="text-start text-ink-3">
              <th scope="col" className="py-0.5 text-start font-medium">
                Time
              </th>
              {lines.map(({ name }) => (
                <th key={name} scope="col" className="py-0.5 text-end font-medium">
                  {name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.toReversed().map(({ at, index }) => (
              <tr key={at}>
                <th scope="row" className="py-0.5 text-start font-normal text-ink-2">
                  {clock.format(at)}
                </th>
                {lines.map(({ name, values }) => (
                  <td key={name} className={classes('py-0.5 text-end', values[index] === null && 'text-ink-3')}>
                    {textOf(values[index], format)}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

const textOf = (value: number | null | undefined, format: LinePlotProps['format']): string =>
  value === null || value === undefined ? '–' : format(value);

/** Broken where there is no figure. */
function pathOf(times: readonly number[], values: readonly (number | null)[], highest: number): string {
  const [first = 0, last = 0] = [times[0], times.at(-1)];
  let isDrawing = false;
  return times
    .map((at, index) => {
      const value = values[index] ?? null;
      if (value === null) {
        isDrawing = false;
        return '';
      }
      const x = last > first ? ((at - first) / (last - first)) * WIDTH : 0;
      const y = highest > 0 ? HEIGHT - (value / highest) * HEIGHT : HEIGHT;
      const step = `${isDrawing ? 'L' : 'M'}${x.toFixed(1)} ${y.toFixed(1)}`;
      isDrawing = true;
      return step;
    })
    .join('');
}

function sentenceOf(
  title: string,
  times: readonly number[],
  lines: readonly Line[],
  format: LinePlotProps['format'],
): string {
  const known = lines.map(({ name, values }) => ({ name, known: values.filter((value) => value !== null) }));
  const told = known.flatMap(({ name, known: values }) => {
    if (values.length === 0) return [];
    const range = `between ${format(Math.min(...values))} and ${format(Math.max(...values))}`;
    return `${lines.length > 1 ? `${name} ` : ''}${range}`;
  });
  if (told.length === 0) return `${title}: no figures yet`;
  return `${title} since ${clock.format(times[0])}: ${told.join(', ')}`;
}
