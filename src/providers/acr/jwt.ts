/**
 * The lifetime of a JSON Web Token in seconds, the difference of its two dates, so that it does not depend on this machine's clock.
 * Undefined for any other text. The signature is not checked: the server that made the token does that. https://www.rfc-editor.org/rfc/rfc7519#section-4.1
 */
export function lifetimeOf(token: string): number | undefined {
  const { iat, exp } = claimsOf(token);
  return typeof iat === 'number' && typeof exp === 'number' && exp > iat ? exp - iat : undefined;
}

/** The tenant id in a token of Entra. */
export function tenantOf(token: string): string | undefined {
  const { tid } = claimsOf(token);
  return typeof tid === 'string' ? tid : undefined;
}

function claimsOf(token: string): { readonly iat?: unknown; readonly exp?: unknown; readonly tid?: unknown } {
  const [, claims, signature] = token.split('.');
  if (claims === undefined || signature === undefined) return {};
  try {
    const value: unknown = JSON.parse(Buffer.from(claims, 'base64url').toString());
    return typeof value === 'object' && value !== null ? value : {};
  } catch {
    return {};
  }
}
