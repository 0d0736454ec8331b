/** What the Registries view must show after anything that a user does, and after anything that happens to a server. */

/** Rows that are drawn before the first "Load more…": of tags, and of other rows. */
const tagRows = 100;
const otherRows = 200;
const mostAtOnce = 1000;
/** Rows that are read for an order that was chosen. */
const mostSorted = 1000;

/** What goes wrong with a server, and how a row says it. */
export const faults = { broken: 'Server error', gone: 'Not reachable', babble: 'Unclear answer' } as const;
export type FaultKind = keyof typeof faults;
export const orders = ['version', 'versionReversed', 'name', 'nameReversed'] as const;
export type Order = (typeof orders)[number];

/** A server as it is now: of each repository the tags, and of each tag the image that it names. */
export interface ServerModel {
  readonly label: string;
  readonly repositories: ReadonlyMap<string, Map<string, number>>;
  /** Entries of a page. The pages of tags are read at once, those of repositories as far as rows are wanted. */
  readonly pageSize: number;
  readonly needsPassword: boolean;
  isConnected: boolean;
  /** Changes with each new password; whether the connection has the one of now. */
  password: number;
  hasPassword: boolean;
  fault: FaultKind | undefined;
}

/** One row of the view, with the rows below it where it is open. */
export interface ExpectedRow {
  readonly label: string;
  readonly kind: 'connection' | 'repository' | 'tag' | 'platform' | 'favourites' | 'more' | 'problem';
  /** Of the row, or of that which it belongs to. */
  readonly key: string;
  readonly isOpen: boolean;
  readonly rows: readonly ExpectedRow[];
}

const favouritesKey = '*';
/** Of every image: each is for one platform. */
const platformName = 'linux/amd64';

/**
 * A key has the server, the repository, the tag and the platform; one star before it: it is a favourite, or below one; two: it is a tag
 * that is itself a favourite.
 */
interface Place {
  readonly isAlone: boolean;
  readonly server: string;
  readonly repository?: string;
  readonly tag?: string;
  readonly platform?: string;
}

const ownKey = (key: string): string => key.replace(/^\*+/, '');

function placeOf(key: string): Place {
  const [server = '', repository, tag, platform] = ownKey(key).split(' ');
  const below = { ...(repository && { repository }), ...(tag && { tag }), ...(platform && { platform }) };
  return { isAlone: key.startsWith('**'), server, ...below };
}

const isWithin = (key: string, top: string): boolean => ownKey(key) === top || ownKey(key).startsWith(`${top} `);
const plainly = (a: string, b: string): number => (a < b ? -1 : Number(a > b));
const numberOf = (name: string): number => Number(/\d+$/.exec(name)?.[0]);

/** One list, as far as it was read. */
class List {
  private readonly known: string[] = [];
  private shown: string[] = [];
  private next: string | undefined;
  private isStarted = false;
  private drawn = 0;
  failure: string | undefined;
  private step: number;

  constructor(
    private readonly firstStep: number,
    public wanted: number,
  ) {
    this.step = firstStep;
    this.wanted = Math.max(firstStep, wanted);
  }

  get rows(): readonly string[] {
    return this.shown.slice(0, this.wanted);
  }

  get hasMore(): boolean {
    return this.shown.length > this.wanted || (this.isStarted && this.canRead);
  }

  private get canRead(): boolean {
    return this.failure === undefined && !(this.isStarted && this.next === undefined);
  }

  look(matches: (name: string) => boolean): void {
    this.wanted = this.step;
    this.drawn = 0;
    this.shown = this.known.filter(matches);
  }

  more(): void {
    this.step = Math.max(this.step, Math.min(2 * this.step, mostAtOnce));
    this.wanted += this.step;
  }

  /** `names`: all that the server has now, or why it does not say. */
  load(names: readonly string[] | string, look: Look, pageSize: number): void {
    const target = Math.max(this.wanted, look.isChosen ? mostSorted : 0);
    while (this.canRead && this.shown.length < target) {
      if (typeof names === 'string') {
        this.failure = names;
        break;
      }
      const { next } = this;
      const left = [...names].sort(plainly).filter((name) => next === undefined || name > next);
      const page = left.slice(0, pageSize);
      this.isStarted = true;
      this.next = left.length > page.length ? page.at(-1) : undefined;
      const added = page.filter((name) => !this.known.includes(name));
      this.known.push(...added);
      this.shown.push(...added.filter(look.matches));
    }
    this.shown = [...this.shown.slice(0, this.drawn), ...look.sort(this.shown.slice(this.drawn))];
    this.drawn = Math.min(this.wanted, this.shown.length);
  }

  /** The same list, to be read again. */
  again(): List {
    return new List(this.firstStep, this.wanted);
  }
}

interface Look {
  readonly matches: (name: string) => boolean;
  readonly sort: (names: readonly string[]) => readonly string[];
  readonly isChosen: boolean;
}

export class Model {
  private readonly lists = new Map<string, List>();
  private readonly open = new Set<string>();
  private readonly filters = new Map<string, string>();
  private readonly orders = new Map<string, Order>();
  private readonly favourites: string[] = [];
  private pushed = 1000;

  constructor(readonly servers: readonly ServerModel[]) {}

  /** All rows that are to be seen. What is open and not listed yet is listed now. */
  rows(): readonly ExpectedRow[] {
    const connected = this.servers.filter(({ isConnected }) => isConnected);
    const isOpen = this.open.has(favouritesKey);
    const below = () =>
      this.favourites
        .filter((key) => this.serverOf(key).isConnected)
        .map((key) => this.row(placeOf(key).tag === undefined ? `*${key}` : `**${key}`));
    const marked: ExpectedRow = {
      ...({ label: 'Favourites', kind: 'favourites', key: favouritesKey, isOpen } as const),
      rows: isOpen ? below() : [],
    };
    return [...(this.favourites.length > 0 ? [marked] : []), ...connected.map(({ label }) => this.row(label))];
  }

  isOpen(key: string): boolean {
    return this.open.has(key);
  }

  isFavourite(key: string): boolean {
    return this.favourites.includes(ownKey(key));
  }

  setOpen(key: string, isOpen: boolean): void {
    if (isOpen) this.open.add(key);
    else this.open.delete(key);
  }

  filter(key: string, text: string): void {
    if (text === '') this.filters.delete(key);
    else this.filters.set(key, text);
    this.lists.get(key)?.look(this.lookOf(key).matches);
  }

  clearFilters(): void {
    for (const key of [...this.filters.keys()]) this.filter(key, '');
  }

  order(key: string, order: Order | undefined): void {
    if (order === undefined) this.orders.delete(key);
    else this.orders.set(key, order);
    this.lists.get(key)?.look(this.lookOf(key).matches);
  }

  more(key: string): void {
    this.lists.get(key)?.more();
  }

  retry(key: string): void {
    const list = this.lists.get(key);
    if (list !== undefined) list.failure = undefined;
  }

  refresh(top?: string): void {
    for (const [key, list] of [...this.lists]) {
      if (top !== undefined && !isWithin(key, ownKey(top))) continue;
      if (this.open.has(key)) this.lists.set(key, list.again());
      else this.lists.delete(key);
    }
  }

  mark(key: string): void {
    if (!this.isFavourite(key)) this.favourites.push(ownKey(key));
  }

  /** What was read below it is forgotten with it. */
  unmark(key: string): void {
    const own = ownKey(key);
    this.favourites.splice(this.favourites.indexOf(own), 1);
    const top = placeOf(own).tag === undefined ? `*${own}` : `**${own}`;
    for (const each of [...this.lists.keys()]) if (each === top || each.startsWith(`${top} `)) this.lists.delete(each);
  }

  /** The tag goes, or its whole image; then its repository is listed again, also where the server refused. */
  remove(key: string, isWhole: boolean): void {
    const server = this.serverOf(key);
    const { repository = '', tag = '' } = placeOf(key);
    const tags = server.repositories.get(repository);
    const image = tags?.get(tag);
    if (answerOf(server) === undefined && tags !== undefined && image !== undefined)
      for (const [name, its] of [...tags]) if (name === tag || (isWhole && its === image)) tags.delete(name);
    this.refresh(`${server.label} ${repository}`);
  }

  /** One more tag, which names an image that no other does; each third one the image of the tag before. Nothing is drawn for it. */
  push({ repositories }: ServerModel, repository: string): void {
    const tags = repositories.get(repository);
    if (tags === undefined) return;
    this.pushed++;
    tags.set(`1.0.${this.pushed}`, this.pushed % 3 === 0 ? this.pushed - 1 : this.pushed);
  }

  connect(server: ServerModel, isConnected: boolean): void {
    server.isConnected = isConnected;
    if (isConnected) return;
    for (const all of [this.lists, this.open, this.filters, this.orders])
      for (const key of [...all.keys()]) if (isWithin(key, server.label)) all.delete(key);
  }

  /** The server takes another password from now on. Nothing is drawn for it. */
  changePassword(server: ServerModel): void {
    server.password++;
    server.hasPassword = false;
  }

  /** The connection gets the password of now, and is opened again. */
  updateCredential(server: ServerModel): void {
    server.hasPassword = true;
    for (const key of [...this.lists.keys()]) if (isWithin(key, server.label)) this.lists.delete(key);
  }

  private serverOf(key: string): ServerModel {
    const found = this.servers.find(({ label }) => label === placeOf(key).server);
    if (found === undefined) throw new Error(`There is no server of ${key}.`);
    return found;
  }

  private row(key: string): ExpectedRow {
    const isOpen = this.open.has(key);
    const kind = kindOf(key);
    return { label: this.labelOf(key), kind, key, isOpen, rows: isOpen ? this.below(key) : [] };
  }

  /** A tag among the favourites says of which repository it is. */
  private labelOf(key: string): string {
    const { isAlone, server, repository, tag, platform } = placeOf(key);
    if (platform !== undefined) return platform;
    if (tag === undefined) return repository ?? server;
    return isAlone ? `${repository?.replace(/^.*\//, '')}:${tag}` : tag;
  }

  private below(key: string): readonly ExpectedRow[] {
    const server = this.serverOf(key);
    const kind = kindOf(key);
    const list = this.lists.get(key) ?? new List(kind === 'repository' ? tagRows : otherRows, 0);
    this.lists.set(key, list);
    const pageSize = kind === 'connection' ? server.pageSize : Infinity;
    list.load(answerOf(server) ?? namesBelow(server, key), this.lookOf(key), pageSize);
    const last = (label: string, kind: 'more' | 'problem'): ExpectedRow => ({
      label,
      kind,
      key,
      isOpen: false,
      rows: [],
    });
    return [
      ...list.rows.map((name) => this.row(`${key} ${name}`)),
      ...(list.hasMore ? [last('Load more…', 'more')] : []),
      ...(list.failure === undefined ? [] : [last(list.failure, 'problem')]),
    ];
  }

  private lookOf(key: string): Look {
    const filter = this.filters.get(key) ?? '';
    const chosen = this.orders.get(key);
    const byDefault = kindOf(key) === 'repository' ? 'version' : undefined;
    const order = chosen ?? byDefault;
    // Names differ in their last number alone.
    const direction = order === 'version' || order === 'nameReversed' ? -1 : 1;
    return {
      matches: (name) => name.includes(filter),
      isChosen: chosen !== undefined,
      sort: (names) =>
        order === undefined ? names : [...names].sort((a, b) => direction * (numberOf(a) - numberOf(b))),
    };
  }
}

function kindOf(key: string): 'connection' | 'repository' | 'tag' | 'platform' {
  const { repository, tag, platform } = placeOf(key);
  if (platform !== undefined) return 'platform';
  if (tag !== undefined) return 'tag';
  return repository === undefined ? 'connection' : 'repository';
}

/** What a server that answers has below a row, or how a row says why not: a favourite may be gone. */
function namesBelow({ repositories }: ServerModel, key: string): readonly string[] | string {
  const { repository, tag } = placeOf(key);
  if (repository === undefined) return [...repositories.keys()];
  const tags = repositories.get(repository) ?? new Map<string, number>();
  if (tag === undefined) return [...tags.keys()];
  return tags.has(tag) ? [platformName] : 'Not found';
}

/** How a row says why the server does not answer; nothing if it does. */
function answerOf(server: ServerModel): string | undefined {
  if (server.fault !== undefined) return faults[server.fault];
  return server.needsPassword && !server.hasPassword ? 'Not signed in' : undefined;
}
