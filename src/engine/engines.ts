import { t } from '@vscode/l10n';
import { access } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { Failure } from '../core/failure';
import type { Machine } from '../core/machine';
import { systemCode } from '../core/systemCode';
import { typedAddress } from './address';
import { currentContext, endpointOf, named, readContexts, readEngineTls } from './contexts';
import type { DockerContext } from './contexts';
import type { ContainerEngine, EngineEndpoint, Engines } from './engine';

/** The engines of this machine, found as the docker command finds them. */
export class LocalEngines implements Engines {
  /** `setting`: registryExplorer.engine.endpoint, an address, the name of a docker context, or empty. */
  constructor(
    private readonly machine: Machine,
    private readonly setting: () => string,
  ) {}

  readonly current = async (): Promise<ContainerEngine> => {
    const chosen = (await this.fromSetting()) ?? (await this.fromDocker()) ?? (await this.sockets())[0];
    if (chosen !== undefined) return this.open(chosen);
    throw new Failure('notFound', '', { subject: t('the container engine'), speaker: 'engine', code: 'NO_ENGINE' });
  };

  readonly found = async (): Promise<readonly EngineEndpoint[]> => {
    // What cannot be read is no choice; `current` says why.
    const chosen = await Promise.all([this.fromSetting(), this.fromDocker()].map((one) => one.catch(() => undefined)));
    const contexts = (await this.contexts()).flatMap((context) => {
      try {
        return [endpointOf(context)];
      } catch {
        return [];
      }
    });
    const all = [...chosen.filter((endpoint) => endpoint !== undefined), ...contexts, ...(await this.sockets())];
    return all.filter(({ url }, index) => all.findIndex((other) => other.url === url) === index);
  };

  readonly open = async (endpoint: EngineEndpoint): Promise<ContainerEngine> => {
    const { DockerEngine } = await import('./dockerEngine');
    return new DockerEngine(endpoint);
  };

  private async fromSetting(): Promise<EngineEndpoint | undefined> {
    const setting = this.setting().trim();
    if (setting === '') return undefined;
    // No context has such a name.
    if (setting.includes('://')) return { ...(await this.endpointAt(setting)), source: 'setting' };
    return { ...(await this.context(setting)), source: 'setting' };
  }

  /** https://docs.docker.com/reference/cli/docker/#environment-variables: DOCKER_HOST wins over DOCKER_CONTEXT over `docker context use`. */
  private async fromDocker(): Promise<EngineEndpoint | undefined> {
    const { DOCKER_HOST: host = '', DOCKER_CONTEXT: context } = this.machine.env;
    if (host.trim() !== '') return { ...(await this.endpointAt(host)), source: 'DOCKER_HOST' };
    const name = context === undefined || context === '' ? await currentContext(this.configDirectory) : named(context);
    return name === undefined ? undefined : this.context(name);
  }

  private async endpointAt(typed: string): Promise<Omit<EngineEndpoint, 'source'>> {
    const { DOCKER_TLS_VERIFY: verify = '', DOCKER_TLS: tls = '', DOCKER_CERT_PATH: path } = this.machine.env;
    const url = typedAddress(typed);
    const address = { url, name: url };
    if (!url.startsWith('tcp:') || (verify === '' && tls === '' && !/:2376(?:\/|$)/.test(url))) return address;
    const directory = path === undefined || path === '' ? this.configDirectory : path;
    return { ...address, tls: await readEngineTls(directory, verify !== '' || tls === '') };
  }

  private async context(name: string): Promise<EngineEndpoint> {
    const context = (await this.contexts()).find((candidate) => candidate.name === name);
    if (context !== undefined) return endpointOf(context);
    const detail = {
      subject: name,
      speaker: 'engine',
      code: 'NO_ENGINE',
      explanation: t('there is no docker context “{0}”', name),
    } as const;
    throw new Failure('notFound', '', detail);
  }

  private contexts(): Promise<readonly DockerContext[]> {
    return readContexts(this.configDirectory);
  }

  private async sockets(): Promise<readonly EngineEndpoint[]> {
    const usual = usualSockets(this.machine).filter(({ path }) => path !== undefined);
    const there = await Promise.all(
      usual.map(({ path = '' }) =>
        access(path).then(
          () => true,
          (error: unknown) => isThere(error),
        ),
      ),
    );
    const scheme = this.machine.platform === 'win32' ? 'npipe' : 'unix';
    return usual
      .filter((_socket, index) => there[index])
      .map(({ name, path = '' }) => ({ url: `${scheme}://${path}`, source: 'socket', name }) as const);
  }

  private get configDirectory(): string {
    const { DOCKER_CONFIG: directory = '' } = this.machine.env;
    return directory === '' ? join(this.machine.home, '.docker') : directory;
  }
}

/** A socket that one may not use is there all the same, and its engine's refusal tells more than "no engine". */
function isThere(error: unknown): boolean {
  return ['EACCES', 'EPERM', 'EBUSY'].includes(systemCode(error) ?? '');
}

/** Where engines listen unless told otherwise. */
function usualSockets({ platform, home, env }: Machine): readonly { readonly name: string; readonly path?: string }[] {
  if (platform === 'win32') {
    return [
      { name: 'Docker', path: '//./pipe/docker_engine' },
      { name: 'Docker Desktop', path: '//./pipe/dockerDesktopLinuxEngine' },
      { name: 'Podman', path: '//./pipe/podman-machine-default' },
    ];
  }
  const inHome = (path: string) => posix.join(home, path);
  const { XDG_RUNTIME_DIR: runtime = '' } = env;
  const inRuntime = (path: string) => (runtime === '' ? {} : { path: posix.join(runtime, path) });
  return [
    { name: 'Docker', path: '/var/run/docker.sock' },
    { name: 'Docker (rootless)', ...inRuntime('docker.sock') },
    { name: 'Docker Desktop', path: inHome('.docker/run/docker.sock') },
    { name: 'Docker Desktop', path: inHome('.docker/desktop/docker.sock') },
    { name: 'Podman', ...inRuntime('podman/podman.sock') },
    { name: 'Podman', path: '/run/podman/podman.sock' },
    { name: 'Podman', path: inHome('.local/share/containers/podman/machine/podman.sock') },
    { name: 'Colima', path: inHome('.colima/default/docker.sock') },
    { name: 'Rancher Desktop', path: inHome('.rd/docker.sock') },
    { name: 'OrbStack', path: inHome('.orbstack/run/docker.sock') },
  ];
}
