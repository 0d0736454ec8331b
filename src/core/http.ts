/** One request to a server and its answer. core/axiosHttp.ts sends it; retry and sign-in wrap it. */

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The request asks for a token. core/retry.ts may send it again like a GET, because it changes nothing. */
  readonly asksForToken?: boolean;
  /** Token scope this request needs, such as `repository:team/api:pull`; read by core/auth.ts. */
  readonly scope?: string;
  /** Bytes of the unpacked answer, at most; a longer one is refused as `malformed`. Default 8 MiB. */
  readonly maxBytes?: number;
  /** URL of the server that named this address, such as a token server. A public server must not name a private address. */
  readonly namedBy?: string;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; repeated fields joined with `, `. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  /** The URL that answered, after redirects. */
  readonly url: string;
}

/**
 * One exchange. Resolves with any status, except 401, 403 and 407 after a redirect to another origin. Rejects with a Failure when
 * there is no usable answer, with the signal's reason when aborted. Decorators (retry, auth) have this same type.
 */
export type Http = (request: HttpRequest, signal: AbortSignal) => Promise<HttpResponse>;

export const defaultMaxBytes = 8 * 1024 * 1024;
