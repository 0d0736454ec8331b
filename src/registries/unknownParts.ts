/**
 * `now`, and what of `stored` this version cannot read: a newer version may have stored it, and both may be used in turn. `read`: what was
 * read from `stored`. A part of another kind than before is replaced as a whole.
 */
export function withUnknown<T extends object>(stored: unknown, read: object, now: T): T {
  if (!isRecord(stored)) return now;
  const before = new Map<string, unknown>(Object.entries(read));
  const after = new Map<string, unknown>(Object.entries(now));
  if (before.get('kind') !== after.get('kind')) return now;
  const unknown = Object.entries(stored).filter(([name]) => !before.has(name));
  const parts = [...after].map(([name, part]) => {
    const was = before.get(name);
    return [name, isRecord(was) && isRecord(part) ? withUnknown(stored[name], was, part) : part] as const;
  });
  return { ...Object.fromEntries(unknown), ...now, ...Object.fromEntries(parts) };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
