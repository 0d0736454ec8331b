import { t } from '@vscode/l10n';
import type { Diagnosis, Fact, FactName, Step, StepId } from '../core/network/diagnose';
import { Failure } from '../core/failure';
import type { Connection } from '../core/model';
import { visible } from '../core/plainText';
import { whatToDo } from './advice';
import { reason } from './report';

/** The environment of a diagnosis: names with versions or values, none of them secret. */
export interface Surroundings {
  readonly versions: readonly (readonly [name: string, version: string])[];
  readonly settings: readonly (readonly [name: string, value: string])[];
}

/** A diagnosis as Markdown. It has no secrets, so it can be pasted into a report. */
export function describeDiagnosis(
  connection: Connection,
  { servers, use, requests, redact }: Diagnosis,
  { versions, settings }: Surroundings,
  now: Date,
): string {
  const words = wordsOf(redact);
  const { plain, code } = words;
  const parts: readonly Part[] = [
    ...servers.map(({ endpoint: { url }, steps }) => ({ subject: new URL(url).host, url, steps })),
    { subject: connection.label, url: connection.url, steps: use },
  ];
  const lines = [
    `# ${t('Diagnosis of {0}', plain(connection.label))}`,
    '',
    ...conclusion(parts, words),
    `- ${t('Made')}: ${now.toISOString().slice(0, 16).replace('T', ' ')} UTC`,
    ...versions.map(([name, version]) => `- ${plain(name)}: ${plain(version)}`),
    `- ${t('Kind of registry')}: ${plain(connection.provider)}`,
    `- ${t('Signs in with')}: ${signInOf(connection)}`,
    ...settings.map(([name, value]) => `- ${code(name)}: ${value === '' ? t('not set') : code(value)}`),
    '',
    `| ${t('Where')} | ${t('Step')} | ${t('Result')} | ${t('Time')} |`,
    '| --- | --- | --- | ---: |',
    ...parts.flatMap(({ subject, steps }) => steps.map((step) => tableRow(subject, step, words))),
    '',
    ...parts.flatMap(({ subject, steps }) => [
      `## ${plain(subject)}`,
      '',
      ...steps.flatMap((step) => details(step, words)),
    ]),
    `## ${t('Requests')}`,
    '',
    t('Requests that were sent for this diagnosis:'),
    '',
    ...(requests.length === 0 ? [t('None.')] : requests.map((request) => `- ${code(request)}`)),
  ];
  return `${lines.join('\n')}\n`;
}

interface Part {
  readonly subject: string;
  readonly url: string;
  readonly steps: readonly Step[];
}

/** The beginning of the document: what failed and what to do. A reason that makes several steps fail is given once. */
function conclusion(parts: readonly Part[], words: Words): readonly string[] {
  const failed = parts.flatMap(({ subject, url, steps }) =>
    steps.flatMap(({ id, outcome, failure }) => (outcome === 'failed' ? [{ subject, url, id, failure }] : [])),
  );
  if (failed.length === 0) return [t('Everything works.'), ''];
  const firsts = failed.filter(
    ({ failure }, at) =>
      failed.findIndex((each) => describeFailure(each.failure, words) === describeFailure(failure, words)) === at,
  );
  return firsts.flatMap(({ subject, url, id, failure }) => {
    const advice = whatToDo(id, failure, url);
    return [
      `**${t('{0} fails at “{1}”:', words.plain(subject), stepNames[id]())}** ${describeFailure(failure, words)}`,
      ...(advice === undefined ? [] : ['', `**${t('What to do:')}** ${words.ours(advice)}`]),
      '',
    ];
  });
}

function describeFailure(failure: unknown, { plain }: Words): string {
  if (!(failure instanceof Failure)) return t('An unexpected error. The log has the details.');
  const because = reason(failure);
  return plain(because.charAt(0).toUpperCase() + because.slice(1));
}

function tableRow(subject: string, { id, outcome, ms }: Step, { plain }: Words): string {
  const time = outcome === 'skipped' ? '' : `${ms} ms`;
  return `| ${plain(subject)} | ${stepNames[id]()} | ${outcomes[outcome]()} | ${time} |`;
}

function details({ id, outcome, facts, failure, needs }: Step, words: Words): readonly string[] {
  const found = [
    ...(outcome === 'failed' ? [describeFailure(failure, words)] : []),
    ...(needs === undefined ? [] : [t('Not tried, because of “{0}”.', stepNames[needs]())]),
    ...(outcome === 'skipped' ? [] : remarks(id, facts)),
  ];
  return [
    `### ${stepNames[id]()}: ${outcomes[outcome]()}`,
    '',
    ...found.flatMap((line) => [line, '']),
    ...facts.map(({ name, value }) => `- ${factNames[name]()}: ${words.code(values[value]?.() ?? value)}`),
    ...(facts.length === 0 ? [] : ['']),
  ];
}

/** Remarks on things that are not failures but may explain a problem. */
function remarks(id: StepId, facts: readonly Fact[]): readonly string[] {
  const has = (name: FactName, value: string) => facts.some((fact) => fact.name === name && fact.value === value);
  if (id === 'listing' && has('entries', '0'))
    return [
      t('It lists nothing. Some registries list nothing to anyone: use Add Repository… to add repositories by name.'),
    ];
  if (id === 'tags' && has('tags', '0')) return [t('The repository has no tags.')];
  if (id === 'address' && has('plain', 'yes')) return [t('Plain http: anyone on the network can read what is sent.')];
  if (id === 'proxy' && facts.some(({ name }) => name === 'ignored'))
    return [t('VS Code ignores a proxy address without http:// in front.')];
  if (id === 'tags' && facts.length === 0) return [t('No repository was found below the first entries.')];
  return [];
}

function signInOf({ signIn }: Connection): string {
  switch (signIn.kind) {
    case 'account':
      return t('an account of VS Code');
    case 'docker':
      return t('the login of the docker command');
    case 'cloudCli':
      return t('the login of the Azure CLI');
    case 'environment':
      return t('the environment, or the identity of this machine');
    case 'basic':
    case 'application':
      return t('a user name and a stored secret');
    case 'anonymous':
      return t('nothing (anonymous)');
  }
}

export const stepNames: Readonly<Record<StepId, () => string>> = {
  address: () => t('Address'),
  proxy: () => t('Proxy'),
  names: () => t('Name resolution'),
  connection: () => t('TCP connection'),
  tls: () => t('TLS'),
  api: () => t('API'),
  signIn: () => t('Sign-in'),
  listing: () => t('Listing'),
  tags: () => t('Tags'),
};

const outcomes: Readonly<Record<Step['outcome'], () => string>> = {
  ok: () => t('✓ works'),
  failed: () => t('✗ fails'),
  skipped: () => t('– not tried'),
};

const factNames: Readonly<Record<FactName, () => string>> = {
  address: () => t('Address'),
  plain: () => t('Plain http'),
  lookedUp: () => t('Looked up'),
  addresses: () => t('Addresses'),
  private: () => t('Of this machine or a private network'),
  proxy: () => t('Proxy'),
  proxyBy: () => t('Decided by'),
  ignored: () => t('Ignored'),
  exception: () => t('Exception'),
  connectedTo: () => t('Connected to'),
  through: () => t('Through the proxy'),
  protocol: () => t('Protocol'),
  cipher: () => t('Cipher'),
  names: () => t('Made for'),
  certificate: () => t('Certificate of'),
  issuer: () => t('Issued by'),
  valid: () => t('Valid'),
  fingerprint: () => t('Fingerprint (SHA-256)'),
  chain: () => t('Authorities sent with it'),
  notVerified: () => t('Not verified, as set for this connection; verification would fail with'),
  status: () => t('Status'),
  version: () => t('API version'),
  server: () => t('Server'),
  challenge: () => t('Asks for'),
  credential: () => t('Credential'),
  exchange: () => t('Token server'),
  entries: () => t('Entries on the first page'),
  more: () => t('More pages'),
  repository: () => t('Repository'),
  tags: () => t('Tags on the first page'),
};

/** Values that we translate. */
const values: Readonly<Partial<Record<string, () => string>>> = {
  yes: () => t('yes'),
  no: () => t('no'),
  setting: () => t('the setting http.proxy'),
  environment: () => t('the environment'),
  off: () => t('http.proxySupport: off'),
  loopback: () => t('a proxy is never used for this machine'),
  system: () => t('the operating system: neither http.proxy nor the environment names one'),
  exception: () => t('an exception: no proxy'),
  anonymous: () => t('none'),
  basic: () => t('user name and secret'),
  identityToken: () => t('identity token'),
};

/**
 * How a text becomes part of the document. Each function removes secrets first, before it changes characters that a secret could
 * hide behind.
 */
interface Words {
  /** As code, in which Markdown renders nothing. */
  readonly code: (text: string) => string;
  /** As text: nothing that others wrote becomes a link, an image or an HTML element. */
  readonly plain: (text: string) => string;
  /** For text that is already Markdown. */
  readonly ours: (text: string) => string;
}

function wordsOf(redact: Diagnosis['redact']): Words {
  // Invisible characters could split a secret, so they are made visible first.
  const fit = (text: string) => redact(visible(text));
  return {
    code: (text) => {
      const line = fit(text).replaceAll('`', "'").replaceAll('|', '\\|');
      return `\`${line.length > 500 ? `${line.slice(0, 499)}…` : line}\``;
    },
    plain: (text) => fit(text).replace(/[\\`<>|[\]]/g, '\\$&'),
    ours: fit,
  };
}
