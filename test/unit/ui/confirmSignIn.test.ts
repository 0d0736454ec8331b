import { describe, expect, it } from 'vitest';
import type { Connection, Credential, SignIn } from '../../../src/core/model';
import { unconfirmedLogin, unopened } from '../../../src/registries/unopened';
import { confirmSignIn } from '../../../src/ui/commands/confirmSignIn';
import { report } from '../../../src/ui/report';
import { failing } from '../failing';
import { publicCloud } from '../providerContext';
import { connectionNode, fakeApp } from './fakeApp';
import { userWho } from './scriptedUser';

const { signal } = new AbortController();

async function confirming(connection: Partial<Connection>, confirms: boolean) {
  const { ask, questions } = userWho(confirms, []);
  const kept: [string, Credential, SignIn][] = [];
  const connections = {
    updateCredential: (...given: [string, Credential, SignIn]) => Promise.resolve(void kept.push(given)),
  };
  const { app } = fakeApp({ ask, connections, cloud: publicCloud });
  await confirmSignIn.run(app, [connectionNode(connection, {})]);
  return { questions, kept };
}

describe('Sign In…', () => {
  it('names the host, the kind of login and what is sent, and keeps that it was confirmed', async () => {
    const { questions, kept } = await confirming({ unconfirmed: { kind: 'docker' }, label: 'Docker Hub' }, true);
    expect(questions).toEqual([
      {
        message: 'Sign in to registry.example.com with docker login?',
        detail:
          '“Docker Hub” comes from the settings of this workspace, not from your own.\n\n' +
          'https://registry.example.com will receive the password or token that docker has stored for it. You are asked only once for this address.',
        button: 'Sign In',
      },
    ]);
    expect(kept).toEqual([['c1', { kind: 'anonymous' }, { kind: 'docker' }]]);
  });

  it('keeps the cloud with a login of Azure', async () => {
    const { kept } = await confirming({ unconfirmed: { kind: 'cloudCli' } }, true);
    const { armUrl: apiUrl, authorityUrl } = publicCloud();
    expect(kept).toEqual([['c1', { kind: 'anonymous' }, { kind: 'cloudCli', cloud: { apiUrl, authorityUrl } }]]);
  });

  it('keeps nothing when declined', async () => {
    expect((await confirming({ unconfirmed: { kind: 'environment' } }, false)).kept).toEqual([]);
  });

  it('is for connections alone that wait for it', () => {
    expect(confirmSignIn.applies(connectionNode({ unconfirmed: { kind: 'docker' } }, {}))).toBe(true);
    expect(confirmSignIn.applies(connectionNode({ signIn: { kind: 'docker' } }, {}))).toBe(false);
  });
});

describe('a connection whose login is not confirmed', () => {
  const provider = unopened(unconfirmedLogin('https://registry.example.com'));

  it('says so, offers to sign in, and is no place to push to', async () => {
    const failure = await failing(provider.list(undefined, undefined, signal));
    expect(report(failure, 'list')).toMatchObject({
      reason: 'Sign in to see its contents: this workspace lists it, and nothing is sent until you confirm.',
      remedies: ['confirmSignIn'],
    });
    expect(await provider.pushTargets(signal)).toEqual([]);
    expect(provider.locate({ host: 'registry.example.com', path: 'a', tag: 'b' })).toBeUndefined();
    await failing(provider.engineCredential('registry.example.com', signal));
  });
});
