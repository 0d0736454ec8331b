import { t } from '@vscode/l10n';
import { defined } from '../../core/defined';
import type { Connection } from '../../core/model';
import type { ConnectAsk, DescribedCredential, ProviderType, SignInTarget, TypedAddress } from '../provider';
import { anonymousSignIn, askAddress, dockerSignIn, passwordSignIn, secretPageAt, initialValue } from '../signIn';
import { GenericProvider } from './generic';
import { anyVendor, vendors } from './vendors';
import type { Vendor } from './vendors';

/** Any registry that speaks V2, by its address. */
export const generic: ProviderType = typeOf(anyVendor);

/** Kinds of V2 registries, each with its own questions. */
export const vendorTypes: readonly ProviderType[] = vendors.map(typeOf);

function typeOf(vendor: Vendor): ProviderType {
  const address = addressOf(vendor);
  return {
    id: vendor.id,
    get label() {
      return vendor.label();
    },
    get detail() {
      return vendor.detail();
    },
    icon: vendor.icon,
    isPreset: vendor !== anyVendor,
    connect: async (ask, _setting, meant) => {
      ask.more(2);
      const url = await address.ask(ask, meant);
      const { signIn, credential } = await askSignIn(ask, vendor, { url });
      return { connection: { ...connectionTo(vendor, url), signIn }, credential };
    },
    address,
    signIn: (ask, registry) => askSignIn(ask, vendor, registry),
    ...(vendor === anyVendor ? { dockerConnections } : {}),
    takesAddress: (text) => takesAddress(vendor, text),
    open: (connection, context) => new GenericProvider(connection, context),
  };
}

function addressOf(vendor: Vendor): TypedAddress {
  const { prompt, placeholder, value, read } = vendor.address;
  return {
    ask: (ask, current = value) =>
      askAddress(ask, { prompt: prompt(), placeholder, read, ...defined({ value: current }) }),
    labelOf: (url) => labelOf(vendor, url),
  };
}

function connectionTo(vendor: Vendor, url: string): Pick<Connection, 'provider' | 'label' | 'url'> {
  return { provider: vendor.id, label: labelOf(vendor, url), url };
}

function takesAddress(vendor: Vendor, text: string): { readonly problem?: string } | undefined {
  if (vendor !== anyVendor) {
    const read = anyVendor.address.read(text);
    if ('problem' in read || vendor.owns?.(new URL(read.url)) !== true) return undefined;
  }
  const { problem } = { problem: undefined, ...vendor.address.read(text) };
  return defined({ problem });
}

/** The address as image names begin, if the API's path differs from that: `repo.example.com/docker-local`. */
function labelOf({ prefix }: Vendor, url: string): string {
  const address = url.replace(/^https?:\/\//, '');
  if (prefix === undefined || !URL.canParse(url)) return address;
  const parsed = new URL(url);
  const own = prefix(parsed);
  return own === '' ? address : `${parsed.host}/${own.slice(0, -1)}`;
}

async function askSignIn(
  ask: ConnectAsk,
  { password, docker, anonymous }: Vendor,
  registry: SignInTarget,
): Promise<DescribedCredential> {
  const chosen = await ask.pick(t('How do you sign in to it?'), [
    { value: 'password', label: password.label(), detail: password.detail() },
    { value: 'docker', label: t('Login of the docker command'), detail: docker() },
    ...(anonymous === undefined ? [] : [{ value: 'anonymous' as const, label: t('Anonymously'), detail: anonymous() }]),
  ]);
  switch (chosen) {
    case 'password':
      return askPassword(ask, password, registry);
    case 'docker':
      return dockerSignIn;
    case 'anonymous':
      return anonymousSignIn;
  }
}

async function askPassword(
  ask: ConnectAsk,
  password: Vendor['password'],
  { url, account }: SignInTarget,
): Promise<DescribedCredential> {
  const askSecret = (user: string) =>
    ask.input({
      prompt: password.secret(new URL(url), user),
      secret: true,
      ...secretPageAt(password.page?.(new URL(url), user)),
      problem: (text) => (text === '' ? t('Type the password or token.') : undefined),
    });
  if (password.userName === undefined) {
    ask.more(1);
    const secret = await askSecret('');
    const { name, account: shown } = password.user(secret);
    return {
      signIn: { kind: 'basic', account: shown },
      credential: { kind: 'basic', username: name, secret },
    };
  }
  ask.more(2);
  const { prompt, placeholder } = password.userName;
  const username = await ask.input({
    prompt: prompt(),
    ...(placeholder === undefined ? {} : { placeholder: placeholder() }),
    ...initialValue(account),
    problem: userNameProblem,
  });
  return passwordSignIn(username, await askSecret(username));
}

/** Plain http only for this machine, as docker does. */
function dockerConnections(host: string): readonly Omit<Connection, 'id'>[] {
  const isHere = /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/.test(host);
  return [host, ...(isHere ? [`http://${host}`] : [])].flatMap((address) => {
    const read = anyVendor.address.read(address);
    return 'url' in read ? [{ ...connectionTo(anyVendor, read.url), signIn: { kind: 'docker' } }] : [];
  });
}

function userNameProblem(answer: string): string | undefined {
  if (answer === '') return t('Type the user name.');
  return answer.includes(':') ? t('A user name has no colon.') : undefined;
}
