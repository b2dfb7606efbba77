import { clockTime, fullTime } from '../../../ui/dates.js';

/** The time of day, with the whole date as its title. */
export function MessageTime({ iso, className }: { iso: string; className?: string }) {
  const at = new Date(iso);
  return (
    <time dateTime={iso} title={fullTime(at)} className={className}>
      {clockTime(at)}
    </time>
  );
}
