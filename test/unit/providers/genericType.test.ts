import { describe, expect, it } from 'vitest';
import { readRegistryUrl } from '../../../src/providers/generic/registryUrl';
import { generic } from '../../../src/providers/generic/type';
import { publicCloud } from '../providerContext';

describe('readRegistryUrl', () => {
  it.each([
    ['registry.example', 'https://registry.example'],
    ['  registry.example:5000/ ', 'https://registry.example:5000'],
    ['localhost:5000', 'https://localhost:5000'],
    ['127.0.0.1:5000', 'https://127.0.0.1:5000'],
    ['[::1]:5000', 'https://[::1]:5000'],
    ['http://localhost:5000/v2/', 'http://localhost:5000'],
    ['HTTPS://Registry.Example/', 'https://registry.example'],
    ['https://registry.example:443/v2', 'https://registry.example'],
    ['https://host/artifactory/api/docker/team/', 'https://host/artifactory/api/docker/team'],
    ['host/artifactory/v2/', 'https://host/artifactory'],
  ])('reads %s as %s', (typed, url) => {
    expect(readRegistryUrl(typed)).toEqual({ url });
  });

  it.each([
    '',
    '   ',
    'two words',
    'https://',
    'ftp://registry.example',
    'file:///etc/passwd',
    'https://alice:secret@registry.example',
    'alice@registry.example',
    'registry.example?x=1',
    'registry.example#x',
    'https://[',
  ])('says what is wrong with %j', (typed) => {
    const read = readRegistryUrl(typed);
    expect('problem' in read && read.problem !== '').toBe(true);
    // What was typed may hold a password.
    expect(JSON.stringify(read)).not.toContain('secret');
  });
});

describe('the questions', () => {
  const asked = (answers: Record<string, string>): string[] =>
    generic.questions.filter(({ when }) => when?.(answers) ?? true).map(({ key }) => key);

  it('ask for user and password only of those who sign in', () => {
    expect(asked({ signIn: 'password' })).toEqual(['url', 'signIn', 'username', 'secret']);
    expect(asked({ signIn: 'anonymous' })).toEqual(['url', 'signIn']);
  });

  it('hide the password, and check what is typed', () => {
    const question = (key: string) => generic.questions.find((candidate) => candidate.key === key);
    expect(generic.questions.filter(({ secret }) => secret).map(({ key }) => key)).toEqual(['secret']);
    for (const [key, good, bad] of [
      ['url', 'registry.example', 'ftp://registry.example'],
      ['username', 'alice', 'al:ice'],
      ['secret', 'x:y z', ''],
    ] as const) {
      expect(question(key)?.problem?.(good)).toBeUndefined();
      expect(question(key)?.problem?.(bad)).toBeTypeOf('string');
    }
  });
});

const unset = () => '';

describe('the answers', () => {
  it('make a connection without the secret in it', () => {
    const answers = {
      url: 'http://localhost:5000/team/',
      signIn: 'password',
      username: 'alice',
      secret: 'wonder:land',
    };
    const { connection, credential } = generic.describe(answers, unset, publicCloud);
    expect(connection).toEqual({
      provider: 'generic',
      label: 'localhost:5000/team',
      url: 'http://localhost:5000/team',
      account: 'alice',
    });
    expect(credential).toEqual({ kind: 'basic', username: 'alice', secret: 'wonder:land' });
  });

  it('make one without an account for everybody', () => {
    expect(generic.describe({ url: 'r.test', signIn: 'anonymous', username: 'left over' }, unset, publicCloud)).toEqual(
      {
        connection: { provider: 'generic', label: 'r.test', url: 'https://r.test' },
        credential: { kind: 'anonymous' },
      },
    );
  });
});
