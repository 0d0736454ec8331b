import { z } from 'zod/mini';
import { defined } from '../core/defined';
import type { Bookmark, Entry } from '../core/model';
import { isUsable } from '../core/usable';

/** Parses bookmarks in VS Code's state. */

const text = z.optional(z.string());
const image = z.object({ host: z.string(), path: z.string(), tag: text, digest: text });

const entry = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('group'), key: z.string(), label: z.string(), called: text, detail: text, icon: text }),
  z.object({ kind: z.literal('registry'), key: z.string(), label: z.string(), host: z.string(), detail: text }),
  z.object({ kind: z.literal('repository'), label: z.string(), image }),
  z.object({ kind: z.literal('tag'), label: z.string(), image }),
]);

const bookmark = z.object({ connection: z.string(), trail: z.array(entry) });

/** A bookmark that can be used; nothing for another. */
export function readBookmark(stored: unknown): Bookmark | undefined {
  const parsed = bookmark.safeParse(stored);
  if (!parsed.success) return undefined;
  const { connection } = parsed.data;
  const trail = parsed.data.trail.map((one): Entry =>
    'image' in one ? { ...one, image: defined(one.image) } : defined(one),
  );
  return trail.length > 0 && trail.every(isUsable) ? { connection, trail } : undefined;
}
