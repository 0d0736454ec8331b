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

/** What a token is for: registries, or the Resource Manager. */
type Audience = 'registry' | 'resourceManager';

/** A token of the signed-in account; rejects when there is none. It is asked at each exchange and never kept. */
export type ReadEntraToken = (audience: Audience, signal: AbortSignal) => Promise<EntraToken>;

/** Where the service does not tell how long it lives: three hours, as it documents, less a margin. */
const usualSeconds = 3 * 3600;
const marginSeconds = 60;

/**
 * Signs in to one registry with an Entra account: its token is exchanged for a refresh token of the registry, which is kept until
 * it ends. https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md
 */
export class EntraSession {
  private readonly kept = new KeptToken((signal) => this.requestToken(signal));

  private readonly server: Http;

  constructor(
    http: Http,
    private readonly url: string,
    private readonly readToken: ReadEntraToken,
    /** The registry lets in private endpoints only. */
    private readonly isPrivate: () => boolean,
  ) {
    this.server = withRetry(http);
  }

  readonly credential: ReadCredential = async (signal) => ({
    kind: 'identityToken',
    token: (await this.kept.current(signal)).token.value,
  });

  /** Sends as that hop does; a refresh token that ended before its time is replaced by a new one, once. */
  readonly renewing =
    (hop: Http): Http =>
    async (request, signal) => {
      const response = await hop(request, signal);
      const refused = isTokenRequest(request) && (response.status === 401 || response.status === 400);
      const token = refused ? refreshTokenIn(request) : undefined;
      if (token === undefined) return response;
      this.kept.forget(token);
      const renewed = await this.kept.current(signal);
      return hop(withRefreshToken(request, renewed.token.value), signal);
    };

  private async requestToken(signal: AbortSignal): Promise<Token> {
    // Tokens of an account open more than this registry.
    if (!this.url.startsWith('https:')) {
      const explanation = t('tokens of an account are not sent over plain http; use https, or sign in another way');
      throw new Failure('untrusted', '', { subject: new URL(this.url).host, explanation });
    }
    let first: Failure;
    try {
      return await this.exchangedFor('registry', signal);
    } catch (error) {
      // Entra has no such token for some accounts, and some registries take the other only.
      if (!(error instanceof Failure) || !isRefusal(error)) throw error;
      first = error;
    }
    try {
      return await this.exchangedFor('resourceManager', signal);
    } catch (error) {
      // What the registry says counts for more than that Entra has no token.
      const isOfEntra = error instanceof Failure && isRefusal(error) && error.detail.speaker === 'program';
      throw isOfEntra && first.detail.speaker !== 'program' ? first : error;
    }
  }

  private async exchangedFor(audience: Audience, signal: AbortSignal): Promise<Token> {
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
    // Which role is missing depends on what it was for, which is known further up.
    const terms = { rights: 'unknown', isPrivate: this.isPrivate() } as const;
    if (response.status !== 200) throw explain(failureOf(response), terms, 'catalog');
    const refresh = decodeJson(refreshTokenAnswer, response).refresh_token;
    const seconds = (lifetimeOf(refresh) ?? usualSeconds) - marginSeconds;
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
