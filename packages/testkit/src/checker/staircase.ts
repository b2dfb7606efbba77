/** The greatest value so far, at any time: points are added in any order and looked up afterwards. */
export class Staircase {
  private points: { time: number; value: number }[] = [];
  private isSorted = true;

  add(time: number, value: number): void {
    this.points.push({ time, value });
    this.isSorted = false;
  }

  /** The greatest value of a point not later than `time`; 0 before the first. */
  at(time: number): number {
    this.sort();
    let low = 0;
    let high = this.points.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.points[middle]?.time ?? 0) <= time) low = middle + 1;
      else high = middle;
    }
    return this.points[low - 1]?.value ?? 0;
  }

  private sort(): void {
    if (this.isSorted) return;
    this.isSorted = true;
    this.points.sort((a, b) => a.time - b.time);
    let greatest = 0;
    for (const point of this.points) {
      greatest = Math.max(greatest, point.value);
      point.value = greatest;
    }
  }
}
