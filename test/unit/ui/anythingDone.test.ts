import fc from 'fast-check';
import { afterAll, beforeAll, expect, describe, it, vi } from 'vitest';
import { axiosHttp } from '../../../src/core/axiosHttp';
import { Redaction } from '../../../src/core/network/redaction';
import { generic } from '../../../src/providers/generic/genericType';
import { Bookmarks } from '../../../src/registries/bookmarks';
import { ConnectionStore } from '../../../src/registries/connectionStore';
import { openerOf } from '../../../src/registries/opening';
import { Registries } from '../../../src/registries/registries';
import { keyById, Secrets } from '../../../src/registries/secrets';
import { commands as allCommands } from '../../../src/ui/commands/table';
import { runCommand } from '../../../src/ui/commands/runCommand';
import { Commands } from '../../../src/ui/commands/commands';
import { RegistryTree } from '../../../src/ui/tree/registryTree';
import type { Row } from '../../../src/ui/tree/node';
import { RowState } from '../../../src/ui/tree/rowState';
import type { Model } from '../../soak/model';
import { difference, operation, perform } from '../../soak/operations';
import type { Operation, Subject } from '../../soak/operations';
import { passwordOf, startServers, user } from '../../soak/servers';
import type { Servers } from '../../soak/servers';
import { collectLog } from '../collectLog';
import { Kept, KeptSecrets, Setting } from '../registries/kept';
import { DrawnView } from './drawnView';
import { fakeApp } from './fakeApp';

const vsCode = await vi.hoisted(async () => {
  const { FakeVsCode: Fake } = await import('./fakeViews');
  return new Fake<Row>();
});
vi.mock('vscode', () => vsCode.api);

/** `npm run soak` does more in a real VS Code. */
const runs = { numRuns: 10, interruptAfterTimeLimit: 60_000 };
/** Some faults need a long way to get to. */
const longest = 500;
/** While an answer is missing, nothing is wrong yet. */
const patience = { interval: 2, timeout: 5000 };

/** The view over registries of the setting, with everything below it real but VS Code. */
function openView(servers: Servers, model: Model) {
  const setting = new Setting();
  const secrets = new Secrets({ store: new KeptSecrets(), keyOf: keyById });
  const state = new Kept();
  const log = collectLog();
  const connections = new ConnectionStore(state, secrets, setting);
  const registries = new Registries(
    connections,
    openerOf(() =>
      Promise.resolve({
        types: [generic],
        docker: { read: () => Promise.resolve(undefined), helperFor: () => Promise.resolve(undefined) },
        account: () => undefined,
        groupsShownElsewhere: () => undefined,
        setting: () => '',
        sending: () => ({ tls: undefined, http }),
        redaction: new Redaction(),
        log,
      }),
    ),
    log,
  );
  const favourites = new Bookmarks(state, 'favourites', 500);
  const tree = new RegistryTree({
    ...{ registries, favourites, log, clean: (text) => text },
    commands: new Commands(() => Promise.resolve(allCommands)),
    recent: new Bookmarks(state, 'recent', 30),
    state: new RowState(new Kept()),
    verifying: () => Promise.resolve({}),
    isAsking: () => false,
  });
  const view = new DrawnView(tree);
  const ask = { confirm: () => Promise.resolve(true), choose: () => Promise.resolve('Delete') };
  const message = () => Promise.resolve(undefined);
  const { app } = fakeApp({ tree: bound(tree), registries, favourites, ask, log, message });
  const nodeOf = (row: Row) => {
    if (row.kind !== 'node') throw new Error(`${row.kind} is not a row of a registry.`);
    return row;
  };
  const subject: Subject<Row> = {
    // Each operation is drawn before the next.
    quiet: () => Promise.resolve(),
    drawn: (row) => view.drawn(row),
    labelOf: (row) => {
      const { label } = tree.getTreeItem(row);
      return typeof label === 'string' ? label : '';
    },
    open: (row, isOpen) => {
      view.setOpen(row, isOpen);
      if (isOpen) vsCode.view.expand(row);
      else vsCode.view.collapse(row);
      return Promise.resolve();
    },
    filter: (row, text) => {
      tree.setFilter(nodeOf(row), text);
    },
    clearFilters: () => {
      tree.clearFilters();
    },
    order: (row, order) => {
      tree.setOrder(nodeOf(row), order);
    },
    command: (id, row) => runCommand(app, allCommands, id, row === undefined || row.kind === 'folder' ? [] : [row]),
    arrange: servers.arrange,
    connect: (its) => {
      setting.set(servers.listed(its));
      return Promise.resolve();
    },
    updateCredential: async (server) => {
      const { id } = connections.all().find(({ url }) => url === servers.urlOf(server)) ?? { id: '' };
      const credential = { kind: 'basic', username: user, secret: passwordOf(server) } as const;
      await connections.updateCredential(id, credential, { kind: 'basic', account: user });
    },
  };
  setting.set(servers.listed(model));
  return {
    subject,
    view,
    dispose: () => {
      tree.dispose();
      for (const each of [registries, connections, favourites]) each.dispose();
    },
  };
}

/** What commands do to the tree. */
function bound(tree: RegistryTree) {
  return {
    refresh: tree.refresh.bind(tree),
    loadMore: tree.loadMore.bind(tree),
    retry: tree.retry.bind(tree),
    inOrder: tree.inOrder.bind(tree),
  };
}

const http = axiosHttp(collectLog());

describe('the Registries view, whatever is done', () => {
  let servers: Servers;
  beforeAll(async () => {
    vsCode.settings.set('registryExplorer.tags.details', 'never');
    servers = await startServers();
  });
  afterAll(() => servers.stop());

  const check = async (operations: readonly Operation[]) => {
    const model = servers.newModel();
    servers.arrange(model);
    const { subject, view, dispose } = openView(servers, model);
    const done: string[] = [];
    const settled = () =>
      vi.waitFor(() => {
        expect(view.failure).toBeUndefined();
        expect(difference(model, subject), done.join('\n')).toBeUndefined();
        expect(view.isLoading).toBe(false);
      }, patience);
    try {
      await settled();
      for (const each of operations) {
        done.push(await perform(each, model, subject));
        await settled();
      }
    } finally {
      dispose();
    }
  };

  it('shows what there is, in its order and with its problems', async () => {
    const operations = fc.array(operation, { maxLength: longest, size: 'max' });
    // A failure tells the seed, and what is left when all that does not matter is taken out.
    await fc.assert(fc.asyncProperty(operations, check), runs);
  });
});
