/** One request to a server and its answer, whoever sends it: core/axiosHttp.ts does; retry and sign-in go around that. */

export interface HttpRequest {
  readonly method: 'GET' | 'HEAD' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Asks for a token, which changes nothing however often it is asked: sent again like a GET, by core/retry.ts. */
  readonly asksForToken?: boolean;
  /** Token scope this request needs, such as `repository:team/api:pull`; read by core/auth.ts. */
  readonly scope?: string;
  /** A longer answer, unpacked, is refused as malformed. Default 8 MiB. */
  readonly maxBytes?: number;
  /** URL of the server that named this address, as a registry names its token server: one of the internet names no private address. */
  readonly namedBy?: string;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case; repeated fields joined with `, `. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Uint8Array;
  /** The URL that answered: the one asked for, or where it redirected to. */
  readonly url: string;
}

/**
 * One exchange; any status resolves, but a sign-in that is asked for after a redirect to another origin. Rejects with a Failure
 * when there is no usable answer, with the signal's reason when aborted. Decorators (retry, auth) have this same type.
 */
export type Http = (request: HttpRequest, signal: AbortSignal) => Promise<HttpResponse>;

export const defaultMaxBytes = 8 * 1024 * 1024;
