import { describe, expect, it } from 'vitest';
import { dockerHub } from '../../../src/providers/dockerHub/dockerHubType';

const unset = () => '';
const question = (key: string) => dockerHub.questions.find((candidate) => candidate.key === key);

describe('the questions of Docker Hub', () => {
  const asked = (answers: Record<string, string>): string[] =>
    dockerHub.questions.filter(({ when }) => when?.(answers) ?? true).map(({ key }) => key);

  it('ask an account for its name and secret, and nobody for namespaces', () => {
    expect(asked({ signIn: 'account' })).toEqual(['signIn', 'username', 'secret']);
    expect(asked({ signIn: 'anonymous' })).toEqual(['signIn', 'namespaces']);
  });

  it('hide the secret, and ask again for what belongs to it', () => {
    expect(dockerHub.questions.filter(({ secret }) => secret).map(({ key }) => key)).toEqual(['secret']);
    const credential = dockerHub.questions.filter(({ partOfCredential }) => partOfCredential).map(({ key }) => key);
    expect(credential).toEqual(['signIn', 'username', 'secret']);
  });

  it.each([
    ['username', 'alice', 'alice@example.com'],
    ['username', 'acme', ''],
    ['secret', 'dckr_pat_x', ''],
    ['namespaces', 'library, bitnami', ' , '],
    ['namespaces', 'my_team-2', 'library, a/b'],
    ['namespaces', 'library', 'Library'],
  ])('take for %s: %j, not %j', (key, good, bad) => {
    expect(question(key)?.problem?.(good)).toBeUndefined();
    expect(question(key)?.problem?.(bad)).toBeTypeOf('string');
  });
});

describe('the answers for Docker Hub', () => {
  it('make a connection without the secret in it', () => {
    const answers = { signIn: 'account', username: 'alice', secret: 'dckr_pat_x', namespaces: 'left over' };
    expect(dockerHub.describe(answers, unset)).toEqual({
      connection: {
        provider: 'dockerHub',
        label: 'Docker Hub',
        url: 'https://hub.docker.com',
        signIn: { kind: 'basic', account: 'alice' },
      },
      credential: { kind: 'basic', username: 'alice', secret: 'dckr_pat_x' },
    });
  });

  it('make one for everybody, with the namespaces to show, where the setting says', () => {
    const answers = { signIn: 'anonymous', username: 'left over', namespaces: 'library, bitnami' };
    const setting = (name: string) => (name === 'dockerHub.url' ? 'https://hub.example' : '');
    expect(dockerHub.describe(answers, setting)).toEqual({
      connection: {
        provider: 'dockerHub',
        label: 'Docker Hub',
        url: 'https://hub.example',
        signIn: { kind: 'anonymous' },
        shown: { namespaces: ['library', 'bitnami'] },
      },
      credential: { kind: 'anonymous' },
    });
  });
});
