import { t } from '@vscode/l10n';
import type { Credential } from '../../core/model';
import { isReadable } from '../../engine/engine';
import type { ContainerEngine, EngineEndpoint, Engines } from '../../engine/engine';
import type { App } from '../app';

/** Asks before the first credential is sent unencrypted to an engine, and remembers the answer for that address. */
export function confirmingEngines(engines: Engines, app: Pick<App, 'ask' | 'memory'>): Engines {
  const confirm = async (endpoint: EngineEndpoint, { kind }: Credential): Promise<void> => {
    const key = `readableEngine ${endpoint.url}`;
    if (kind === 'anonymous' || !isReadable(endpoint) || app.memory.read(key) !== undefined) return;
    const message = t('Send your password to {0} unencrypted?', endpoint.url);
    const detail = t(
      'The container engine is on another machine, and the connection to it is not encrypted: anyone on the network can read the password or token for the registry. To keep it secret, use an ssh:// address or TLS. You are asked only once for this address.',
    );
    if (!(await app.ask.confirm(message, detail, t('Send Unencrypted')))) throw new DOMException('', 'AbortError');
    await app.memory.write(key, 'yes');
  };
  const confirming = (engine: ContainerEngine): ContainerEngine => ({
    endpoint: engine.endpoint,
    version: (signal) => engine.version(signal),
    images: (signal) => engine.images(signal),
    inspect: (image, signal) => engine.inspect(image, signal),
    history: (image, signal) => engine.history(image, signal),
    tag: (image, as, signal) => engine.tag(image, as, signal),
    push: async (image, credential, progress, signal) => {
      await confirm(engine.endpoint, credential);
      return engine.push(image, credential, progress, signal);
    },
    pull: async (image, credential, platform, progress, signal) => {
      await confirm(engine.endpoint, credential);
      await engine.pull(image, credential, platform, progress, signal);
    },
    remove: (image, signal) => engine.remove(image, signal),
    watch: (onChange, signal) => engine.watch(onChange, signal),
  });
  return {
    current: async () => confirming(await engines.current()),
    found: () => engines.found(),
    open: async (endpoint) => confirming(await engines.open(endpoint)),
  };
}
