import { randomUUID } from 'node:crypto';
import { onTestFinished } from 'vitest';
import { createFaults } from '../faults';
import { jsonReply, serve } from '../serve';
import type { EntraTokens } from './entraTokens';

export interface ManagedIdentity {
  /** What the variables IDENTITY_ENDPOINT and IDENTITY_HEADER hold. */
  readonly url: string;
  readonly header: string;
  /** What tokens were asked for; without a client id, those of the machine's own identity. */
  readonly asked: readonly { readonly resource: string; readonly clientId: string }[];
}

/**
 * The identity of a machine, for the test that asks for it:
 * https://learn.microsoft.com/en-us/azure/app-service/overview-managed-identity#rest-endpoint-reference
 */
export async function managedIdentity(tokens: EntraTokens, tenantId: string): Promise<ManagedIdentity> {
  const header = randomUUID();
  const asked: { resource: string; clientId: string }[] = [];
  const listener = await serve(
    ({ method, url, headers }) => {
      const query = url.searchParams;
      const [resource = '', clientId = ''] = [query.get('resource'), query.get('client_id')].map((one) => one ?? '');
      if (headers['x-identity-header'] !== header) return jsonReply(401, { message: 'The header is missing.' });
      if (method !== 'GET' || query.get('api-version') !== '2019-08-01' || resource === '')
        return jsonReply(400, { statusCode: 400, message: 'Unsupported request.' });
      asked.push({ resource, clientId });
      const of = clientId === '' ? 'machine' : clientId;
      return jsonReply(200, {
        access_token: tokens.sign({ aud: resource, tid: tenantId, upn: of }),
        expires_on: String(Math.floor(Date.now() / 1000) + 3600),
        resource,
        token_type: 'Bearer',
        client_id: of,
      });
    },
    createFaults(),
    { port: 0 },
  );
  onTestFinished(() => listener.stop());
  return { url: `${listener.url}/msi/token`, header, asked };
}
