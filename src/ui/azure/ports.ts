import { t } from '@vscode/l10n';
import type { ImageReference } from '../../core/reference';
import type { Node } from '../tree/node';
import { flowSignal } from './steps';

/** The port that an image says it listens on; nothing when it says none or cannot be read. */
export async function portOf(image: ImageReference, from: Node | undefined): Promise<number | undefined> {
  const content = from?.provider.content;
  if (content === undefined) return undefined;
  try {
    const manifest = await content.manifest(image, flowSignal());
    const digest = manifest.kind === 'index' ? manifest.manifests[0]?.digest : manifest.digest;
    if (digest === undefined) return undefined;
    const { config } = await content.config({ host: image.host, path: image.path, digest }, flowSignal());
    const [port] = Object.keys(config.config?.ExposedPorts ?? {}).filter((name) => !name.endsWith('/udp'));
    const number = Number.parseInt(port ?? '', 10);
    return Number.isNaN(number) ? undefined : number;
  } catch {
    // It is a proposal only.
    return undefined;
  }
}

export function portProblem(text: string): string | undefined {
  const port = Number(text);
  return /^\d+$/.test(text) && port >= 1 && port <= 65_535 ? undefined : t('A port is a number from 1 to 65535.');
}
