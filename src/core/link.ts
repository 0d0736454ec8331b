/** The parameters of one target in a `Link` field: https://www.rfc-editor.org/rfc/rfc8288#section-3 */
const targetParameters = /(?:\s*;\s*[^\s=;,]+(?:\s*=\s*(?:"(?:[^"\\]|\\.)*"|[^\s";,]*))?)*/y;
const parameter = /;\s*([^\s=;,]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s";,]*)))?/g;

/**
 * The next page's address in a `Link` field, byte for byte as the registry wrote it. Registries leave `rel` out when there
 * is one link only, so a link without it counts as the next.
 */
export function nextLink(field = ''): string | undefined {
  // Not one regular expression: with many unclosed targets it would need quadratic time.
  for (let start = field.indexOf('<'); start !== -1; start = field.indexOf('<', targetParameters.lastIndex)) {
    const end = field.indexOf('>', start);
    if (end === -1) return undefined;
    targetParameters.lastIndex = end + 1;
    const parameters = targetParameters.exec(field)?.[0] ?? '';
    const rel = [...parameters.matchAll(parameter)].find(([, name]) => name?.toLowerCase() === 'rel');
    const relations = (rel?.[2] ?? rel?.[3] ?? 'next').toLowerCase().split(/\s+/);
    if (relations.includes('next') && end > start + 1) return field.slice(start + 1, end);
  }
  return undefined;
}
