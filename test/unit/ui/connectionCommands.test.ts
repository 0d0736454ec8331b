import { describe, expect, it } from 'vitest';
import type { Diagnosis } from '../../../src/core/network/diagnose';
import { Failure } from '../../../src/core/failure';
import type { EngineEndpoint } from '../../../src/engine/engine';
import { disconnect, renameConnection, updateCredential } from '../../../src/ui/commands/connection';
import { diagnoseConnection } from '../../../src/ui/commands/diagnoseConnection';
import { useEngine } from '../../../src/ui/commands/useEngine';
import type { ShownDocument } from '../../../src/ui/documents';
import { rowBelow } from '../../../src/ui/tree/node';
import { connectionNode, fakeApp, fakeEngine, reference } from './fakeApp';
import { user, userWho } from './scriptedUser';

const node = connectionNode({}, {});
const below = rowBelow(node, { kind: 'repository', label: 'app', image: reference('registry.example.com/app') });

describe('Rename…', () => {
  const renaming = async (answer: string | undefined) => {
    const renamed: unknown[] = [];
    const { ask, proposed } = user(answer);
    const connections = { rename: (...given: unknown[]) => Promise.resolve(void renamed.push(given)) };
    await renameConnection.run(fakeApp({ ask, connections }).app, [node]);
    return { renamed, proposed };
  };

  it('proposes the name it has, and keeps the new one without the blanks around it', async () => {
    expect(await renaming(' Ours ')).toEqual({ renamed: [['c1', 'Ours']], proposed: ['Acme'] });
    expect((await renaming(undefined)).renamed).toEqual([]);
    await expect(renaming('  ')).rejects.toThrow('Type a name.');
  });

  it('is for connections of the user’s own', () => {
    expect([node, below, connectionNode({ shared: true }, {})].map(renameConnection.applies)).toEqual([
      ...[true, false, false],
    ]);
  });
});

describe('Disconnect', () => {
  const disconnecting = async (confirms: boolean, shared: boolean) => {
    const removed: string[] = [];
    const { ask, questions } = userWho(confirms, []);
    const connections = { remove: ({ id }: { readonly id: string }) => Promise.resolve(void removed.push(id)) };
    const { app, done } = fakeApp({ ask, connections });
    await disconnect.run(app, [connectionNode(shared ? { shared } : {}, {})]);
    return { removed, done, question: questions[0] };
  };

  it('says what goes, and what does not', async () => {
    const { removed, done, question } = await disconnecting(true, false);
    expect(question).toEqual({
      message: 'Disconnect “Acme”?',
      detail:
        'Removes https://registry.example.com from the Registries view and deletes its stored credential. Nothing in the registry changes.',
      button: 'Disconnect',
    });
    expect([removed, done]).toEqual([['c1'], ['Disconnected Acme']]);
    const shared = await disconnecting(true, true);
    expect(shared.question?.detail).toMatch(
      /^The setting registryExplorer\.connections lists it, so it is only hidden/,
    );
  });

  it('removes nothing when the answer is no, and is for connections', async () => {
    expect(await disconnecting(false, false)).toMatchObject({ removed: [], done: [] });
    expect([disconnect.applies(node), disconnect.applies(below)]).toEqual([true, false]);
    expect([updateCredential.applies(node), updateCredential.applies(below)]).toEqual([true, false]);
  });
});

describe('Diagnose Connection', () => {
  it('shows what was found, and logs what is a defect of ours', async () => {
    const defect = new TypeError('x is not a function');
    const refused = new Failure('unreachable', '', { subject: 'registry.example.com', code: 'ECONNREFUSED' });
    const endpoint = { url: 'https://registry.example.com' };
    const diagnosis: Diagnosis = {
      servers: [{ endpoint, steps: [{ id: 'connection', outcome: 'failed', ms: 1, facts: [], failure: refused }] }],
      use: [{ id: 'listing', outcome: 'failed', ms: 1, facts: [], failure: defect }],
      requests: ['GET https://registry.example.com/v2/ 200'],
      redact: (text) => text,
    };
    const documents: ShownDocument[] = [];
    const connection = connectionNode({ label: 'team/Acme' }, { endpoints: [endpoint] });
    const { app, shown, log } = fakeApp({
      diagnose: (_connection, progress) => {
        progress('connection', 'registry.example.com');
        return Promise.resolve(diagnosis);
      },
      surroundings: () => ({ versions: [['Node', '24']], settings: [] }),
      showReport: (document) => Promise.resolve(void documents.push(document)),
    });
    await diagnoseConnection.run(app, [connection]);
    expect(shown).toEqual([expect.stringMatching(/ · registry\.example\.com$/)]);
    expect(documents.map(({ name }) => name)).toEqual(['team-Acme diagnosis.md']);
    expect(documents[0]?.text).toContain('- Node: 24');
    expect(documents[0]?.text).toMatch(/nothing listens at registry\.example\.com/i);
    expect(log).toEqual([expect.stringContaining('x is not a function')]);
  });

  it('is for connections whose servers are known', () => {
    expect(diagnoseConnection.applies(connectionNode({}, { endpoints: [] }))).toBe(true);
    expect([diagnoseConnection.applies(node), diagnoseConnection.applies(below)]).toEqual([false, false]);
  });
});

describe('Use Engine…', () => {
  const podman: EngineEndpoint = { url: 'unix:///run/podman.sock', source: 'socket', name: 'Podman' };
  const remote: EngineEndpoint = { url: 'tcp://build.example:2375', source: 'context', name: 'build' };
  const platform = { os: 'linux', architecture: 'amd64' };
  const gone = new Failure('unreachable', '', { subject: remote.url, speaker: 'engine', code: 'ECONNREFUSED' });

  const using = async (current: EngineEndpoint, ...script: readonly (string | undefined)[]) => {
    const used: string[] = [];
    const details: unknown[] = [];
    let listed = 0;
    const { ask, offered } = user(...script);
    const version = () => Promise.resolve({ name: 'Podman', version: '4.3', platform });
    const { app, told, done } = fakeApp({
      ask: {
        ...ask,
        pick: async (step, accept) => {
          details.push(...(await step.items).map(({ description, detail }) => [description, detail]));
          return ask.pick(step, accept);
        },
      },
      engines: {
        found: () => Promise.resolve([podman, remote]),
        open: (endpoint) =>
          Promise.resolve(fakeEngine({ version: endpoint === podman ? version : () => Promise.reject(gone) })),
        current: () => Promise.resolve(fakeEngine({ endpoint: current })),
      },
      images: { refresh: () => (listed++, Promise.resolve()) },
      useEngine: (endpoint) => Promise.resolve(void used.push(endpoint)),
    });
    await useEngine.run(app);
    return { used, told, done, details, listed, offered: offered() };
  };

  it('offers what was found, with who answers there', async () => {
    const { used, offered, details, done, listed, told } = await using(podman, 'Podman');
    expect(offered).toEqual(['As the docker command finds it', 'Podman', 'Docker context build', 'Another address…']);
    expect(details.slice(1, 3)).toEqual([
      [podman.url, 'Podman 4.3 · linux/amd64'],
      [
        remote.url,
        'The connection is not encrypted: anyone on the network can read passwords for registries. Nothing answers at tcp://build.example:2375. Start Docker or Podman, or use another engine.',
      ],
    ]);
    expect([used, done, listed, told]).toEqual([[podman.url], [`Using ${podman.url}`], 1, []]);
  });

  it('keeps a context by its name, and warns of one that others can listen to', async () => {
    const { used, told } = await using(remote, 'Docker context build');
    expect(used).toEqual(['build']);
    expect(told).toEqual([expect.stringMatching(/^tcp:\/\/build\.example:2375 is on another machine\. /)]);
  });

  it('forgets what was chosen for the docker command’s own way', async () => {
    const { used, done } = await using(podman, 'As the docker command finds it');
    expect([used, done]).toEqual([[''], ['Using the engine that the docker command uses']]);
  });

  it('takes an address that is typed, of which it says what will not do, and leads back', async () => {
    const typed = await using(podman, 'Another address…', 'back', 'Another address…', ' tcp://localhost:2375 ');
    expect(typed.used).toEqual(['tcp://localhost:2375']);
    for (const wrong of ['http://localhost', 'a b', 'ssh://'])
      await expect(using(podman, 'Another address…', wrong)).rejects.toThrow(
        'Type an address that begins with unix://',
      );
  });

  it('changes nothing when it is left', async () => {
    for (const script of [[undefined], ['Another address…', undefined]])
      expect(await using(podman, ...script)).toMatchObject({ used: [], listed: 0, done: [] });
  });
});
