/** What is computed for the same keys again and again. Of more keys than `most` it forgets all. */
export class Memo<Key, Value> {
  private readonly known = new Map<Key, Value>();

  constructor(
    private readonly most: number,
    private readonly compute: (key: Key) => Value,
  ) {}

  get(key: Key): Value {
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const value = this.compute(key);
    if (this.known.size >= this.most) this.known.clear();
    this.known.set(key, value);
    return value;
  }
}
