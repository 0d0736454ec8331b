import { z } from 'zod/mini';
import { defined } from '../../core/defined';
import { isName } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import type { App } from '../app';
import { localRow } from './comparedPlace';
import type { ComparedPlace } from './comparedPlace';
import { ComparisonPage } from './comparisonPage';
import { ImagePage } from './imagePage';
import { LocalImagePage } from './localImagePage';
import type { PageSource } from './pageSource';

const text = z.string();
const registry = z.object({ id: text, provider: text, label: text, url: text });
const image = z.object({ host: text, path: text, tag: z.optional(text), digest: z.optional(text) });
const place = z.object({ kind: z.literal('image'), registry, image, platform: z.optional(text) });
const local = z.object({ kind: z.literal('local'), id: text });
const part = z.object({ platform: text, tag: z.optional(text) });
const compared = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('image'), registry, image, part: z.optional(part) }),
  local,
]);
const comparison = z.object({
  kind: z.literal('comparison'),
  before: compared,
  after: compared,
  platform: z.optional(text),
});
const remembered = z.discriminatedUnion('kind', [place, local, comparison]);

/** The page that a tab showed before a reload; undefined when there is nothing to show any more. */
export async function pageOf(app: App, state: unknown): Promise<PageSource | undefined> {
  const read = z.safeParse(remembered, state);
  if (!read.success) return undefined;
  const { data } = read;
  switch (data.kind) {
    case 'image': {
      const { registry: address, platform } = data;
      const named = nameOf(data.image);
      return named && new ImagePage(app, { registry: address, image: named, ...defined({ platform }) });
    }
    case 'comparison': {
      const [before, after] = [placeOf(data.before), placeOf(data.after)];
      if (before === undefined || after === undefined) return undefined;
      const known = { isOrdered: true, platform: data.platform };
      return new ComparisonPage(app, { before: { place: before }, after: { place: after } }, known);
    }
    case 'local': {
      const row = await localRow(app, data);
      return row && new LocalImagePage(app, row);
    }
  }
}

function placeOf(stored: z.infer<typeof compared>): ComparedPlace | undefined {
  if (stored.kind === 'local') return stored;
  const named = nameOf(stored.image);
  const own = stored.part && { platform: stored.part.platform, ...defined({ tag: stored.part.tag }) };
  return named && { kind: 'image', registry: stored.registry, image: named, ...defined({ part: own }) };
}

function nameOf({ host, path, tag, digest }: z.infer<typeof image>): ImageReference | undefined {
  const named = { host, path, ...defined({ tag, digest }) };
  return isName(named) ? named : undefined;
}
