import type { z } from 'zod/mini';
import { check } from './schemas';

/** The readable part of a document of others. */
export interface Tolerated<T> {
  readonly value: T;
  /** Paths of fields with the wrong type, such as `config.Entrypoint`. They are left out of `value`. */
  readonly faults: readonly string[];
}

/** Readings, at most. A nested wrong field may need several until it is left out. */
const mostReadings = 12;
/** Paths in `faults`, at most. */
const mostFaults = 20;
/** With more wrong fields, the document is not read at all. */
const mostWrong = 1000;

/**
 * Reads a JSON value by a schema and leaves out the fields that do not fit; undefined when nothing fits. Changes `value`.
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

/** Removes a field. If it is already gone but required, its container is removed too. A list item is first replaced by undefined. */
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
