import { afterEach, describe, expect, it, vi } from 'vitest';
import { Uri } from 'vscode';
import { tokenReaderOfAccount } from '../../../src/ui/azure/microsoftAccount';
import { accountOf, signIn, signInToTenant } from '../../../src/ui/connections/accounts';
import { report } from '../../../src/ui/report';
import type { Working } from '../../../src/ui/working';
import { failing } from '../failing';

/** What is set, by whom, and what VS Code's accounts answer. */
const vsCode = vi.hoisted(() => ({
  settings: new Map<string, { user?: unknown; workspace?: unknown }>(),
  session: undefined as object | undefined,
  /** What VS Code throws. */
  throws: undefined as Error | undefined,
  asked: [] as object[],
}));
vi.mock('vscode', () => {
  class Uri {
    constructor(private readonly text: string) {}
    static parse(text: string) {
      return new Uri(text);
    }
    toString() {
      return this.text;
    }
  }
  const effective = (name: string) => vsCode.settings.get(name)?.workspace ?? vsCode.settings.get(name)?.user;
  return {
    Uri,
    ConfigurationTarget: { Global: 1 },
    workspace: {
      getConfiguration: (section?: string) => ({
        get: (name: string) => effective(section === undefined ? name : `${section}.${name}`),
        inspect: (name: string) => ({
          globalValue: vsCode.settings.get(name)?.user,
          workspaceValue: vsCode.settings.get(name)?.workspace,
        }),
      }),
    },
    authentication: {
      getAccounts: () =>
        vsCode.throws === undefined ? Promise.resolve([{ id: '1', label: 'mona' }]) : Promise.reject(vsCode.throws),
      getSession: (_id: string, _scopes: readonly string[], options: object) => {
        vsCode.asked.push(options);
        return vsCode.throws === undefined ? Promise.resolve(vsCode.session) : Promise.reject(vsCode.throws);
      },
    },
  };
});
afterEach(() => {
  vsCode.settings.clear();
  vsCode.session = undefined;
  vsCode.throws = undefined;
  vsCode.asked.length = 0;
});

/** Shows each title, and is cancelled or not. */
function progress(isCancelled = false): { readonly working: Working; readonly titles: readonly string[] } {
  const titles: string[] = [];
  const controller = new AbortController();
  return {
    titles,
    working: (title, task) => {
      titles.push(title);
      const running = task(() => undefined, controller.signal);
      if (isCancelled) controller.abort();
      return running;
    },
  };
}
const { working } = progress();

const own = 'https://github.example.com';
const evil = 'https://evil.example';
const session = { accessToken: 'the token of the user', account: { id: '1', label: 'mona' }, scopes: [] };
const connection = (url: string) => ({
  ...{ id: 'c', provider: 'ghcr', label: 'GitHub', url },
  signIn: { kind: 'account', authentication: 'github-enterprise', account: 'mona' } as const,
});
const tokenAt = async (url: string) => (await accountOf(connection(url))?.([], true))?.token;

describe('the token of an Enterprise account', () => {
  it.each([
    ['github-enterprise.uri', own, evil],
    ['github-enterprise.uris', [own], [evil]],
    ['github-enterprise.uris', [own], [own, evil]],
  ])('goes where the user’s %s leads, whatever a workspace says', async (name, user, workspace) => {
    vsCode.settings.set(name, { user, workspace });
    vsCode.session = session;
    expect(await tokenAt(own)).toBe('the token of the user');
    expect(await tokenAt(evil)).toBeUndefined();
    expect((await failing(signIn(working, 'github-enterprise', evil, []))).detail.explanation).toBe(
      `the accounts of VS Code are for ${own}; sign in with a personal access token, or name this server in your setting github-enterprise.uris (github-enterprise.uri in older versions)`,
    );
  });

  it.each(['github-enterprise.uri', 'github-enterprise.uris'])(
    'goes nowhere where a workspace alone sets %s',
    async (name) => {
      vsCode.settings.set(name, { workspace: name.endsWith('s') ? [evil] : evil });
      vsCode.session = session;
      expect(await tokenAt(evil)).toBeUndefined();
    },
  );

  it('goes by the list before the single address, also by an empty one', async () => {
    vsCode.session = session;
    vsCode.settings.set('github-enterprise.uri', { user: evil });
    vsCode.settings.set('github-enterprise.uris', { user: [own] });
    expect([await tokenAt(own), await tokenAt(evil)]).toEqual(['the token of the user', undefined]);
    vsCode.settings.set('github-enterprise.uris', { user: [] });
    expect([await tokenAt(own), await tokenAt(evil)]).toEqual([undefined, undefined]);
  });

  it('goes, of several servers, to the one that VS Code says it is for', async () => {
    vsCode.settings.set('github-enterprise.uris', { user: [evil, own] });
    vsCode.session = { ...session, authorizationServer: Uri.parse(`${own}/login/oauth`) };
    expect([await tokenAt(own), await tokenAt(evil)]).toEqual(['the token of the user', undefined]);
    vsCode.session = session;
    expect([await tokenAt(own), await tokenAt(evil)]).toEqual([undefined, undefined]);
    expect((await failing(signIn(working, 'github-enterprise', own, []))).detail.explanation).toContain(
      'sign in with a personal access token',
    );
  });
});

describe('an account that VS Code has no provider for', () => {
  const gitHub = 'https://github.com';
  const ofGitHub = {
    ...{ id: 'c', provider: 'ghcr', label: 'GitHub', url: gitHub },
    signIn: { kind: 'account', authentication: 'github', account: 'mona' } as const,
  };
  const ofAzure = {
    ...{ id: 'a', provider: 'azure', label: 'Azure', url: 'https://management.azure.com' },
    signIn: { kind: 'account', authentication: 'microsoft', account: 'mona' } as const,
  };
  const noMicrosoft = 'VS Code has no such accounts here; use the Azure CLI, environment or service principal';
  const noGitHub = 'VS Code has no such accounts here; use a personal access token or docker’s login';
  const notAborted = new AbortController().signal;

  it.each([
    ['Microsoft, connecting', noMicrosoft, () => signIn(working, 'microsoft', ofAzure.url, [])],
    ['Microsoft, in a tenant', noMicrosoft, () => signInToTenant(working, ofAzure, 'contoso')],
    ['Microsoft, at each use', noMicrosoft, () => tokenReaderOfAccount('microsoft', 'mona')([], undefined, notAborted)],
    ['GitHub, connecting', noGitHub, () => signIn(working, 'github', gitHub, [])],
    ['GitHub, at each use', noGitHub, () => accountOf(ofGitHub)?.([], false) ?? Promise.resolve()],
    ['GitHub, for a right', noGitHub, () => accountOf(ofGitHub)?.([], true) ?? Promise.resolve()],
  ])('%s: names the sign-ins that there are, and leads to them', async (_who, why, ask) => {
    for (const words of [
      "No authentication provider 'x' is currently registered.",
      'Timed out waiting for authentication provider to register',
    ]) {
      vsCode.throws = new Error(words);
      const failure = await failing(ask());
      expect(failure.detail.explanation).toBe(why);
      expect(report(failure, 'connect')?.remedies[0]).toBe('updateCredential');
    }
  });

  it('is waited for in sight, and no longer than the user wants', async () => {
    vsCode.session = session;
    const shown = progress();
    expect((await signIn(shown.working, 'github', gitHub, []))?.account).toBe('mona');
    expect(shown.titles).toEqual(['Waiting for the sign-in of VS Code']);
    expect(vsCode.asked).toEqual([{ createIfNone: true, clearSessionPreference: true }]);
    expect(await signIn(progress(true).working, 'github', gitHub, [])).toBeUndefined();
  });

  it('is nothing unexpected where the user declines; other errors are', async () => {
    vsCode.throws = new Error('User did not consent to login.');
    expect(await signIn(working, 'github', gitHub, [])).toBeUndefined();
    vsCode.throws = new Error('out of memory');
    await expect(signIn(working, 'github', gitHub, [])).rejects.toThrow('out of memory');
  });
});
