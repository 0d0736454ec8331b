/**
 * Promise.withResolvers, which the oldest VS Code we run in lacks. Nobody needs to wait for the promise: a rejection that nobody waits for is no
 * error.
 */
export function withResolvers<T>() {
  let resolve: (value: T) => void = () => undefined;
  let reject: (error: unknown) => void = () => undefined;
  const promise = new Promise<T>((settle, fail) => {
    resolve = settle;
    reject = fail;
  });
  promise.catch(() => undefined);
  return { promise, resolve, reject };
}
