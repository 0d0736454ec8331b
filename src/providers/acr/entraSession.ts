import { t } from '@vscode/l10n';
import type { ReadCredential } from '../../core/auth';
import { Failure } from '../../core/failure';
import { failureOf } from '../../core/refusal';
import type { Http, HttpRequest } from '../../core/http';
import { KeptToken } from '../../core/keptToken';
import type { Token } from '../../core/keptToken';
import { withRetry } from '../../core/retry';
import { decodeJson } from '../../core/schemas';
import { refreshTokenAnswer } from './acrAnswers';
import { explain } from './acrExplanations';
import { lifetimeOf } from './jwt';
import { isTokenRequest } from './loginServer';

interface EntraToken {
  readonly token: string;
  readonly tenantId: string;
}

/** The services that a token is for. */
type Audience = 'registry' | 'resourceManager';

/** Reads a token of the signed-in account. Rejects with a Failure if there is none. It is read at each exchange and not kept. */
export type ReadEntraToken = (audience: Audience, signal: AbortSignal) => Promise<EntraToken>;

/** The documented lifetime of a refresh token, three hours, for tokens without dates. */
const defaultSeconds = 3 * 3600;
/** A token is renewed this long before it expires. */
const marginSeconds = 60;

/**
 * Signs in to one registry with an Entra account. The account's token is exchanged for a refresh token of the registry, which is kept
 * until it expires. https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md
 */
export class EntraSession {
  private readonly refreshTokens = new KeptToken((signal) => this.requestToken(signal));

  private readonly server: Http;

  constructor(
    http: Http,
    private readonly url: string,
    private readonly readToken: ReadEntraToken,
    /** Whether only private endpoints can reach the registry. */
    private readonly isPrivate: () => boolean,
  ) {
    this.server = withRetry(http);
  }

  readonly credential: ReadCredential = async (signal) => ({
    kind: 'identityToken',
    token: (await this.refreshTokens.current(signal)).token.value,
  });

  /** Wraps a hop: if the registry refuses a refresh token that has not expired, the request is sent once more with a new one. */
  readonly withRenewal =
    (hop: Http): Http =>
    async (request, signal) => {
      const response = await hop(request, signal);
      const isRefused = isTokenRequest(request) && (response.status === 401 || response.status === 400);
      const token = isRefused ? refreshTokenIn(request) : undefined;
      if (token === undefined) return response;
      this.refreshTokens.forget(token);
      const renewed = await this.refreshTokens.current(signal);
      return hop(withRefreshToken(request, renewed.token.value), signal);
    };

  private async requestToken(signal: AbortSignal): Promise<Token> {
    // A token of an account gives access to more than this registry.
    if (!this.url.startsWith('https:')) {
      const explanation = t('tokens of an account are not sent over plain http; use https, or sign in another way');
      throw new Failure('untrusted', '', { subject: new URL(this.url).host, explanation });
    }
    let firstRefusal: Failure;
    try {
      return await this.exchangeToken('registry', signal);
    } catch (error) {
      // For some accounts Entra has no such token, and some registries accept only the other one.
      if (!(error instanceof Failure) || !isRefusal(error)) throw error;
      firstRefusal = error;
    }
    try {
      return await this.exchangeToken('resourceManager', signal);
    } catch (error) {
      // A refusal of the registry is more useful than that Entra has no token.
      const isOfEntra = error instanceof Failure && isRefusal(error) && error.detail.speaker === 'program';
      throw isOfEntra && firstRefusal.detail.speaker !== 'program' ? firstRefusal : error;
    }
  }

  private async exchangeToken(audience: Audience, signal: AbortSignal): Promise<Token> {
    const { token, tenantId } = await this.readToken(audience, signal);
    const request: HttpRequest = {
      method: 'POST',
      asksForToken: true,
      url: `${this.url}/oauth2/exchange`,
      headers: { 'Content-Type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({
        grant_type: 'access_token',
        service: new URL(this.url).host,
        tenant: tenantId,
        access_token: token,
      }).toString(),
    };
    const response = await this.server(request, signal);
    // The missing role depends on what is being read, so AcrProvider explains it.
    const terms = { rights: 'unknown', isPrivate: this.isPrivate() } as const;
    if (response.status !== 200) throw explain(failureOf(response), terms, 'catalog');
    const refresh = decodeJson(refreshTokenAnswer, response).refresh_token;
    const seconds = (lifetimeOf(refresh) ?? defaultSeconds) - marginSeconds;
    return { value: refresh, expiresAt: Date.now() + seconds * 1000 };
  }
}

/** Whether Entra or the registry refused the token. A network rule of the registry is not a refusal of the token. */
function isRefusal({ kind, detail: { status } }: Failure): boolean {
  return kind === 'unauthorized' || status === 400;
}

function refreshTokenIn({ body }: HttpRequest): string | undefined {
  return new URLSearchParams(body ?? '').get('refresh_token') ?? undefined;
}

function withRefreshToken(request: HttpRequest, token: string): HttpRequest {
  const form = new URLSearchParams(request.body ?? '');
  form.set('refresh_token', token);
  return { ...request, body: form.toString() };
}
