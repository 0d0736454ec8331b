/** What others look for on any object: promises, and those who compare or print. */
const asked: readonly string[] = ['then', 'toJSON', 'asymmetricMatch', '$$typeof', 'nodeType'];

/**
 * Stands for a `T` of which a test needs these parts alone. Whoever touches another part throws, with its name: `not expected here:
 * app.tree.show`. Not for what has optional members, whose absence means something.
 */
export function stub<T extends object>(name: string, parts: Partial<T>): T {
  // The one place where a test claims that a part is the whole: what is missing answers for itself.
  return new Proxy(parts as T, {
    get: (target, key) => {
      if (typeof key === 'symbol' || key in target || asked.includes(key)) return Reflect.get(target, key);
      throw notExpected(`${name}.${key}`);
    },
  });
}

export function notExpected(what: string): Error {
  return new Error(`not expected here: ${what}`);
}
