import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto';

/** What a token of Entra says of itself: https://learn.microsoft.com/en-us/entra/identity-platform/access-token-claims-reference */
export interface EntraClaims {
  /** What it is for. */
  readonly aud: string;
  /** The tenant it is of. */
  readonly tid: string;
  /** Who it is for. */
  readonly upn: string;
  /** Seconds since 1970. */
  readonly exp: number;
}

export interface EntraTokens {
  /** Whoever has it makes tokens, as the sandbox's stand-in for VS Code's accounts must. */
  readonly key: string;
  readonly sign: (claims: Omit<EntraClaims, 'exp'>, lifeSeconds?: number) => string;
  /** The claims of a token that is genuine and not yet over. */
  readonly read: (token: string) => EntraClaims | undefined;
}

const part = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');

export function createEntraTokens(): EntraTokens {
  const key = randomBytes(32).toString('hex');
  const mac = (text: string): Buffer => createHmac('sha256', key).update(text).digest();
  return {
    key,
    sign: (claims, lifeSeconds = 3600) => {
      const text = `${part({ typ: 'JWT', alg: 'HS256' })}.${part({ ...claims, exp: Math.floor(Date.now() / 1000) + lifeSeconds })}`;
      return `${text}.${mac(text).toString('base64url')}`;
    },
    read: (token) => {
      const [head = '', body = '', signature = ''] = token.split('.');
      const [expected, given] = [mac(`${head}.${body}`), Buffer.from(signature, 'base64url')];
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return undefined;
      const claims = JSON.parse(Buffer.from(body, 'base64url').toString()) as EntraClaims;
      return claims.exp * 1000 > Date.now() ? claims : undefined;
    },
  };
}
