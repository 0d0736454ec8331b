import { t } from '@vscode/l10n';
import type { ConnectAsk, ConnectInput, DescribedCredential } from './provider';

export const anonymousSignIn: DescribedCredential = {
  signIn: { kind: 'anonymous' },
  credential: { kind: 'anonymous' },
};

/** Uses docker's login, which is read at each use and not copied. */
export const dockerSignIn: DescribedCredential = { signIn: { kind: 'docker' }, credential: { kind: 'anonymous' } };

/** A user name and a password or token, which are stored. */
export function passwordSignIn(username: string, secret: string): DescribedCredential {
  return { signIn: { kind: 'basic', account: username }, credential: { kind: 'basic', username, secret } };
}

/** The first text in the box for a user name: that of the present sign-in. */
export function initialValue(account: string | undefined): Pick<ConnectInput, 'value'> {
  return account === undefined ? {} : { value: account };
}

/** The page where a secret is created. None for plain http, because the page shows the secret. */
export function secretPageAt(page: string | undefined): Pick<ConnectInput, 'page'> {
  if (page === undefined || !URL.canParse(page)) return {};
  const url = new URL(page);
  return url.protocol === 'https:' ? { page: { title: t('Create one at {0}', url.host), url } } : {};
}

/** Reads a typed address: the URL, or what is wrong with it. */
export type ReadAddress = (typed: string) => { readonly url: string } | { readonly problem: string };

/** Asks for an address and resolves to the URL from `read`. The box does not accept an address that `read` refuses. */
export async function askAddress(
  ask: ConnectAsk,
  { read, ...input }: Omit<ConnectInput, 'problem'> & { readonly read: ReadAddress },
): Promise<string> {
  const problem = (typed: string) => {
    const result = read(typed);
    return 'problem' in result ? result.problem : undefined;
  };
  const result = read(await ask.input({ ...input, problem }));
  if ('problem' in result) throw new Error(`The box has taken no address: ${result.problem}`);
  return result.url;
}
