import { t } from '@vscode/l10n';
import type { App } from '../app';
import type { Deployable } from './deployable';
import { printReference } from '../../core/reference';
import { causes } from '../../core/causes';
import type { Ask } from '../flow';

/** Asks for the port, and proposes the one that the image says it listens on. */
export async function askPort(ask: Ask, app: App, deployable: Deployable): Promise<number> {
  const exposed = await ask.read('port', (signal) => exposedPort(app, deployable, signal));
  const text = await ask.input({
    prompt: t('Port that the container listens on'),
    value: String(exposed ?? 80),
    problem: portProblem,
  });
  return Number(text);
}

/** The port that an image says it listens on; nothing when it says none or cannot be read. */
async function exposedPort(app: App, { image, from }: Deployable, signal: AbortSignal): Promise<number | undefined> {
  const [first] = from === undefined ? app.registries.holding(image) : [from];
  const content = first?.provider.content;
  if (content === undefined) return undefined;
  try {
    const manifest = await content.manifest(image, signal);
    const digest = manifest.kind === 'index' ? manifest.manifests[0]?.digest : manifest.digest;
    if (digest === undefined) return undefined;
    const { config } = await content.config({ host: image.host, path: image.path, digest }, signal);
    const [port] = Object.keys(config.config?.ExposedPorts ?? {}).filter((name) => !name.endsWith('/udp'));
    const number = Number.parseInt(port ?? '', 10);
    return Number.isNaN(number) ? undefined : number;
  } catch (error) {
    signal.throwIfAborted();
    // It is a proposal only.
    app.log.warn(`Could not read which port ${printReference(image)} listens on\n  ${causes(error)}`);
    return undefined;
  }
}

function portProblem(text: string): string | undefined {
  const port = Number(text);
  return /^\d+$/.test(text) && port >= 1 && port <= 65_535 ? undefined : t('A port is a number from 1 to 65535.');
}
