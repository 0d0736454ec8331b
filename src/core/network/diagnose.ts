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
import { resolveAddresses, probeTls, openSocket, openTunnel } from './probe';
import { proxyFor, proxyLogin, unusableProxy } from './proxy';
import type { ProxySettings } from './proxy';
import { redactUrl } from './redaction';
import type { Redaction } from './redaction';
import { withRetry } from '../retry';
import type { ReadTls } from './tls';
import { withRequestNotes } from './requestNotes';

/** One of the servers that a connection speaks to. */
export interface Endpoint {
  /** Root of its API without a trailing slash. */
  readonly url: string;
  /** Reads the credential for it; absent: it is not a V2 registry, so only whether it answers is checked. */
  readonly credential?: ReadCredential;
  /** Another server named it; absent: it follows from what the user typed or set. */
  readonly isNamed?: true;
}

/** The steps of a diagnosis, in their order. */
export type StepId = 'address' | 'proxy' | 'names' | 'connection' | 'tls' | 'api' | 'signIn' | 'listing' | 'tags';

/** The names of facts; `ui/diagnosis.ts` has a label for each. */
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
  /** Why it failed; absent if it was skipped or succeeded. */
  readonly failure?: unknown;
  /** The failed step because of which it was skipped. */
  readonly needs?: StepId;
}

export interface Diagnosis {
  /** The steps at each server. */
  readonly servers: readonly { readonly endpoint: Endpoint; readonly steps: readonly Step[] }[];
  /** The steps that use the provider as the tree does: listing, tags. */
  readonly use: readonly Step[];
  /** Every request that was sent, a line each. */
  readonly requests: readonly string[];
  /** Removes all known secrets from a text. */
  readonly redact: (text: string) => string;
}

/** The part of a provider that is diagnosed. */
interface DiagnosedProvider {
  /** The registry first. */
  readonly endpoints?: readonly Endpoint[];
  readonly list: (parent: Entry | undefined, cursor: string | undefined, signal: AbortSignal) => Promise<Page<Entry>>;
}

export interface DiagnosisSubject {
  /** Opens the provider again with this `http`, so that every request is recorded and no answer comes from a cache. */
  readonly open: (http: Http) => DiagnosedProvider;
  /** Sends as the provider does, without signing in. */
  readonly http: Http;
  /** The TLS options of the provider for the server of a URL. */
  readonly tls: ReadTls | undefined;
  readonly proxies: ProxySettings;
  /** Has the known secrets; those in requests and answers are added. */
  readonly redaction: Redaction;
}

/** The most lists that are requested to find a repository. */
const mostLists = 10;

/**
 * Walks from the name of each server to the tags of a repository, and records at each step what was found or why it failed. A failed
 * step skips only the steps that need it. Rejects only when aborted.
 */
export async function diagnose(
  subject: DiagnosisSubject,
  progress: (id: StepId, host: string) => void,
  signal: AbortSignal,
): Promise<Diagnosis> {
  const { redaction } = subject;
  const requests: string[] = [];
  const http = withRequestNotes(subject.http, requests, redaction);
  const provider = subject.open(http);
  const servers: { endpoint: Endpoint; steps: Step[] }[] = [];
  const checkServers = async () => {
    for (const endpoint of provider.endpoints ?? []) {
      if (servers.some((known) => known.endpoint.url === endpoint.url)) continue;
      const walk = new Walk(new URL(endpoint.url).host, progress, signal);
      await checkServer(walk, { ...subject, http }, endpoint, redaction);
      servers.push({ endpoint, steps: walk.steps });
    }
  };
  await checkServers();
  const use = new Walk(new URL(servers[0]?.endpoint.url ?? '').host, progress, signal);
  const isApiReachable = servers.some(({ steps }) => steps.some(({ id, outcome }) => id === 'api' && outcome === 'ok'));
  await checkUse(use, (parent) => provider.list(parent, undefined, signal), isApiReachable);
  // Some servers are known only after something was listed.
  await checkServers();
  return { servers, use: use.steps, requests, redact: (text) => redaction.redact(text) };
}

type Note = (name: FactName, value: string | number | undefined) => void;

/** Takes one step after the other and records the facts and the outcome of each. */
class Walk {
  readonly steps: Step[] = [];

  constructor(
    private readonly host: string,
    private readonly progress: (id: StepId, host: string) => void,
    readonly signal: AbortSignal,
  ) {}

  /** What the task resolves to; undefined if it failed. */
  async take<T>(id: StepId, task: (note: Note) => T | Promise<T>): Promise<T | undefined> {
    this.progress(id, this.host);
    const started = performance.now();
    const facts: Fact[] = [];
    const record = (outcome: 'ok' | 'failed', failure?: unknown) => {
      const ms = Math.round(performance.now() - started);
      this.steps.push({ id, outcome, ms, facts, ...defined({ failure }) });
    };
    try {
      const result = await task((name, value) => {
        if (value !== undefined && value !== '') facts.push({ name, value: String(value) });
      });
      record('ok');
      return result;
    } catch (failure) {
      this.signal.throwIfAborted();
      record('failed', failure);
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

async function checkServer(
  walk: Walk,
  subject: DiagnosisSubject,
  endpoint: Endpoint,
  redaction: Redaction,
): Promise<void> {
  const url = new URL(endpoint.url);
  await walk.take('address', (note) => {
    note('address', redactUrl(endpoint.url));
    if (url.protocol === 'http:') note('plain', 'yes');
  });
  const proxy = await walk.take('proxy', (note) => chooseProxy(url, subject.proxies, note, redaction));
  // With a proxy, only the proxy's name is looked up here: the proxy looks up the name of the registry.
  await walk.take('names', (note) => resolveNames((proxy ?? url).hostname, note, walk.signal));
  await checkConnection(walk, subject, url, proxy);
  const answer = await walk.take('api', (note) => checkApi(withRetry(subject.http), endpoint, note, walk.signal));
  const { credential } = endpoint;
  if (credential === undefined) return;
  if (answer === undefined) walk.skip('signIn', 'api');
  else await walk.take('signIn', (note) => checkSignIn(subject.http, url, credential, note, redaction, walk.signal));
}

async function resolveNames(hostname: string, note: Note, signal: AbortSignal): Promise<void> {
  note('lookedUp', hostname);
  const found = await resolveAddresses(hostname, signal);
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

/** Checks the TCP connection and TLS, through the proxy if there is one. */
async function checkConnection(walk: Walk, subject: DiagnosisSubject, url: URL, proxy: URL | undefined): Promise<void> {
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
      if (isSecure) await openTunnel(socket, proxy, `${url.hostname}:${port}`, walk.signal);
      return socket;
    });
    if (!isSecure) return;
    if (connected === undefined) walk.skip('tls', 'connection');
    else await walk.take('tls', (note) => checkTls(connected, url, subject.tls, note, walk.signal));
  } finally {
    socket?.destroy();
  }
}

async function checkTls(
  socket: Socket,
  url: URL,
  tls: DiagnosisSubject['tls'],
  note: Note,
  signal: AbortSignal,
): Promise<void> {
  const options = (await tls?.(url.href)) ?? {};
  const { protocol, cipher, chain, names, failure } = await probeTls(socket, url, options, signal);
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
async function checkApi(http: Http, endpoint: Endpoint, note: Note, signal: AbortSignal): Promise<HttpResponse> {
  const isRegistry = endpoint.credential !== undefined;
  const response = await http({ method: 'GET', url: isRegistry ? `${endpoint.url}/v2/` : endpoint.url }, signal);
  const { status, headers } = response;
  note('status', status);
  note('version', headers['docker-distribution-api-version']);
  note('server', headers.server);
  const challenges = parseChallenges(headers['www-authenticate'] ?? '');
  for (const { scheme, parameters } of challenges)
    note('challenge', describeChallenge(scheme, parameters, endpoint.url));
  // An API of another kind may have nothing at its root, so any answer is enough.
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
  // In a Basic challenge, the realm is a title and not an address.
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

/** Signs in to the registry, or to the token server it names, in the same way as for every other request. */
async function checkSignIn(
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
  const httpWithNotes: Http = async (request, abort) => {
    const response = await http(request, abort);
    if (request.url !== `${root}/v2/`)
      note('exchange', `${request.method} ${new URL(request.url).host}: ${response.status}`);
    return response;
  };
  const signedIn = registryHttp(httpWithNotes, root, () => Promise.resolve(credential));
  const response = await signedIn({ method: 'GET', url: `${root}/v2/` }, signal);
  note('status', response.status);
  if (response.status !== 200) throw failureOf(response);
}

type List = (parent: Entry | undefined) => Promise<Page<Entry>>;

async function checkUse(walk: Walk, list: List, isApiReachable: boolean): Promise<void> {
  if (!isApiReachable) {
    walk.skip('listing', 'api');
    walk.skip('tags', 'api');
    return;
  }
  let first: Page<Entry> = { items: [] };
  await walk.take('listing', async (note) => {
    first = await list(undefined);
    note('entries', first.items.length);
    note('more', first.next === undefined ? 'no' : 'yes');
    // A page with a failure may still have items, such as repositories that were added by name. An empty list is no failure here.
    if (first.failure instanceof Error && !isEmptyList(first.failure)) throw first.failure;
  });
  if (first.items.length === 0) walk.skip('tags', 'listing');
  else await walk.take('tags', (note) => checkTags(first, list, note));
}

function isEmptyList(failure: Error): boolean {
  return failure instanceof Failure && failure.detail.code === emptyList;
}

/** Lists the tags of the first repository on the first page, or below it. */
async function checkTags(first: Page<Entry>, list: List, note: Note): Promise<void> {
  const repository = await firstRepository(first, list);
  note('repository', repository?.image.path);
  if (repository === undefined) return;
  const { items, next } = await list(repository);
  note('tags', items.length);
  note('more', next === undefined ? 'no' : 'yes');
}

async function firstRepository(first: Page<Entry>, list: List): Promise<Repository | undefined> {
  const entries: Entry[] = [...first.items];
  for (let lists = 0; lists <= mostLists; lists++) {
    const entry = entries.shift();
    if (entry?.kind === 'repository') return entry;
    if (entry?.kind !== 'group' && entry?.kind !== 'registry') return undefined;
    // The lists below an entry come before the entries beside it.
    if (lists < mostLists) entries.unshift(...(await list(entry)).items);
  }
  return undefined;
}
