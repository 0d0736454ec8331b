import { deepEqual, equal } from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import fc from 'fast-check';
import { commands } from 'vscode';
import type { Row } from '../../src/ui/tree/node';
import { difference, operation, perform } from '../soak/operations';
import type { Subject } from '../soak/operations';
import { passwordOf, startServers, user } from '../soak/servers';
import type { Servers } from '../soak/servers';
import { agreeToAll, answering } from './answeringUser';
import { setSetting } from './registriesView';
import { watched } from './watchedTree';

/** `npm run soak` names more. */
const operations = Number(process.env.SOAK_OPERATIONS ?? 100);
const seed = Number(process.env.SOAK_SEED ?? Date.now() % 1_000_000);
const reportFile = process.env.SOAK_REPORT;
const longestStage = 1000;
const patienceMs = 60_000;
/** VS Code 1.139 keeps so much, in bytes, of each row that it was told the look of, until the view is gone: an empty DisposableStore. */
const keptOfALook = 256;

describe('the extension, in long use', function () {
  this.timeout(0);
  let servers: Servers;
  let disagree: () => void;
  const unhandled: unknown[] = [];
  const note = (reason: unknown) => {
    unhandled.push(reason);
  };

  before(async () => {
    disagree = agreeToAll();
    process.on('unhandledRejection', note);
    servers = await startServers();
  });
  after(async () => {
    process.off('unhandledRejection', note);
    await removeFavourites(servers);
    disagree();
    await setSetting('connections', undefined);
    await servers.stop();
  });

  it(`shows what there is after each of ${operations} operations, and keeps no more than it needs`, async () => {
    const model = servers.newModel();
    servers.arrange(model);
    const done: string[] = [];
    const until = async (isThere: () => boolean) => {
      const end = performance.now() + patienceMs;
      while (!isThere()) {
        if (performance.now() > end)
          throw new Error(
            `${difference(model, subject) ?? 'VS Code goes on asking'}\nSeed ${seed}, after\n${lastOf(done)}`,
          );
        await delay(3);
      }
    };
    const settled = () => until(() => difference(model, subject) === undefined);
    const quiet = () => until(() => watched.isQuiet() && difference(model, subject) === undefined);
    const subject = subjectOf(servers, quiet);
    await subject.connect(model);
    await commands.executeCommand('registryExplorer.registries.focus');
    await until(() => watched.drawn(undefined) !== undefined);
    // Tests before this one may have had favourites; the row of those to come is open if theirs was.
    if (setAt('collaborators', 'state', 'open').has('favourites')) model.setOpen('*', true);
    await settled();
    const stage = Math.min(longestStage, Math.ceil(operations / 3));
    const measured: Measured[] = [];
    for (const [at, each] of fc.sample(operation, { seed, numRuns: operations }).entries()) {
      if (at % stage === 0) {
        await quiet();
        measured.push(await measure(at));
      }
      done.push(await perform(each, model, subject));
      await settled();
      deepEqual(unhandled, [], `Seed ${seed}, after\n${lastOf(done)}`);
    }
    await quiet();
    measured.push(await measure(operations));
    equal(growthIn(measured), '');
  });
});

/** The last things done, for whoever has to find out. */
const lastOf = (done: readonly string[]): string => done.slice(-40).join('\n');

function subjectOf(servers: Servers, quiet: () => Promise<void>): Subject<Row> {
  const tree = () => watched.tree();
  const run = async (id: string, row?: Row) => {
    await commands.executeCommand(`registryExplorer.${id}`, ...(row === undefined ? [] : [row]));
  };
  return {
    ...{ quiet, drawn: watched.drawn },
    labelOf: (row) => {
      const { label } = tree().getTreeItem(row);
      return typeof label === 'string' ? label : '';
    },
    open: watched.open,
    filter: (row, text) => {
      if (row.kind === 'node') tree().setFilter(row, text);
    },
    clearFilters: () => {
      tree().clearFilters();
    },
    order: (row, order) => {
      if (row.kind === 'node') tree().setOrder(row, order);
    },
    command: run,
    arrange: servers.arrange,
    connect: (model) => setSetting('connections', servers.listed(model)),
    updateCredential: async (server) => {
      const row = watched
        .drawn(undefined)
        ?.find((each) => each.kind === 'node' && each.connection.label === server.label);
      const answers = ['User name and password or token', user, passwordOf(server)];
      await answering(answers, () => run('updateCredential', row));
    },
  };
}

/** The tests to come begin without any. Only those of what is connected have a row. */
async function removeFavourites(servers: Servers): Promise<void> {
  await setSetting('connections', servers.listed(servers.newModel()));
  const [top] = await watched.tree().getChildren();
  if (top?.kind !== 'favourites') return;
  for (const row of await watched.tree().getChildren(top))
    await commands.executeCommand('registryExplorer.removeFromFavourites', row);
}

/** What is in use after so many operations. */
interface Measured {
  readonly at: number;
  readonly heapMb: number;
  readonly handles: number;
  readonly listeners: number;
  readonly rows: number;
  /** How often VS Code has asked for the look of a row so far. */
  readonly looks: number;
}

async function measure(at: number): Promise<Measured> {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  // What was told to end ends a moment later.
  await delay(1000);
  collect();
  const { listeners, rows } = kept();
  const { heapUsed } = process.memoryUsage();
  const handles = process.getActiveResourcesInfo().length;
  const looks = watched.looks();
  const measured = { at, heapMb: Math.round(heapUsed / 1e5) / 10, handles, listeners, rows, looks };
  if (reportFile !== undefined) appendFileSync(reportFile, `${JSON.stringify({ seed, ...measured })}\n`);
  return measured;
}

/** What the tree and the registries below it keep: they are private, but their names are not changed in the bundle. */
function kept(): { readonly listeners: number; readonly rows: number } {
  const sizeAt = (...path: readonly string[]) => setAt(...path).size;
  const listenersOf = (name: string) => sizeAt('collaborators', name, 'listeners', 'all');
  return {
    listeners:
      listenersOf('registries') +
      listenersOf('favourites') +
      process.eventNames().reduce((sum, name) => sum + process.listenerCount(name), 0),
    rows:
      sizeAt('rows', 'nodes') +
      sizeAt('rows', 'listings') +
      sizeAt('details', 'groups') +
      sizeAt('toDraw') +
      sizeAt('unfinished'),
  };
}

/** A set, or a map, at that path from the tree. */
function setAt(...path: readonly string[]): ReadonlySet<unknown> | ReadonlyMap<unknown, unknown> {
  const found = path.reduce<unknown>((part, name) => Reflect.get(Object(part), name), watched.tree());
  if (found instanceof Set || found instanceof Map) return found;
  throw new Error(`There is nothing at ${path.join('.')}.`);
}

/** What has grown from the first stage on by more than it may; empty: nothing. */
function growthIn([, first, ...others]: readonly Measured[]): string {
  const last = others.at(-1);
  if (first === undefined || last === undefined) return '';
  const keptByVsCode = ((last.looks - first.looks) * keptOfALook) / 1e6;
  const bounds = { heapMb: 16 + keptByVsCode, handles: 12, listeners: 0 };
  const grown = (Object.keys(bounds) as (keyof typeof bounds)[]).filter(
    (name) => last[name] > first[name] + bounds[name],
  );
  return grown
    .map((name) => `${name}: ${first[name]} after ${first.at} operations, ${last[name]} after ${last.at}`)
    .join('; ');
}
