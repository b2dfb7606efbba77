import { Injectable } from '@nestjs/common';

/** Values that tell the counts of one name apart. Each takes few values, none of which a client chooses. */
export type Labels = Readonly<Record<string, string>>;

/** How often things happened since the process started, in memory. */
@Injectable()
export class Counters {
  private readonly counts = new Map<string, number>();

  add(name: string, labels: Labels = {}, by = 1): void {
    const key = keyOf(name, labels);
    this.counts.set(key, (this.counts.get(key) ?? 0) + by);
  }

  of(name: string, labels: Labels = {}): number {
    return this.counts.get(keyOf(name, labels)) ?? 0;
  }
}

/** As Prometheus writes it, so that it can be served as it is. */
function keyOf(name: string, labels: Labels): string {
  const pairs = Object.entries(labels).map(([label, value]) => `${label}=${JSON.stringify(value)}`);
  return pairs.length > 0 ? `${name}{${pairs.join(',')}}` : name;
}
