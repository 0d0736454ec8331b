import { t } from '@vscode/l10n';
import { defined } from '../../core/defined';
import { Failure, withDetail } from '../../core/failure';
import type { Log } from '../../core/log';
import type { Page } from '../../core/model';
import { accountUnknown } from '../provider';
import { organizationsAnswer, packagesAnswer } from './githubAnswers';
import { hasScope, printScopes } from './githubApi';
import type { GitHubApi } from './githubApi';

/** Lists the owners of packages, and knows under which path the API lists their packages. */
export class PackageOwners {
  /** The paths of packages, by login in lower case. */
  private readonly paths = new Map<string, string>();
  private ownLogin: string | undefined;

  /**
   * `added`: those that the user named. `readTypedName`: the user name that was typed with the token; empty where none was.
   * `readSignInName`: that, or the name of the account of VS Code.
   */
  constructor(
    private readonly api: GitHubApi,
    private readonly added: () => readonly string[],
    private readonly readTypedName: (signal: AbortSignal) => Promise<string>,
    private readonly readSignInName: (signal: AbortSignal) => Promise<string>,
    private readonly log: Log,
  ) {}

  /**
   * A page of owners: the user, the organizations that the token can list, and the owners that were added. If the organizations cannot
   * be listed, the others are still shown, and the next page has the failure.
   */
  async page(cursor: string | undefined, signal: AbortSignal): Promise<Page<string>> {
    if (cursor !== undefined) {
      const { items, next } = await this.organizations(cursor, signal);
      const shown = new Set([await this.login(signal), ...this.added()].map((name) => name.toLowerCase()));
      return { items: items.filter((name) => !shown.has(name.toLowerCase())), ...defined({ next }) };
    }
    const organizations = this.organizations('1', signal).catch((): Page<string> => ({ items: [], next: '1' }));
    const [login, { items, next }] = await Promise.all([this.readLogin(signal), organizations]);
    signal.throwIfAborted();
    const all = [login, ...items, ...this.added()];
    const unique = [...new Map(all.map((name) => [name.toLowerCase(), name])).values()];
    return { items: unique, ...defined({ next }) };
  }

  /**
   * The path under which an owner's packages are listed. For an owner that was not listed, it is first tried whether it is an
   * organization; unless it has the name that the user signs in with, and so most likely is the owner of the token.
   */
  async path(owner: string, signal: AbortSignal): Promise<string> {
    const key = owner.toLowerCase();
    if (this.paths.has(key) || key === (await this.readSignInName(signal)).toLowerCase()) {
      // GitHub says who owns the token. ghcr.io accepts any user name with it, so the typed name proves nothing.
      if (!this.paths.has(key)) await this.login(signal);
      const known = this.paths.get(key);
      if (known !== undefined) return known;
    }
    const [organization, user] = [`/orgs/${owner}/packages`, `/users/${owner}/packages`];
    const isOrganization = await this.api
      .page(packagesAnswer, `${organization}?package_type=container`, undefined, signal)
      .then(
        () => true,
        (error: unknown) => {
          if (error instanceof Failure && error.kind === 'notFound') return false;
          throw error;
        },
      );
    if (!isOrganization) await this.login(signal);
    const path = isOrganization ? organization : (this.paths.get(key) ?? user);
    this.paths.set(key, path);
    return path;
  }

  /** The kind of an owner; undefined if it is not known yet. */
  kindOf(login: string): 'user' | 'organization' | undefined {
    const path = this.paths.get(login.toLowerCase());
    return path === undefined ? undefined : path.startsWith('/orgs/') ? 'organization' : 'user';
  }

  /** The login of the token's owner. */
  async login(signal: AbortSignal): Promise<string> {
    return this.ownLogin ?? this.readLogin(signal);
  }

  private async readLogin(signal: AbortSignal): Promise<string> {
    const typed = await this.readTypedName(signal);
    const { login, scopes } = await this.api.user(signal).catch((error: unknown) => {
      if (!isLoginUnknown(error)) throw error;
      if (typed === '') throw withDetail(error, { code: accountUnknown });
      // Whether the typed name is a user or an organization is found out when its packages are listed.
      return { login: undefined, scopes: undefined };
    });
    if (login === undefined) {
      this.ownLogin = typed;
      return typed;
    }
    if (scopes !== undefined && !hasScope(scopes, 'read:packages')) {
      const explanation = t(
        'the token has the scopes {0}, but needs read:packages to browse and pull, write:packages to push, delete:packages to delete',
        printScopes(scopes),
      );
      throw new Failure('forbidden', '', { subject: this.api.host, explanation });
    }
    this.ownLogin = login;
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
 * Whether GitHub refuses to say whose token it is. That is so for tokens of apps, such as those of GitHub Actions; refusals for other
 * reasons have an explanation.
 * https://docs.github.com/en/rest/users/users#get-the-authenticated-user
 */
function isLoginUnknown(error: unknown): error is Failure {
  return error instanceof Failure && error.kind === 'forbidden' && error.detail.explanation === undefined;
}
