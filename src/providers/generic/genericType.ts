import { t } from '@vscode/l10n';
import { defined } from '../../core/defined';
import type { Credential, SignIn } from '../../core/model';
import type { Answers, ProviderType, Question } from '../provider';
import { GenericProvider } from './generic';
import { anyVendor, vendors } from './vendors';
import type { Vendor } from './vendors';

/** Any registry that speaks V2, by its address. */
export const generic: ProviderType = typeOf(anyVendor);

/** Kinds of V2 registries, each with its own questions. */
export const vendorTypes: readonly ProviderType[] = vendors.map(typeOf);

function typeOf(vendor: Vendor): ProviderType {
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
    get questions() {
      return questionsOf(vendor);
    },
    describe: (answers) => {
      const read = vendor.address.read(answers.url ?? '');
      const url = 'url' in read ? read.url : '';
      const { credential, account } = credentialOf(vendor, answers);
      const signIn: SignIn =
        account === undefined
          ? { kind: answers.signIn === 'docker' ? 'docker' : 'anonymous' }
          : { kind: 'basic', account };
      return { connection: { provider: vendor.id, label: labelOf(vendor, url), url, signIn }, credential };
    },
    ...(vendor === anyVendor ? { dockerAnswers } : {}),
    open: (connection, context) => new GenericProvider(connection, context),
  };
}

/** As names of its images begin, where the API's path is another: `repo.example.com/docker-local`. */
function labelOf({ prefix }: Vendor, url: string): string {
  const address = url.replace(/^https?:\/\//, '');
  if (prefix === undefined || !URL.canParse(url)) return address;
  const parsed = new URL(url);
  const own = prefix(parsed);
  return own === '' ? address : `${parsed.host}/${own.slice(0, -1)}`;
}

function questionsOf({ address, password, docker, anonymous }: Vendor): readonly Question[] {
  const { userName } = password;
  return [
    {
      key: 'url',
      prompt: address.prompt(),
      placeholder: address.placeholder,
      ...defined({ value: address.value }),
      problem: (answer: string) => {
        const read = address.read(answer);
        return 'problem' in read ? read.problem : undefined;
      },
    },
    {
      key: 'signIn',
      prompt: t('How do you sign in to it?'),
      choices: [
        { value: 'password', label: password.label(), detail: password.detail() },
        { value: 'docker', label: t('Login of the docker command'), detail: docker() },
        ...(anonymous === undefined ? [] : [{ value: 'anonymous', label: t('Anonymously'), detail: anonymous() }]),
      ],
      partOfCredential: true,
    },
    ...(userName === undefined
      ? []
      : [
          {
            key: 'username',
            prompt: userName.prompt(),
            ...(userName.placeholder === undefined ? {} : { placeholder: userName.placeholder() }),
            when: asksPassword,
            problem: userNameProblem,
            partOfCredential: true,
          },
        ]),
    {
      key: 'secret',
      prompt: password.secret(),
      secret: true,
      when: asksPassword,
      problem: (answer: string) => (answer === '' ? t('Type the password or token.') : undefined),
      partOfCredential: true,
    },
  ];
}

/** As docker does, which takes plain http from this machine alone. */
function dockerAnswers(host: string): readonly Answers[] {
  const isHere = /^(?:localhost|127(?:\.\d+){3}|\[::1\])(?::\d+)?$/.test(host);
  return [host, ...(isHere ? [`http://${host}`] : [])].map((url) => ({ url, signIn: 'docker' }));
}

function userNameProblem(answer: string): string | undefined {
  if (answer === '') return t('Type the user name.');
  return answer.includes(':') ? t('A user name has no colon.') : undefined;
}

function asksPassword(answers: Answers): boolean {
  return answers.signIn === 'password';
}

function credentialOf(
  { password }: Vendor,
  { signIn, username = '', secret = '' }: Answers,
): { readonly credential: Credential; readonly account?: string } {
  if (signIn !== 'password') return { credential: { kind: 'anonymous' } };
  const { name, account } = password.user?.(secret) ?? { name: username, account: username };
  return { credential: { kind: 'basic', username: name, secret }, account };
}
