import fc from 'fast-check';
import { faults, orders } from './model';
import type { ExpectedRow, FaultKind, Model, Order, ServerModel } from './model';

/** What is done to the view, and what happens to servers. `Row`: a row of the tree, as VS Code was given it. */
export interface Subject<Row> {
  /** The rows that were drawn below one; at the top without one. Nothing if they were never asked for. */
  readonly drawn: (row: Row | undefined) => readonly Row[] | undefined;
  readonly labelOf: (row: Row) => string;
  /** Resolves when all that was done has been drawn. What changes servers waits for it, and what depends on how far a list was read. */
  readonly quiet: () => Promise<void>;
  /** Opens a row, or closes it. */
  readonly open: (row: Row, isOpen: boolean) => Promise<void>;
  readonly filter: (row: Row, text: string) => void;
  readonly clearFilters: () => void;
  readonly order: (row: Row, order: Order | undefined) => void;
  /** Runs a command on a row; questions are answered with yes. */
  readonly command: (id: string, row?: Row) => Promise<void>;
  /** Makes the servers as the model has them now. */
  readonly arrange: (model: Model) => void;
  readonly connect: (model: Model) => Promise<void>;
  readonly updateCredential: (server: ServerModel) => Promise<void>;
}

const kinds = {
  toggle: 30,
  refresh: 8,
  refreshAll: 2,
  filter: 8,
  clearFilters: 2,
  order: 6,
  more: 8,
  retry: 4,
  deleteImage: 4,
  untagImage: 4,
  mark: 8,
  connect: 4,
  password: 2,
  credential: 4,
  fault: 6,
  push: 5,
} as const;
type Kind = keyof typeof kinds;

/** The numbers choose a list of rows, a row of it, and what is done with it, out of what there is at that time. */
export interface Operation {
  readonly kind: Kind;
  readonly list: number;
  readonly row: number;
  readonly value: number;
}

const number = fc.nat(9999);
export const operation: fc.Arbitrary<Operation> = fc.record({
  kind: fc.oneof(...Object.entries(kinds).map(([kind, weight]) => ({ arbitrary: fc.constant(kind as Kind), weight }))),
  ...{ list: number, row: number, value: number },
});

/** What the operation does in words, for the report of a failure; nothing if there is nothing to do it to. */
export async function perform<Row>(operation: Operation, model: Model, subject: Subject<Row>): Promise<string> {
  const { kind, value } = operation;
  const server = model.servers[value % model.servers.length];
  if (server === undefined) throw new Error('There is no server.');
  if (kind === 'fault' || kind === 'push' || kind === 'password') await subject.quiet();
  switch (kind) {
    case 'connect':
      model.connect(server, !server.isConnected);
      await subject.connect(model);
      return `${server.isConnected ? 'connect' : 'disconnect'} ${server.label}`;
    case 'password':
    case 'credential':
      return password(kind, model, subject);
    case 'fault':
      server.fault = server.fault === undefined ? faultOf(operation.row) : undefined;
      subject.arrange(model);
      return `${server.label} is ${server.fault ?? 'well'}`;
    case 'push': {
      const repository = [...server.repositories.keys()][operation.row % Math.min(3, server.repositories.size)] ?? '';
      model.push(server, repository);
      subject.arrange(model);
      return `push to ${repository}`;
    }
    case 'clearFilters':
      model.clearFilters();
      subject.clearFilters();
      return kind;
    case 'refreshAll':
      model.refresh();
      await subject.command('refreshAll');
      return kind;
    default:
      return performOnRow({ ...operation, kind }, model, subject);
  }
}

function faultOf(choice: number): FaultKind | undefined {
  const all = Object.keys(faults) as FaultKind[];
  return all[choice % all.length];
}

async function password<Row>(kind: 'password' | 'credential', model: Model, subject: Subject<Row>): Promise<string> {
  const server = model.servers.find(({ needsPassword }) => needsPassword);
  if (server === undefined) return '';
  if (kind === 'password') {
    model.changePassword(server);
    subject.arrange(model);
    return `another password of ${server.label}`;
  }
  if (!server.isConnected || server.fault !== undefined) return '';
  model.updateCredential(server);
  await subject.updateCredential(server);
  return `update the credential of ${server.label}`;
}

type OnRow = Exclude<Kind, 'connect' | 'password' | 'credential' | 'fault' | 'push' | 'clearFilters' | 'refreshAll'>;

const applies: Readonly<Record<OnRow, readonly ExpectedRow['kind'][]>> = {
  toggle: ['favourites', 'connection', 'repository', 'tag'],
  refresh: ['connection', 'repository', 'tag'],
  filter: ['connection', 'repository'],
  order: ['connection', 'repository'],
  more: ['more'],
  retry: ['problem'],
  deleteImage: ['tag'],
  untagImage: ['tag'],
  mark: ['repository', 'tag'],
};

const needQuiet: readonly OnRow[] = ['toggle', 'more', 'retry', 'deleteImage', 'untagImage'];

async function performOnRow<Row>(
  { kind, list, row: at, value }: Operation & { readonly kind: OnRow },
  model: Model,
  subject: Subject<Row>,
): Promise<string> {
  const lists = listsIn(model.rows(), []).flatMap(({ rows, above }) => {
    const fit = rows.flatMap((row, place) =>
      applies[kind].includes(row.kind) ? [{ row, path: [...above, place] }] : [],
    );
    return fit.length > 0 ? [fit] : [];
  });
  const from = lists[list % lists.length] ?? [];
  const chosen = from[at % from.length];
  if (chosen === undefined) return '';
  if (needQuiet.includes(kind) && !(kind === 'toggle' && !chosen.row.isOpen)) await subject.quiet();
  const { key, kind: what, isOpen } = chosen.row;
  const row = rowAt(subject, chosen.path);
  const named = `${kind} ${what} ${key}`;
  switch (kind) {
    case 'toggle':
      model.setOpen(key, !isOpen);
      await subject.open(row, !isOpen);
      return `${isOpen ? 'close' : 'open'} ${key}`;
    case 'filter': {
      const text = ['', '1', '0.1', 'a', 'zz'][value % 5] ?? '';
      model.filter(key, text);
      subject.filter(row, text);
      return `${named} by “${text}”`;
    }
    case 'order': {
      const choices = what === 'repository' ? orders : (['name', 'nameReversed'] as const);
      const order = choices[value % (choices.length + 1)];
      model.order(key, order);
      subject.order(row, order);
      return `${named} by ${order ?? 'nothing'}`;
    }
    case 'refresh':
      model.refresh(key);
      break;
    case 'more':
      model.more(key);
      await subject.command('loadMore', row);
      return named;
    case 'retry':
      model.retry(key);
      break;
    case 'deleteImage':
    case 'untagImage':
      model.remove(key, kind === 'deleteImage');
      break;
    case 'mark': {
      const id = model.isFavourite(key) ? 'removeFromFavourites' : 'addToFavourites';
      if (model.isFavourite(key)) model.unmark(key);
      else model.mark(key);
      await subject.command(id, row);
      return `${id} ${key}`;
    }
  }
  await subject.command(kind, row);
  return named;
}

interface ListOfRows {
  readonly rows: readonly ExpectedRow[];
  /** The places of the rows above it. */
  readonly above: readonly number[];
}

function listsIn(rows: readonly ExpectedRow[], above: readonly number[]): readonly ListOfRows[] {
  if (rows.length === 0) return [];
  return [{ rows, above }, ...rows.flatMap((row, at) => listsIn(row.rows, [...above, at]))];
}

function rowAt<Row>(subject: Subject<Row>, path: readonly number[]): Row {
  let row: Row | undefined;
  for (const at of path) row = subject.drawn(row)?.[at];
  if (row === undefined) throw new Error(`There is no row at ${path.join(', ')}.`);
  return row;
}

/** How what is drawn differs from what has to be; nothing if it does not. */
export function difference<Row>(model: Model, subject: Subject<Row>): string | undefined {
  return differenceBelow('', model.rows(), subject, undefined);
}

function differenceBelow<Row>(
  where: string,
  expected: readonly ExpectedRow[],
  subject: Subject<Row>,
  row: Row | undefined,
): string | undefined {
  const drawn = subject.drawn(row);
  const labels = drawn?.map(subject.labelOf);
  if (labels === undefined) return `${where || 'the view'}: never asked for its rows`;
  const at = Math.max(expected.length, labels.length);
  for (let place = 0; place < at; place++) {
    const [has, wants] = [labels[place], expected[place]?.label];
    if (has !== wants)
      return `${where || 'the view'}: row ${place} is ${has ?? 'not there'} instead of ${wants ?? 'nothing'}; it has ${labels.length} rows instead of ${expected.length}`;
  }
  for (const [place, { label, isOpen, rows }] of expected.entries()) {
    const found = isOpen ? differenceBelow(`${where}/${label}`, rows, subject, drawn?.[place]) : undefined;
    if (found !== undefined) return found;
  }
  return undefined;
}
