import { homedir } from 'node:os';
import { isAbsolute } from 'node:path';
import { t } from '@vscode/l10n';
import { readPem } from '../../core/network/tls';
import type { Connection, TlsOptions } from '../../core/model';
import type { RegistryProvider } from '../../providers/provider';
import type { App } from '../app';
import type { Accept, Answer } from '../ask';
import { language } from '../../core/locale';
import { report } from '../report';

/** Whether what is chosen here has an effect. */
export function takesCertificates(
  { url }: Pick<Connection, 'url'>,
  { ignoresTrust }: Pick<RegistryProvider, 'ignoresTrust'>,
): boolean {
  return ignoresTrust === undefined && url.startsWith('https:');
}

/** The chosen options. Undefined: the same as VS Code. */
export interface Trust {
  readonly tls: TlsOptions | undefined;
}

export interface TrustStep {
  readonly title: string;
  /** The host of the connection, `host[:port]`. */
  readonly host: string;
  /** Other hosts that it leads to; the choice applies to them too. */
  readonly others?: readonly string[];
  /** Why this is asked, as a sentence. */
  readonly cause?: string;
  /** The server requires a client certificate. */
  readonly wantsClient?: boolean;
  readonly canGoBack?: boolean;
  readonly current: TlsOptions | undefined;
}

type Way = 'caFile' | 'client' | 'docker' | 'unverified' | 'default';

/**
 * Asks how hosts should be trusted; all hosts are named. `accept` runs with the last box still open, or after a modal question.
 */
export async function askTrust(app: App, step: TrustStep, accept: Accept<Trust>): Promise<Answer<Trust>> {
  const confirmed = ({ tls }: Trust): Trust => ({ tls: tls && withHosts(tls, step) });
  const answer = await askWay(app, step, (trust, signal) => accept(confirmed(trust), signal));
  return answer === undefined || answer === 'back' ? answer : { value: confirmed(answer.value) };
}

/**
 * A CA file applies to every server. A client certificate, or no verification, applies only to the hosts that the user confirmed.
 */
function withHosts(tls: TlsOptions, { others = [], current }: TrustStep): TlsOptions {
  const names = others.map((host) => new URL(`https://${host}`).hostname);
  const hosts = [...new Set([...(current?.hosts ?? []), ...names])];
  const isForAll = tls.certFile === undefined && tls.dockerCerts !== true && tls.verify === undefined;
  return isForAll || hosts.length === 0 ? tls : { ...tls, hosts };
}

async function askWay(app: App, step: TrustStep, accept: Accept<Trust>): Promise<Answer<Trust>> {
  let selected: Way | undefined;
  let problemSoFar: string | undefined;
  for (;;) {
    const way = await pickWay(app, step, selected, problemSoFar, accept);
    if (way === undefined || way === 'back') return way;
    selected = way.value;
    problemSoFar = undefined;
    if (selected === 'docker' || selected === 'default') return { value: trustOf[selected] };
    if (selected === 'unverified') {
      if (!(await confirmUnverified(app, hostsOf(step)))) continue;
      const unverified = { tls: { ...clientOf(step.current), verify: false as const } };
      problemSoFar = await accept(unverified, new AbortController().signal);
      if (problemSoFar === undefined) return { value: unverified };
      continue;
    }
    const answer = await (selected === 'caFile' ? askAuthority : askClient)(app, step, accept);
    if (answer !== 'back') return answer;
  }
}

const trustOf = {
  docker: { tls: { dockerCerts: true } },
  default: { tls: undefined },
} as const satisfies Partial<Record<Way, Trust>>;

function pickWay(
  app: App,
  step: TrustStep,
  selected: Way | undefined,
  problemSoFar: string | undefined,
  accept: Accept<Trust>,
): Promise<Answer<Way>> {
  const { title, host, others = [], cause, wantsClient = false, canGoBack = false, current } = step;
  // If one server is the cause, only that one is named.
  const question = t(
    'How should {0} be trusted?',
    cause === undefined ? listHosts(hostsOf(step)) : listHosts(others.length === 0 ? [host] : others),
  );
  return app.ask.pick<Way>(
    {
      // Question and cause do not fit into one line.
      title: cause === undefined ? title : question,
      canGoBack,
      placeholder: cause ?? question,
      selected: selected ?? (wantsClient ? 'client' : wayOf(current)),
      problemSoFar,
      items: [
        {
          label: t('CA file…'),
          detail: t('Trusts the certificate authority in a PEM file, in addition to those that this machine knows'),
          value: 'caFile',
        },
        {
          label: t('Client certificate and key…'),
          detail: t('For servers that require a client certificate; two PEM files, the key without a passphrase'),
          value: 'client',
        },
        {
          label: t('Docker’s certs.d'),
          detail: t('Uses the certificates for {0} in the certs.d folders of docker and podman', host),
          value: 'docker',
        },
        {
          label: t('No verification'),
          detail: t('Accepts any certificate: anyone on the network could pose as the registry'),
          value: 'unverified',
        },
        ...(current === undefined
          ? []
          : [
              {
                label: t('Same as VS Code'),
                detail: t('Trusts the authorities that this machine and VS Code know'),
                value: 'default' as const,
              },
            ]),
      ],
    },
    async (way, signal) => (way === 'docker' || way === 'default' ? accept(trustOf[way], signal) : undefined),
  );
}

function wayOf(tls: TlsOptions | undefined): Way | undefined {
  if (tls?.verify === false) return 'unverified';
  if (tls?.dockerCerts === true) return 'docker';
  if (tls?.certFile !== undefined) return 'client';
  return tls?.caFile === undefined ? undefined : 'caFile';
}

function hostsOf({ host, others = [] }: TrustStep): readonly string[] {
  return [host, ...others];
}

function listHosts(hosts: readonly string[]): string {
  return new Intl.ListFormat(language()).format(hosts);
}

function confirmUnverified(app: App, hosts: readonly string[]): Promise<boolean> {
  return app.ask.confirm(
    t('Do not verify {0}?', listHosts(hosts)),
    t(
      'Anyone between this machine and {0} could then read and change your password and the images without you noticing.',
      listHosts(hosts),
    ),
    t('Do Not Verify'),
  );
}

/** The client certificate is independent of how the server is verified, so it stays when that changes. */
function clientOf(tls: TlsOptions | undefined): TlsOptions {
  const { certFile, keyFile } = tls ?? {};
  return certFile === undefined || keyFile === undefined ? {} : { certFile, keyFile };
}

function askAuthority(app: App, step: TrustStep, accept: Accept<Trust>): Promise<Answer<Trust>> {
  const client = clientOf(step.current);
  const prompt = t('Path of the authority’s certificate, such as {0}', '/etc/ssl/certs/company-ca.pem');
  return askFile(
    app,
    step,
    prompt,
    step.current?.caFile,
    'CERTIFICATE',
    (file) => ({ tls: { ...client, caFile: file } }),
    accept,
  );
}

async function askClient(app: App, step: TrustStep, accept: Accept<Trust>): Promise<Answer<Trust>> {
  const { current } = step;
  const server = {
    ...(current?.caFile === undefined ? {} : { caFile: current.caFile }),
    ...(current?.verify === undefined ? {} : { verify: current.verify }),
  };
  const ofCertificate = t('Path of your certificate, such as {0}', '/home/me/certs/client.cert');
  const ofKey = t('Path of its key, such as {0}', '/home/me/certs/client.key');
  let certFile = current?.certFile;
  for (;;) {
    const certificate = await askFile(app, step, ofCertificate, certFile, 'CERTIFICATE', (file) => file);
    if (certificate === undefined || certificate === 'back') return certificate;
    const chosen = (certFile = certificate.value);
    const trust = (keyFile: string): Trust => ({ tls: { ...server, certFile: chosen, keyFile } });
    const key = await askFile(app, step, ofKey, current?.keyFile, 'PRIVATE KEY', trust, accept);
    if (key !== 'back') return key;
  }
}

/** Asks for the path of a readable PEM file. `make` turns the path into the answer. */
async function askFile<T>(
  app: App,
  { title }: TrustStep,
  prompt: string,
  value: string | undefined,
  kind: 'CERTIFICATE' | 'PRIVATE KEY',
  make: (file: string) => T,
  accept?: Accept<T>,
): Promise<Answer<T>> {
  const answer = await app.ask.input(
    {
      title,
      canGoBack: true,
      prompt,
      ...(value === undefined ? {} : { value }),
      problem: (text) => (isAbsolute(pathOf(text)) ? undefined : t('Type the full path of the file.')),
    },
    async (text, signal) => {
      const file = pathOf(text);
      try {
        await readPem(file, kind);
      } catch (error) {
        return report(error, t('read {0}', file))?.reason;
      }
      return accept?.(make(file), signal);
    },
  );
  return answer === undefined || answer === 'back' ? answer : { value: make(pathOf(answer.value)) };
}

/** Resolves `~` in a typed path, as a shell does. */
function pathOf(typed: string): string {
  return typed.trim().replace(/^~(?=[/\\]|$)/, () => homedir());
}
