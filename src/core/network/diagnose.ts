import { t } from '@vscode/l10n';
import type { Socket } from 'node:net';
import { registryHttp } from '../auth';
import type { ReadCredential } from '../auth';
import { parseChallenges } from '../challenge';
import { defined } from '../defined';
import { emptyList, Failure } from '../failure';
import { failureOf } from '../refusal';
import type { Http, HttpResponse } from '../http';
import type { Entry, Page, Repository } from '../model';
import { addressesOf, lookAtTls, openSocket, tunnel } from './probe';
import { proxyFor, proxyLogin, unusableProxy } from './proxy';
import type { ProxySettings } from './proxy';
import { redactUrl } from './redaction';
import type { Redaction } from './redaction';
import { withRetry } from '../retry';
import type { ReadTls } from './tls';
import { withRequestNotes } from './watched';

/** One of the servers that a connection speaks to. */
export interface Endpoint {
  /** Root of its API without a trailing slash. */
  readonly url: string;
  /** Signs in there; absent where it is no V2 registry, and is only asked whether it answers. */
  readonly credential?: ReadCredential;
  /** A server has named it; nothing that the user typed or set leads there. */
  readonly isNamed?: true;
}

/** What is looked at, in this order. */
export type StepId = 'address' | 'proxy' | 'names' | 'connection' | 'tls' | 'api' | 'signIn' | 'listing' | 'tags';

export type FactName =
  | 'address'
  | 'plain'
  | 'lookedUp'
  | 'addresses'
  | 'private'
  | 'proxy'
  | 'proxyBy'
  | 'ignored'
  | 'exception'
  | 'connectedTo'
  | 'through'
  | 'protocol'
  | 'cipher'
  | 'names'
  | 'certificate'
  | 'issuer'
  | 'valid'
  | 'fingerprint'
  | 'chain'
  | 'notVerified'
  | 'status'
  | 'version'
  | 'server'
  | 'challenge'
  | 'credential'
  | 'exchange'
  | 'entries'
  | 'more'
  | 'repository'
  | 'tags';

export interface Fact {
  readonly name: FactName;
  readonly value: string;
}

export interface Step {
  readonly id: StepId;
  readonly outcome: 'ok' | 'failed' | 'skipped';
  readonly ms: number;
  readonly facts: readonly Fact[];
  /** Why it failed; where it was skipped, nothing. */
  readonly failure?: unknown;
  /** The step that it would have needed. */
  readonly needs?: StepId;
}

export interface Diagnosis {
  /** What was found at each server. */
  readonly servers: readonly { readonly endpoint: Endpoint; readonly steps: readonly Step[] }[];
  /** What was found when it was used as the tree uses it. */
  readonly use: readonly Step[];
  /** Every request that was sent to find this out, a line each. */
  readonly requests: readonly string[];
  /** Keeps the secrets that were met on the way out of a text. */
  readonly redact: (text: string) => string;
}

/** What a provider is looked at by. */
interface Diagnosed {
  /** The registry first. */
  readonly endpoints?: readonly Endpoint[];
  readonly list: (parent: Entry | undefined, cursor: string | undefined, signal: AbortSignal) => Promise<Page<Entry>>;
}

export interface Subject {
  /** Opens the provider again over this `http`, so that every request is recorded and nothing is answered from a cache. */
  readonly open: (http: Http) => Diagnosed;
  /** Sends as the provider does, without signing in. */
  readonly http: Http;
  /** The TLS options of the provider for the server of a URL. */
  readonly tls: ReadTls | undefined;
  readonly proxies: ProxySettings;
  /** Knows the secrets so far, and learns those in requests and answers. */
  readonly redaction: Redaction;
}

/** The most lists that are requested to find a repository. */
const mostLists = 10;

/**
 * Walks from the name of each server to the tags of a repository, and records at each step what was found or why it failed. A failed
 * step skips only the steps that need it. Rejects only when aborted.
 */
export async function diagnose(
  subject: Subject,
  progress: (id: StepId, host: string) => void,
  signal: AbortSignal,
): Promise<Diagnosis> {
  const { redaction } = subject;
  const requests: string[] = [];
  const http = withRequestNotes(subject.http, requests, redaction);
  const provider = subject.open(http);
  const servers: { endpoint: Endpoint; steps: Step[] }[] = [];
  const lookAtServers = async () => {
    for (const endpoint of provider.endpoints ?? []) {
      if (servers.some((known) => known.endpoint.url === endpoint.url)) continue;
      const walk = new Walk(new URL(endpoint.url).host, progress, signal);
      await lookAtServer(walk, { ...subject, http }, endpoint, redaction);
      servers.push({ endpoint, steps: walk.steps });
    }
  };
  await lookAtServers();
  const use = new Walk(new URL(servers[0]?.endpoint.url ?? '').host, progress, signal);
  const answers = servers.some(({ steps }) => steps.some(({ id, outcome }) => id === 'api' && outcome === 'ok'));
  await lookAtUse(use, (parent) => provider.list(parent, undefined, signal), answers);
  // Some servers are known once something was listed.
  await lookAtServers();
  return { servers, use: use.steps, requests, redact: (text) => redaction.of(text) };
}

type Note = (name: FactName, value: string | number | undefined) => void;

/** Takes one step after the other and keeps what each found. */
class Walk {
  readonly steps: Step[] = [];

  constructor(
    private readonly host: string,
    private readonly progress: (id: StepId, host: string) => void,
    readonly signal: AbortSignal,
  ) {}

  /** What the task resolves to; nothing when it failed. */
  async take<T>(id: StepId, task: (note: Note) => T | Promise<T>): Promise<T | undefined> {
    this.progress(id, this.host);
    const started = performance.now();
    const facts: Fact[] = [];
    const keep = (outcome: 'ok' | 'failed', failure?: unknown) => {
      const ms = Math.round(performance.now() - started);
      this.steps.push({ id, outcome, ms, facts, ...defined({ failure }) });
    };
    try {
      const found = await task((name, value) => {
        if (value !== undefined && value !== '') facts.push({ name, value: String(value) });
      });
      keep('ok');
      return found;
    } catch (failure) {
      this.signal.throwIfAborted();
      keep('failed', failure);
      return undefined;
    }
  }

  skip(id: StepId, needs: StepId): void {
    this.steps.push({ id, outcome: 'skipped', ms: 0, facts: [], needs });
  }

  failed(id: StepId): boolean {
    return this.steps.some((step) => step.id === id && step.outcome === 'failed');
  }
}

async function lookAtServer(walk: Walk, subject: Subject, endpoint: Endpoint, redaction: Redaction): Promise<void> {
  const url = new URL(endpoint.url);
  await walk.take('address', (note) => {
    note('address', redactUrl(endpoint.url));
    if (url.protocol === 'http:') note('plain', 'yes');
  });
  const proxy = await walk.take('proxy', (note) => chooseProxy(url, subject.proxies, note, redaction));
  // The proxy looks the registry's name up: this machine need not know it.
  await walk.take('names', (note) => lookUp((proxy ?? url).hostname, note, walk.signal));
  await lookBelowHttp(walk, subject, url, proxy);
  const answer = await walk.take('api', (note) => askApi(withRetry(subject.http), endpoint, note, walk.signal));
  const { credential } = endpoint;
  if (credential === undefined) return;
  if (answer === undefined) walk.skip('signIn', 'api');
  else await walk.take('signIn', (note) => signIn(subject.http, url, credential, note, redaction, walk.signal));
}

async function lookUp(hostname: string, note: Note, signal: AbortSignal): Promise<void> {
  note('lookedUp', hostname);
  const found = await addressesOf(hostname, signal);
  note('addresses', found.map(({ address }) => address).join(', '));
  if (found.some((each) => each.isPrivate)) note('private', 'yes');
}

function chooseProxy(url: URL, settings: ProxySettings, note: Note, redaction: Redaction): URL | undefined {
  const choice = proxyFor(url, settings);
  note('proxyBy', choice.by);
  if (choice.by === 'exception') note('exception', choice.exception);
  for (const source of 'ignored' in choice ? choice.ignored : []) note('ignored', source);
  if (!('proxy' in choice)) return undefined;
  const proxy = URL.canParse(choice.proxy) ? new URL(choice.proxy) : undefined;
  if (proxy === undefined || proxy.hostname === '') throw unusableProxy(t('it is not a URL'));
  redaction.add(proxy.password);
  note('proxy', `${proxy.protocol}//${proxy.host}`);
  redaction.add(proxyLogin(proxy).password);
  return proxy;
}

/** TCP, and TLS on it; through the proxy, if there is one. */
async function lookBelowHttp(walk: Walk, subject: Subject, url: URL, proxy: URL | undefined): Promise<void> {
  const isSecure = url.protocol === 'https:';
  const port = url.port === '' ? (isSecure ? 443 : 80) : Number(url.port);
  // Proxies of other kinds cannot be looked through from here.
  const cannotPass = walk.failed('proxy') || (proxy !== undefined && proxy.protocol !== 'http:');
  const needs = cannotPass ? 'proxy' : walk.failed('names') ? 'names' : undefined;
  if (needs !== undefined) {
    walk.skip('connection', needs);
    if (isSecure) walk.skip('tls', needs);
    return;
  }
  let socket: Socket | undefined;
  try {
    const connected = await walk.take('connection', async (note) => {
      const [host, to] = proxy === undefined ? [url.hostname, port] : [proxy.hostname, Number(proxy.port || 80)];
      socket = await openSocket(host, to, walk.signal);
      note('connectedTo', `${socket.remoteAddress ?? ''} ${t('port {0}', socket.remotePort ?? '')}`);
      if (proxy === undefined) return socket;
      note('through', proxy.host);
      if (isSecure) await tunnel(socket, proxy, `${url.hostname}:${port}`, walk.signal);
      return socket;
    });
    if (!isSecure) return;
    if (connected === undefined) walk.skip('tls', 'connection');
    else await walk.take('tls', (note) => shakeHands(connected, url, subject.tls, note, walk.signal));
  } finally {
    socket?.destroy();
  }
}

async function shakeHands(
  socket: Socket,
  url: URL,
  tls: Subject['tls'],
  note: Note,
  signal: AbortSignal,
): Promise<void> {
  const options = (await tls?.(url.href)) ?? {};
  const { protocol, cipher, chain, names, failure } = await lookAtTls(socket, url, options, signal);
  const [own, ...above] = chain;
  note('protocol', protocol);
  note('cipher', cipher);
  note('certificate', own?.subject);
  note('names', names.join(', '));
  note('issuer', own?.issuer);
  note('valid', own && `${own.validFrom} – ${own.validTo} UTC`);
  note('fingerprint', own?.fingerprint);
  note('chain', above.map(({ subject }) => subject).join(' ← '));
  if (failure === undefined) return;
  if (options.rejectUnauthorized !== false) throw failure;
  note('notVerified', failure.detail.code);
}

/** https://github.com/opencontainers/distribution-spec/blob/v1.1.1/spec.md#determining-support */
async function askApi(http: Http, endpoint: Endpoint, note: Note, signal: AbortSignal): Promise<HttpResponse> {
  const isRegistry = endpoint.credential !== undefined;
  const response = await http({ method: 'GET', url: isRegistry ? `${endpoint.url}/v2/` : endpoint.url }, signal);
  const { status, headers } = response;
  note('status', status);
  note('version', headers['docker-distribution-api-version']);
  note('server', headers.server);
  const challenges = parseChallenges(headers['www-authenticate'] ?? '');
  for (const { scheme, parameters } of challenges)
    note('challenge', describeChallenge(scheme, parameters, endpoint.url));
  // An API of another kind may have nothing at its root: that it answers is all that is asked.
  if (!isRegistry && status < 500) return response;
  const { host } = new URL(endpoint.url);
  if (status === 200 && /html/i.test(headers['content-type'] ?? ''))
    throw new Failure('malformed', t('it answers with a web page'), { subject: host, status, code: 'WEB_PAGE' });
  if (status === 401 && challenges.length === 0)
    throw new Failure('malformed', t('it requires a sign-in, but does not say which kind'), { subject: host, status });
  if (status !== 200 && status !== 401) throw failureOf(response);
  return response;
}

function describeChallenge(
  scheme: string,
  { realm, service, scope }: Readonly<Record<string, string | undefined>>,
  base: string,
): string {
  // Of Basic, the realm is a title and no address.
  const where =
    scheme === 'bearer' && realm !== undefined && URL.canParse(realm, base) ? new URL(realm, base) : undefined;
  return [
    scheme,
    where === undefined ? '' : `realm ${where.origin}${where.pathname}`,
    service === undefined ? '' : `service ${service}`,
    scope === undefined ? '' : `scope ${scope}`,
  ]
    .filter((part) => part !== '')
    .join(', ');
}

/** The credential is shown to the registry, or to the token server it names, as at every request of the product. */
async function signIn(
  http: Http,
  registry: URL,
  readCredential: ReadCredential,
  note: Note,
  redaction: Redaction,
  signal: AbortSignal,
): Promise<void> {
  const credential = await readCredential(signal);
  note('credential', credential.kind);
  redaction.addCredential(credential);
  const root = registry.href.replace(/\/+$/, '');
  const notingHttp: Http = async (request, abort) => {
    const response = await http(request, abort);
    if (request.url !== `${root}/v2/`)
      note('exchange', `${request.method} ${new URL(request.url).host}: ${response.status}`);
    return response;
  };
  const signedIn = registryHttp(notingHttp, root, () => Promise.resolve(credential));
  const response = await signedIn({ method: 'GET', url: `${root}/v2/` }, signal);
  note('status', response.status);
  if (response.status !== 200) throw failureOf(response);
}

type List = (parent: Entry | undefined) => Promise<Page<Entry>>;

async function lookAtUse(walk: Walk, list: List, answers: boolean): Promise<void> {
  if (!answers) {
    walk.skip('listing', 'api');
    walk.skip('tags', 'api');
    return;
  }
  let first: Page<Entry> = { items: [] };
  await walk.take('listing', async (note) => {
    first = await list(undefined);
    note('entries', first.items.length);
    note('more', first.next === undefined ? 'no' : 'yes');
    // Some is there all the same: what was added by name, for one. And no list fails by being empty.
    if (first.failure instanceof Error && !isEmptyList(first.failure)) throw first.failure;
  });
  if (first.items.length === 0) walk.skip('tags', 'listing');
  else await walk.take('tags', (note) => lookAtTags(first, list, note));
}

function isEmptyList(failure: Error): boolean {
  return failure instanceof Failure && failure.detail.code === emptyList;
}

/** Of the first repository that can be found below the first page. */
async function lookAtTags(first: Page<Entry>, list: List, note: Note): Promise<void> {
  const repository = await firstRepository(first, list);
  note('repository', repository?.image.path);
  if (repository === undefined) return;
  const { items, next } = await list(repository);
  note('tags', items.length);
  note('more', next === undefined ? 'no' : 'yes');
}

async function firstRepository(first: Page<Entry>, list: List): Promise<Repository | undefined> {
  const waiting: Entry[] = [...first.items];
  for (let asked = 0; asked <= mostLists; asked++) {
    const entry = waiting.shift();
    if (entry?.kind === 'repository') return entry;
    if (entry?.kind !== 'group' && entry?.kind !== 'registry') return undefined;
    // Down before sideways.
    if (asked < mostLists) waiting.unshift(...(await list(entry)).items);
  }
  return undefined;
}
