import { afterEach, describe, expect, it, vi } from 'vitest';
import { Uri } from 'vscode';
import { accountOf, signIn } from '../../../src/ui/connections/accounts';
import { failing } from '../failing';

/** What is set, by whom, and what VS Code's accounts answer. */
const vsCode = vi.hoisted(() => ({
  settings: new Map<string, { user?: unknown; workspace?: unknown }>(),
  session: undefined as object | undefined,
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
      getAccounts: () => Promise.resolve([{ id: '1', label: 'mona' }]),
      getSession: () => Promise.resolve(vsCode.session),
    },
  };
});
afterEach(() => {
  vsCode.settings.clear();
  vsCode.session = undefined;
});

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
    expect((await failing(signIn('github-enterprise', evil, []))).detail.explanation).toBe(
      `the accounts of VS Code are for ${own}; your settings github-enterprise.uris and github-enterprise.uri name the Enterprise servers that it has accounts for`,
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
    expect((await failing(signIn('github-enterprise', own, []))).detail.explanation).toContain(
      'sign in with a personal access token',
    );
  });
});
