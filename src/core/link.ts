/** One target of a `Link` field: https://www.rfc-editor.org/rfc/rfc8288#section-3 */
const link = /<([^>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s";,]*))?)*)/g;
const relation = /;\s*rel\s*=\s*(?:"([^"]*)"|([^\s";,]+))/i;

/**
 * The next page's address in a `Link` field, byte for byte as the registry wrote it. Registries leave `rel` out when there
 * is one link only, so a link without it counts as the next.
 */
export function nextLink(field: string | undefined): string | undefined {
  for (const [, target, parameters = ''] of (field ?? '').matchAll(link)) {
    const rel = relation.exec(parameters);
    const relations = (rel?.[1] ?? rel?.[2] ?? 'next').toLowerCase().split(/\s+/);
    if (relations.includes('next') && target !== undefined && target !== '') return target;
  }
  return undefined;
}
