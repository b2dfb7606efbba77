/** Beside the name of a program. */
export function BotMark() {
  return <span className="rounded-inline bg-hover px-1 text-meta font-medium text-ink-2">bot</span>;
}
