import { randomUUID } from 'node:crypto';
import type { Reply } from '../faults';
import { jsonReply, type ServedRequest } from '../serve';
import type { EntraTokens } from './entraTokens';

export interface Application {
  readonly tenantId: string;
  readonly clientId: string;
  readonly secret: string;
}

/** What Entra answers to an application that signs in with its secret. Nothing for other paths. */
export function entraAnswer(
  applications: readonly Application[],
  tokens: EntraTokens,
  { method, url, body }: ServedRequest,
): Reply | undefined {
  const origin = url.origin;
  const [, tenant = '', rest = ''] =
    /^\/([^/]+)\/(v2\.0\/\.well-known\/openid-configuration|oauth2\/v2\.0\/token)$/.exec(url.pathname) ?? [];
  if (rest.startsWith('v2.0') && method === 'GET')
    return jsonReply(200, {
      token_endpoint: `${origin}/${tenant}/oauth2/v2.0/token`,
      authorization_endpoint: `${origin}/${tenant}/oauth2/v2.0/authorize`,
      issuer: `${origin}/${tenant}/v2.0`,
      jwks_uri: `${origin}/${tenant}/discovery/v2.0/keys`,
      response_types_supported: ['code'],
      subject_types_supported: ['pairwise'],
      id_token_signing_alg_values_supported: ['RS256'],
    });
  if (rest !== 'oauth2/v2.0/token' || method !== 'POST') return undefined;
  const form = new URLSearchParams(body.toString());
  const scope = /^(\S+)\/\.default\b/.exec(form.get('scope') ?? '')?.[1];
  if (form.get('grant_type') !== 'client_credentials' || scope === undefined)
    return refused(
      400,
      'invalid_request',
      'AADSTS900144: The request body must contain the following parameters: grant_type, scope.',
    );
  const application = applications.find(({ clientId }) => clientId === form.get('client_id'));
  if (application?.tenantId !== tenant)
    return refused(
      400,
      'unauthorized_client',
      `AADSTS700016: Application with identifier '${form.get('client_id') ?? ''}' was not found in the directory '${tenant}'.`,
    );
  if (form.get('client_secret') !== application.secret)
    return refused(
      401,
      'invalid_client',
      `AADSTS7000215: Invalid client secret provided. Ensure the secret being sent in the request is the client secret value, not the client secret ID, for a secret added to app '${application.clientId}'.`,
    );
  const access_token = tokens.sign({ aud: scope, tid: tenant, upn: application.clientId });
  return jsonReply(200, { token_type: 'Bearer', expires_in: 3599, ext_expires_in: 3599, access_token });
}

/** https://learn.microsoft.com/en-us/entra/identity-platform/reference-error-codes#handling-error-codes-in-your-application */
function refused(status: number, error: string, words: string): Reply {
  const [trace_id, correlation_id] = [randomUUID(), randomUUID()];
  const timestamp = new Date().toISOString().replace('T', ' ').replace(/\.\d+/, '');
  return jsonReply(status, {
    error,
    error_description: `${words} Trace ID: ${trace_id} Correlation ID: ${correlation_id} Timestamp: ${timestamp}`,
    error_codes: [Number(/^AADSTS(\d+)/.exec(words)?.[1])],
    timestamp,
    trace_id,
    correlation_id,
  });
}
