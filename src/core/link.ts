/** One target of a `Link` field: https://www.rfc-editor.org/rfc/rfc8288#section-3 */
const link = /<([^>]*)>((?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s";,]*))?)*)/g;
const parameter = /;\s*([^\s=;,]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s";,]*)))?/g;

/**
 * The next page's address in a `Link` field, byte for byte as the registry wrote it. Registries leave `rel` out when there
 * is one link only, so a link without it counts as the next.
 */
export function nextLink(field: string | undefined): string | undefined {
  for (const [, target, parameters = ''] of (field ?? '').matchAll(link)) {
    const rel = [...parameters.matchAll(parameter)].find(([, name]) => name?.toLowerCase() === 'rel');
    const relations = (rel?.[2] ?? rel?.[3] ?? 'next').toLowerCase().split(/\s+/);
    if (relations.includes('next') && target !== undefined && target !== '') return target;
  }
  return undefined;
}
