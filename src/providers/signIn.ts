import { t } from '@vscode/l10n';
import type { ConnectAsk, ConnectInput, DescribedCredential } from './provider';

export const anonymously: DescribedCredential = { signIn: { kind: 'anonymous' }, credential: { kind: 'anonymous' } };

/** Docker keeps it, and nothing is copied. */
export const byDockerLogin: DescribedCredential = { signIn: { kind: 'docker' }, credential: { kind: 'anonymous' } };

export function byPassword(username: string, secret: string): DescribedCredential {
  return { signIn: { kind: 'basic', account: username }, credential: { kind: 'basic', username, secret } };
}

/** What stands in the box of the user name at first: who signs in so far. */
export function proposed(account: string | undefined): Pick<ConnectInput, 'value'> {
  return account === undefined ? {} : { value: account };
}

/** The page on which a secret is made. None over plain http: the page shows the secret. */
export function madeAt(page: string | undefined): Pick<ConnectInput, 'page'> {
  if (page === undefined || !URL.canParse(page)) return {};
  const url = new URL(page);
  return url.protocol === 'https:' ? { page: { title: t('Create one at {0}', url.host), url } } : {};
}

/** The address that was typed, or what is wrong with it. */
export type ReadAddress = (typed: string) => { readonly url: string } | { readonly problem: string };

/** Asks for an address. Resolves to it as it was read: the box takes none that cannot be read. */
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
