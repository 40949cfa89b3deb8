/**
 * Remembers what was read for some time, by key. Failures are not remembered: what could not be read once may be there
 * the next time. Who asks at the same time shares one reading.
 */
export class Cache<T> {
  private readonly entries = new Map<string, { readonly value: Promise<T>; readonly expires: number }>();

  constructor(
    private readonly now: () => number,
    private readonly lifetimeMilliseconds: number,
  ) {}

  public get(key: string, read: () => Promise<T>): Promise<T> {
    const known = this.entries.get(key);
    if (known && known.expires > this.now()) return known.value;
    const value = read();
    const entry = { value, expires: this.now() + this.lifetimeMilliseconds };
    this.entries.set(key, entry);
    value.catch(() => {
      if (this.entries.get(key) === entry) this.entries.delete(key);
    });
    return value;
  }
}
