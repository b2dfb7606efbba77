import { deferred } from './deferred.js';

/** As `given`, or rejects with an error of this text where that takes longer; what becomes of it then is not looked at. */
export function within<T>(ms: number, given: Promise<T>, text: string): Promise<T> {
  const { promise, resolve, reject } = deferred<T>();
  const timer = setTimeout(() => reject(new Error(text)), ms);
  given.then(resolve, reject);
  return promise.finally(() => clearTimeout(timer));
}
