import { t } from '@vscode/l10n';
import { defined } from '../../core/defined';
import { Failure, withDetail } from '../../core/failure';
import type { Log } from '../../core/log';
import type { Page } from '../../core/model';
import { accountNotTold } from '../provider';
import { organizationsAnswer, packagesAnswer } from './githubAnswers';
import { covers, printScopes } from './githubApi';
import type { GitHubApi } from './githubApi';

/** The owners of packages, and where the API lists their packages. */
export class Owners {
  /** By lower-cased login. */
  private readonly paths = new Map<string, string>();
  private self: string | undefined;

  /** `added`: those that the user named. `typed`: the user name that was typed with the token; empty where none was. */
  constructor(
    private readonly api: GitHubApi,
    private readonly added: () => readonly string[],
    private readonly typed: (signal: AbortSignal) => Promise<string>,
    private readonly log: Log,
  ) {}

  /**
   * The user, the organizations that the token can list, and those added by hand. If the organizations cannot be listed, the others
   * are still shown, and the next page has the failure.
   */
  async page(cursor: string | undefined, signal: AbortSignal): Promise<Page<string>> {
    if (cursor !== undefined) {
      const { items, next } = await this.organizations(cursor, signal);
      const shown = new Set([await this.login(signal), ...this.added()].map((name) => name.toLowerCase()));
      return { items: items.filter((name) => !shown.has(name.toLowerCase())), ...defined({ next }) };
    }
    const organizations = this.organizations('1', signal).catch((): Page<string> => ({ items: [], next: '1' }));
    const [login, { items, next }] = await Promise.all([this.signedIn(signal), organizations]);
    signal.throwIfAborted();
    const all = [login, ...items, ...this.added()];
    const unique = [...new Map(all.map((name) => [name.toLowerCase(), name])).values()];
    return { items: unique, ...defined({ next }) };
  }

  /** Where an owner's packages are listed. One that was added by hand is an organization or a user. */
  async path(owner: string, signal: AbortSignal): Promise<string> {
    const key = owner.toLowerCase();
    // GitHub says who owns the token. ghcr.io accepts any user name with it, so the typed name proves nothing.
    if (!this.paths.has(key)) await this.login(signal);
    const known = this.paths.get(key);
    if (known !== undefined) return known;
    const [organization, user] = [`/orgs/${owner}/packages`, `/users/${owner}/packages`];
    const path = await this.api.page(packagesAnswer, `${organization}?package_type=container`, undefined, signal).then(
      () => organization,
      (error: unknown) => {
        if (error instanceof Failure && error.kind === 'notFound') return user;
        throw error;
      },
    );
    this.paths.set(key, path);
    return path;
  }

  /** What an owner is, as far as that was told. */
  kindOf(login: string): 'user' | 'organization' | undefined {
    const path = this.paths.get(login.toLowerCase());
    return path === undefined ? undefined : path.startsWith('/orgs/') ? 'organization' : 'user';
  }

  /** Who owns the token. */
  async login(signal: AbortSignal): Promise<string> {
    return this.self ?? this.signedIn(signal);
  }

  private async signedIn(signal: AbortSignal): Promise<string> {
    const typed = await this.typed(signal);
    const { login, scopes } = await this.api.user(signal).catch((error: unknown) => {
      if (!isNotTold(error)) throw error;
      if (typed === '') throw withDetail(error, { code: accountNotTold });
      // Whether it is a user or an organization is found out with its packages.
      return { login: undefined, scopes: undefined };
    });
    if (login === undefined) {
      this.self = typed;
      return typed;
    }
    if (scopes !== undefined && !covers(scopes, 'read:packages')) {
      const explanation = t(
        'the token has the scopes {0}, but needs read:packages to browse and pull, write:packages to push, delete:packages to delete',
        printScopes(scopes),
      );
      throw new Failure('forbidden', '', { subject: this.api.host, explanation });
    }
    this.self = login;
    this.paths.set(login.toLowerCase(), '/user/packages');
    return login;
  }

  /** A token without read:org gets an empty list; everything else is still shown. */
  private async organizations(cursor: string, signal: AbortSignal): Promise<Page<string>> {
    try {
      const { answer, next } = await this.api.page(organizationsAnswer, '/user/orgs', cursor, signal);
      for (const { login } of answer) this.paths.set(login.toLowerCase(), `/orgs/${login}/packages`);
      return { items: answer.map(({ login }) => login), ...next };
    } catch (error) {
      signal.throwIfAborted();
      if (!(error instanceof Failure) || !['forbidden', 'notFound'].includes(error.kind)) throw error;
      this.log.warn(`GitHub does not list the organizations of the account: ${error.message}`);
      return { items: [] };
    }
  }
}

/**
 * Tokens of apps, such as those of GitHub Actions, may not ask who they are; other reasons to refuse it GitHub explains.
 * https://docs.github.com/en/rest/users/users#get-the-authenticated-user
 */
function isNotTold(error: unknown): error is Failure {
  return error instanceof Failure && error.kind === 'forbidden' && error.detail.explanation === undefined;
}
