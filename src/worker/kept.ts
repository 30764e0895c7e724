export { stampOf } from "../adapters/store/index.js";

/** Something that was made from files, and the state of those files. */
export interface Kept<T> {
  readonly stamp: string;
  readonly value: Promise<T>;
}

/** What a cache holds by name (`Map`), or as long as what it is about is in use (`WeakMap`). */
interface Cache<K, T> {
  get(key: K): Kept<T> | undefined;
  set(key: K, kept: Kept<T>): unknown;
  delete(key: K): boolean;
}

/** What was made for this stamp, or else is made now. What failed is tried again the next time; the caller gets the fault. */
export async function keep<K, T>(cache: Cache<K, T>, key: K, stamp: string, make: () => Promise<T>): Promise<T> {
  const present = cache.get(key);
  if (present?.stamp === stamp) return present.value;
  const value = make();
  cache.set(key, { stamp, value });
  value.catch(() => {
    if (cache.get(key)?.value === value) cache.delete(key);
  });
  return value;
}

/** Makes something of an object once, as long as that object is in use. */
export function once<K extends object, T>(make: (of: K) => T): (of: K) => T {
  const made = new WeakMap<K, { readonly value: T }>();
  return (of) => {
    let present = made.get(of);
    if (present === undefined) {
      present = { value: make(of) };
      made.set(of, present);
    }
    return present.value;
  };
}
