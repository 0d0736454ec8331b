import { describe, expect, it } from 'vitest';
import { dockerHub } from '../../../src/providers/dockerHub/dockerHubType';
import { scriptedAsk } from '../ui/scriptedAsk';

const unset = () => '';
const byAccount = 'User name and access token';
const signIn = 'How do you sign in to Docker Hub?';
const username = 'User name; with an organization access token, the name of the organization';
const secret = 'Personal access token, password or organization access token of alice at Docker Hub';
const namespaces = 'Public namespaces to show, with commas between; library has the official images';

async function connecting(...script: readonly string[]) {
  const { ask, ...asked } = scriptedAsk(...script);
  return { ...asked, described: await dockerHub.connect(ask, unset) };
}

async function question(prompt: string) {
  const all = await Promise.all([connecting(byAccount, 'alice', 'dckr_pat_x'), connecting('Anonymously', 'library')]);
  return all.flatMap(({ inputs }) => inputs).find((input) => input.prompt === prompt);
}

describe('the questions of Docker Hub', () => {
  it('ask for name and secret of an account, and not for namespaces', async () => {
    expect((await connecting(byAccount, 'alice', 'dckr_pat_x')).prompts).toEqual([signIn, username, secret]);
    expect((await connecting('Anonymously', 'library')).prompts).toEqual([signIn, namespaces]);
    expect((await connecting('Login of the docker command')).prompts).toEqual([signIn]);
  });

  it('hide the secret, and can be asked again for the credential', async () => {
    const { inputs } = await connecting(byAccount, 'alice', 'dckr_pat_x');
    expect(inputs.filter((input) => input.secret).map(({ prompt }) => prompt)).toEqual([secret]);
    const url = 'https://hub.docker.com';
    const again = scriptedAsk(byAccount, 'ok', 'dckr_pat_y');
    expect(await dockerHub.signIn(again.ask, { url, account: 'alice' })).toEqual({
      signIn: { kind: 'basic', account: 'alice' },
      credential: { kind: 'basic', username: 'alice', secret: 'dckr_pat_y' },
    });
    expect(again.prompts).toEqual([signIn, username, secret]);
    const visitor = scriptedAsk('Anonymously');
    await dockerHub.signIn(visitor.ask, { url });
    expect(visitor.prompts).toEqual([signIn]);
  });

  it.each([
    [username, 'alice', 'alice@example.com'],
    [username, 'acme', ''],
    [secret, 'dckr_pat_x', ''],
    [namespaces, 'library, bitnami', ' , '],
    [namespaces, 'my_team-2', 'library, a/b'],
    [namespaces, 'library', 'Library'],
  ])('accept for “%s”: %j, not %j', async (prompt, good, bad) => {
    const asked = await question(prompt);
    expect(asked?.problem?.(good)).toBeUndefined();
    expect(asked?.problem?.(bad)).toBeTypeOf('string');
  });
});

describe('the answers for Docker Hub', () => {
  it('make a connection without the secret in it', async () => {
    expect((await connecting(byAccount, 'alice', 'dckr_pat_x')).described).toEqual({
      connection: {
        provider: 'dockerHub',
        label: 'Docker Hub',
        url: 'https://hub.docker.com',
        signIn: { kind: 'basic', account: 'alice' },
      },
      credential: { kind: 'basic', username: 'alice', secret: 'dckr_pat_x' },
    });
  });

  it('make an anonymous connection with the namespaces to show, at the address in settings', async () => {
    const setting = (name: string) => (name === 'dockerHub.url' ? 'https://hub.example' : '');
    expect(await dockerHub.connect(scriptedAsk('Anonymously', 'library, bitnami').ask, setting)).toEqual({
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
