import { describe, expect, it } from 'vitest';
import type { App } from '../../../src/ui/app';
import { deleteRegistry } from '../../../src/ui/commands/azureResources';
import { report } from '../../../src/ui/report';
import type { Node } from '../../../src/ui/tree/node';
import { connectionNode, fakeApp } from '../ui/fakeApp';
import { user } from '../ui/scriptedUser';
import { eventually } from '../eventually';
import { contoso, mona, openAzure, production, useAzure } from './azureRig';

const { signal } = new AbortController();

describe('Delete Registry…', () => {
  const azure = useAzure(
    {
      tenants: [{ id: contoso, name: 'Contoso', users: [mona] }],
      subscriptions: [{ id: production, name: 'Production', tenantId: contoso }],
      registries: [{ name: 'main', subscription: production, repositories: [] }],
    },
    'each',
  );
  const locked = JSON.stringify({ status: 'Failed', error: { code: 'ScopeLocked', message: 'The scope is locked.' } });
  const failAtItsEnd = () => {
    const headers = { 'Content-Type': 'application/json' };
    azure().fail(/GET .*operationStatuses/, { status: 200, headers, body: locked });
  };

  /** Deletes the registry; `isLeft`: the user cancels at once. */
  const deleting = async (typed: string, isLeft = false) => {
    const provider = openAzure(azure());
    const root = connectionNode({ provider: 'azure' }, provider);
    const [group] = (await provider.list(undefined, undefined, signal)).items;
    const [entry] = (await provider.list(group, undefined, signal)).items;
    const parent: Node = { ...root, id: 'c1/group', entry: group, parent: root };
    const refreshed: unknown[] = [];
    const failed: unknown[] = [];
    const working: App['working'] = (_title, task) => {
      const controller = new AbortController();
      const running = task(() => undefined, controller.signal);
      if (isLeft) controller.abort();
      return running;
    };
    const { app, told, done } = fakeApp({
      ask: user(typed).ask,
      working,
      tree: { refresh: (node: unknown) => refreshed.push(node) },
      fail: (error, doing) => failed.push(report(error, doing)?.message),
    });
    const run = deleteRegistry.run(app, [{ ...parent, id: 'c1/group/main', entry, parent }]);
    const outcome = await run.then(
      () => 'done',
      (error: unknown) => error,
    );
    return { outcome, told, done, failed, refreshed, parent };
  };
  const isThere = () => azure().resource('registries/main') !== undefined;

  it('asks for the name, and deletes nothing if it is wrong', async () => {
    const { outcome } = await deleting('mai');
    expect(outcome).toEqual(new Error('The box does not take "mai": Type “main” to delete it.'));
    expect(isThere()).toBe(true);
  });

  it('ends when Azure says that it has ended', async () => {
    const { outcome, told, done, refreshed, parent } = await deleting('main');
    expect([outcome, told, done, refreshed]).toEqual(['done', [], ['Deleted main'], [parent]]);
    expect(isThere()).toBe(false);
  });

  it('fails with Azure’s words at the end of the operation', async () => {
    failAtItsEnd();
    const { outcome, done, refreshed } = await deleting('main');
    expect(report(outcome, 'delete main')?.message).toContain('The scope is locked');
    expect([done, refreshed]).toEqual([[], []]);
  });

  it('fails in the words of a service whose answer is the end of the operation', async () => {
    const place = `${azure().url}/subscriptions/${production}/end?api-version=2025-11-01`;
    azure().fail(/DELETE .*registries\/main/, { status: 202, headers: { Location: place } });
    const refusal = { error: { code: 'ScopeLocked', message: 'The scope is locked.' } };
    azure().fail(/GET .*\/end/, { status: 409, body: JSON.stringify(refusal) });
    const { outcome, done } = await deleting('main');
    expect(report(outcome, 'delete main')?.message).toContain('The scope is locked');
    expect(done).toEqual([]);
  });

  it('continues after its progress is closed, and says when it is done', async () => {
    const { outcome, told, done, refreshed, parent } = await deleting('main', true);
    expect(outcome).toMatchObject({ name: 'AbortError' });
    const left = 'Deleting main: Azure continues in the background. A message will say how it ends.';
    await eventually(() => {
      expect(told).toEqual([left, 'Deleted main']);
    });
    expect([done, refreshed]).toEqual([[], [parent]]);
    expect(isThere()).toBe(false);
  });

  it('says that it failed after its progress was closed', async () => {
    failAtItsEnd();
    const { failed, refreshed } = await deleting('main', true);
    await eventually(() => {
      expect(failed).toEqual([expect.stringMatching(/^Could not delete main: .*The scope is locked/)]);
    });
    expect(refreshed).toEqual([]);
  });
});
