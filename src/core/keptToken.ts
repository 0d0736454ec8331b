import { shared } from './shared';

export interface Token {
  readonly value: string;
  /** Milliseconds of our own clock: the server's may be wrong. */
  readonly expiresAt: number;
}

/**
 * A token that is kept until it expires. Those who need a new one at the same time share one request, which is aborted once none of
 * them waits any more.
 */
export class KeptToken<T extends Token | undefined = Token> {
  private token: NonNullable<T> | undefined;
  private readonly renew: (signal: AbortSignal) => Promise<T>;

  /** `request` asks for a new one, where there is one to be had. */
  constructor(request: (signal: AbortSignal) => Promise<T>) {
    this.renew = shared(async (signal) => {
      const token = await request(signal);
      this.token = token ?? undefined;
      return token;
    });
  }

  /** The kept token, or a new one. Rejects as the request does, and with the signal's reason when aborted. */
  async current(signal: AbortSignal): Promise<{ readonly token: T; readonly isKept: boolean }> {
    signal.throwIfAborted();
    const { token } = this;
    if (token !== undefined && Date.now() < token.expiresAt) return { token, isKept: true };
    return { token: await this.renew(signal), isKept: false };
  }

  /** Drops the token that a server no longer takes, unless another has taken its place. */
  forget(value: string): void {
    if (this.token?.value === value) this.token = undefined;
  }
}
