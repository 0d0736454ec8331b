import { t } from '@vscode/l10n';
import { defined } from '../../core/defined';
import type { Connection } from '../../core/model';
import type { ConnectAsk, DescribedCredential, ProviderType, SignInTarget, TypedAddress } from '../provider';
import { anonymously, askAddress, byDockerLogin, byPassword, madeAt, proposed } from '../signIn';
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
    connect: async (ask) => {
      ask.more(2);
      const url = await address.ask(ask, undefined);
      const { signIn, credential } = await askSignIn(ask, vendor, { url });
      return { connection: { ...at(vendor, url), signIn }, credential };
    },
    address,
    signIn: (ask, registry) => askSignIn(ask, vendor, registry),
    ...(vendor === anyVendor ? { dockerConnections } : {}),
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

function at(vendor: Vendor, url: string): Pick<Connection, 'provider' | 'label' | 'url'> {
  return { provider: vendor.id, label: labelOf(vendor, url), url };
}

/** As names of its images begin, where the API's path is another: `repo.example.com/docker-local`. */
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
      return byDockerLogin;
    case 'anonymous':
      return anonymously;
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
      ...madeAt(password.page?.(new URL(url), user)),
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
    ...proposed(account),
    problem: userNameProblem,
  });
  return byPassword(username, await askSecret(username));
}

/** As docker does, which takes plain http from this machine alone. */
function dockerConnections(host: string): readonly Omit<Connection, 'id'>[] {
  const isHere = /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/.test(host);
  return [host, ...(isHere ? [`http://${host}`] : [])].flatMap((address) => {
    const read = anyVendor.address.read(address);
    return 'url' in read ? [{ ...at(anyVendor, read.url), signIn: { kind: 'docker' } }] : [];
  });
}

function userNameProblem(answer: string): string | undefined {
  if (answer === '') return t('Type the user name.');
  return answer.includes(':') ? t('A user name has no colon.') : undefined;
}
