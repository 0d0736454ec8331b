import type { z } from 'zod/mini';
import { check } from './schemas';

/** What could be read of a document that a stranger made. */
export interface Tolerated<T> {
  readonly value: T;
  /** Paths of the fields that are of another type than they should be, such as `config.Entrypoint`: they are left out of `value`. */
  readonly faults: readonly string[];
}

/** Fields that lie inside each other, at most; each may take two readings until it is left out. */
const mostReadings = 12;
/** More are not named. */
const mostFaults = 20;
/** What has more wrong fields than any image by mistake is not worth the time. */
const mostWrong = 1000;

/**
 * Reads a JSON value by a schema, without the fields that do not fit it; nothing where no part of it fits. Changes `value`.
 *
 * Images are built by many programs, and one field of the wrong type must not hide all others.
 */
export function tolerate<T extends z.core.$ZodType>(schema: T, value: unknown): Tolerated<z.output<T>> | undefined {
  const faults = new Set<string>();
  for (let readings = 0; readings < mostReadings; readings++) {
    const parsed = check(schema, value);
    if (parsed.success) return { value: parsed.data, faults: [...faults] };
    const issues = parsed.error?.issues ?? [];
    if (issues.length === 0 || issues.length > mostWrong || issues.some(({ path }) => path.length === 0))
      return undefined;
    const holes = new Map<unknown[], Set<unknown>>();
    for (const { path } of issues) {
      if (faults.size < mostFaults) faults.add(path.join('.'));
      leaveOut(value, path, holes);
    }
    for (const [list, indexes] of holes) {
      const kept = list.filter((_item, index) => !indexes.has(index));
      list.length = 0;
      for (const item of kept) list.push(item);
    }
  }
  return undefined;
}

/** What was left out before and is missed takes what is around it along. An item keeps its place in a list where it may be absent. */
function leaveOut(root: unknown, path: readonly PropertyKey[], holes: Map<unknown[], Set<unknown>>): void {
  const key = path.at(-1);
  if (key === undefined) return;
  const container = path.slice(0, -1).reduce(valueAt, root);
  if (!isContainer(container)) leaveOut(root, path.slice(0, -1), holes);
  else if (container[key] !== undefined) {
    if (Array.isArray(container)) container[key] = undefined;
    else Reflect.deleteProperty(container, key);
  } else if (Array.isArray(container)) {
    const list: unknown[] = container;
    holes.set(list, (holes.get(list) ?? new Set()).add(key));
  } else leaveOut(root, path.slice(0, -1), holes);
}

function valueAt(container: unknown, key: PropertyKey): unknown {
  return isContainer(container) ? container[key] : undefined;
}

function isContainer(value: unknown): value is Record<PropertyKey, unknown> {
  return typeof value === 'object' && value !== null;
}
