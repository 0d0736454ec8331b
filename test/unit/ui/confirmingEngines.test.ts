import { describe, expect, it } from 'vitest';
import type { Credential } from '../../../src/core/model';
import { isReadable, type EngineEndpoint } from '../../../src/engine/engine';
import { useEngine } from '../../../src/ui/commands/useEngine';
import { confirmingEngines } from '../../../src/ui/images/confirmingEngines';
import { enginesOf, fakeApp, fakeEngine, reference } from './fakeApp';
import { userWho } from './scriptedUser';

const { signal } = new AbortController();
const alice: Credential = { kind: 'basic', username: 'alice', secret: 'wonderland' };
const image = reference('registry.example.com/team/api:1.0');
const at = (url: string, parts: Partial<EngineEndpoint> = {}): EngineEndpoint => ({
  ...{ url, source: 'setting', name: url },
  ...parts,
});
const elsewhere = at('tcp://build.example:2375');

function engineAt(endpoint: EngineEndpoint, confirms: boolean) {
  const sent: Credential[] = [];
  const send = (credential: Credential) => Promise.resolve(void sent.push(credential));
  const engine = fakeEngine({
    endpoint,
    push: (_image, credential) => send(credential),
    pull: (_image, credential) => send(credential),
  });
  const { ask, questions } = userWho(confirms, []);
  const { app } = fakeApp({ ask });
  const engines = confirmingEngines(enginesOf(engine), app);
  return {
    sent,
    questions,
    push: async (credential: Credential) => (await engines.current()).push(image, credential, () => undefined, signal),
    pull: async (credential: Credential) =>
      (await engines.open(endpoint)).pull(image, credential, undefined, () => undefined, signal),
  };
}

describe('the way to an engine', () => {
  it.each(['tcp://build.example:2375', 'tcp://10.0.0.1', 'http://build.example', 'tcp://[fd00::1]:2375'])(
    'can be read at %s',
    (url) => {
      expect(isReadable(at(url))).toBe(true);
    },
  );
  it.each([
    'unix:///var/run/docker.sock',
    'npipe:////./pipe/docker_engine',
    'ssh://me@build.example',
    'tcp://127.0.0.1:2375',
    'tcp://localhost:2375',
    'tcp://[::1]:2375',
  ])('cannot be read at %s', (url) => {
    expect(isReadable(at(url))).toBe(false);
  });
  it('cannot be read where TLS encrypts it', () => {
    expect(isReadable(at('tcp://build.example:2376', { tls: { verify: true } }))).toBe(false);
  });
});

describe('the first credential to an engine elsewhere without TLS', () => {
  it('is sent once the user has agreed, who is asked once', async () => {
    const { push, pull, sent, questions } = engineAt(elsewhere, true);
    await push(alice);
    await pull(alice);
    await push(alice);
    expect(sent).toEqual([alice, alice, alice]);
    expect(questions.map(({ message, button }) => [message, button])).toEqual([
      ['Send your password to tcp://build.example:2375 unencrypted?', 'Send Unencrypted'],
    ]);
  });

  it.each(['push', 'pull'] as const)('is not sent by a %s when the user declines', async (move) => {
    const engine = engineAt(elsewhere, false);
    await expect(engine[move](alice)).rejects.toMatchObject({ name: 'AbortError' });
    await expect(engine[move]({ kind: 'identityToken', token: 'refresh' })).rejects.toMatchObject({
      name: 'AbortError',
    });
    expect([engine.sent, engine.questions.length]).toEqual([[], 2]);
  });

  it('is no question without a credential, nor on this machine, nor with TLS', async () => {
    const anonymous = engineAt(elsewhere, false);
    await anonymous.pull({ kind: 'anonymous' });
    for (const endpoint of [
      at('unix:///var/run/docker.sock'),
      at('tcp://build.example:2376', { tls: { verify: true } }),
    ]) {
      const engine = engineAt(endpoint, false);
      await engine.push(alice);
      expect([engine.sent, engine.questions]).toEqual([[alice], []]);
    }
    expect([anonymous.sent.length, anonymous.questions]).toEqual([1, []]);
  });
});

describe('Use Engine…', () => {
  it('says of an engine that its connection is not encrypted, before and after it is chosen', async () => {
    const engine = fakeEngine({
      endpoint: elsewhere,
      version: () =>
        Promise.resolve({ name: 'Docker Engine', version: '20', platform: { os: 'linux', architecture: 'amd64' } }),
    });
    const details: (string | undefined)[] = [];
    const { app, told } = fakeApp({
      engines: { ...enginesOf(engine), found: () => Promise.resolve([elsewhere, at('unix:///var/run/docker.sock')]) },
      useEngine: () => Promise.resolve(),
      ask: {
        ...userWho(true, []).ask,
        pick: async ({ items }) => {
          const all = await items;
          details.push(...all.map(({ detail }) => detail));
          const [, first] = all;
          return first && { value: first.value };
        },
      },
    });
    await useEngine.run(app);
    const warning = 'The connection is not encrypted: anyone on the network can read passwords for registries.';
    expect(details.slice(1, 3)).toEqual([
      `${warning} Docker Engine 20 · linux/amd64`,
      'Docker Engine 20 · linux/amd64',
    ]);
    expect(told).toEqual([`tcp://build.example:2375 is on another machine. ${warning}`]);
  });
});
