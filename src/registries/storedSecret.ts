import { t } from '@vscode/l10n';
import { z } from 'zod/mini';
import { Failure } from '../core/failure';
import type { Credential } from '../core/model';

const stored = z.union([
  z.object({ kind: z.literal('basic'), username: z.string(), secret: z.string() }),
  z.object({ kind: z.literal('identityToken'), token: z.string() }),
]);

/** Parses a stored secret. Another version or another program may have written it. */
export function readSecret(text: string): Credential {
  try {
    const parsed = stored.safeParse(JSON.parse(text));
    if (parsed.success) return parsed.data;
  } catch {
    // The error is thrown below: the message of JSON.parse would contain a part of the secret.
  }
  const explanation = t('the credential stored for this connection cannot be read; type it again');
  throw new Failure('unauthorized', '', { subject: t('the credential store'), speaker: 'program', explanation });
}
