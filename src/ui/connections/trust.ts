import { homedir } from 'node:os';
import { isAbsolute } from 'node:path';
import { t } from '@vscode/l10n';
import { readPem } from '../../core/network/tls';
import type { Connection, TlsOptions } from '../../core/model';
import type { RegistryProvider } from '../../providers/provider';
import type { App } from '../app';
import type { Accept, Answer } from '../ask';
import { report } from '../report';

/** Whether what is chosen here has an effect. */
export function takesCertificates(
  { url }: Pick<Connection, 'url'>,
  { ignoresTrust }: Pick<RegistryProvider, 'ignoresTrust'>,
): boolean {
  return ignoresTrust === undefined && url.startsWith('https:');
}

/** The options that were chosen; none: as VS Code does. */
export interface Trust {
  readonly tls: TlsOptions | undefined;
}

export interface TrustStep {
  readonly title: string;
  /** The connection's own, `host[:port]`. */
  readonly host: string;
  /** Others to which it leads, and for which the choice is to hold as well. */
  readonly others?: readonly string[];
  /** Why that is asked, as a sentence. */
  readonly cause?: string;
  /** The cause is that the server asks for a client certificate. */
  readonly wantsClient?: boolean;
  readonly canGoBack?: boolean;
  readonly current: TlsOptions | undefined;
}

type Way = 'caFile' | 'client' | 'docker' | 'unverified' | 'default';

/** Asks how hosts are to be trusted, all of which are named. `accept` runs with the last box still open, or after a modal question. */
export async function askTrust(app: App, step: TrustStep, accept: Accept<Trust>): Promise<Answer<Trust>> {
  const confirmed = ({ tls }: Trust): Trust => ({ tls: tls && withHosts(tls, step) });
  const answer = await askWay(app, step, (trust, signal) => accept(confirmed(trust), signal));
  return answer === undefined || answer === 'back' ? answer : { value: confirmed(answer.value) };
}

/** A CA file holds for every server; who we are, and that a server is not verified, for those that were confirmed alone. */
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
  // Asked because of one server, it is that one which is named.
  const question = t(
    'How shall {0} be trusted?',
    cause === undefined ? listed(hostsOf(step)) : listed(others.length === 0 ? [host] : others),
  );
  return app.ask.pick<Way>(
    {
      // In one line, the end of both would not be seen.
      title: cause === undefined ? title : question,
      canGoBack,
      placeholder: cause ?? question,
      selected: selected ?? (wantsClient ? 'client' : wayOf(current)),
      problemSoFar,
      items: [
        {
          label: t('CA file…'),
          detail: t('Trusts what the authority in a PEM file vouches for, besides those this machine knows'),
          value: 'caFile',
        },
        {
          label: t('Client certificate and key…'),
          detail: t('For servers that ask who you are; two PEM files, the key without passphrase'),
          value: 'client',
        },
        {
          label: t('Docker’s certs.d'),
          detail: t('Uses what docker and podman have for {0} in their certs.d folders', host),
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
                label: t('As VS Code does'),
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

function listed(hosts: readonly string[]): string {
  return new Intl.ListFormat('en').format(hosts);
}

function confirmUnverified(app: App, hosts: readonly string[]): Promise<boolean> {
  return app.ask.confirm(
    t('Do not verify {0}?', listed(hosts)),
    t(
      'Anybody between this machine and {0} could then read your password and the images, and change them, without you noticing.',
      listed(hosts),
    ),
    t('Do Not Verify'),
  );
}

/** Who we are has nothing to do with who the server is: the one stays when the other changes. */
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

/** Asks for the path of a PEM file that can be read, which becomes what is accepted and answered. */
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
      problem: (text) => (isAbsolute(pathOf(text)) ? undefined : t('Type the whole path of the file.')),
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

/** A path as it is typed into a shell. */
function pathOf(typed: string): string {
  return typed.trim().replace(/^~(?=[/\\]|$)/, () => homedir());
}
