import { dateOf } from '../core/manifest';
import { printPlatform } from '../core/platform';
import { visible } from '../core/plainText';
import { printReference } from '../core/reference';
import type { ImageReference } from '../core/reference';
import type { InspectedImage } from '../core/model';
import { pairWithLayers, splitVariable } from '../images/imageFacts';
import { age, size } from './words';

/**
 * An image's config, labels, layers and history as YAML: foldable, coloured and plain text, so that nothing in it is
 * rendered or run. Values are written as JSON, which YAML contains.
 */
export function describeImage(
  { image, digest, platform, config, layers, faults }: InspectedImage,
  asked: ImageReference,
): string {
  const run = config.config ?? {};
  const created = config.created ?? undefined;
  const lines = [
    `# ${visible(printReference(asked))}`,
    ...field('image', printReference(image)),
    ...field('digest', digest),
    ...field('platform', platform === undefined ? undefined : printPlatform(platform)),
    ...(created === undefined ? [] : [`created: ${JSON.stringify(created)}${ageComment(created)}`]),
    ...field('author', config.author),
    sizeOf(layers),
    ...list('notReadable', faults),
    '',
    ...list('entrypoint', run.Entrypoint),
    ...list('cmd', run.Cmd),
    ...field('workingDir', run.WorkingDir),
    ...field('user', run.User),
    ...field('stopSignal', run.StopSignal),
    ...list('exposedPorts', Object.keys(run.ExposedPorts ?? {})),
    ...list('volumes', Object.keys(run.Volumes ?? {})),
    ...map('environment', (run.Env ?? []).map(splitVariable)),
    ...map('labels', Object.entries(run.Labels ?? {})),
    '',
    'layers: # from the base up',
    ...layersOf(config.history ?? [], layers),
  ];
  return `${lines.join('\n').replace(/\n{3,}/g, '\n\n')}\n`;
}

function field(name: string, value: string | null | undefined): string[] {
  return value === undefined || value === null || value === '' ? [] : [`${name}: ${JSON.stringify(value)}`];
}

function list(name: string, values: readonly string[] | null | undefined): string[] {
  if (values === undefined || values === null || values.length === 0) return [];
  return [`${name}:`, ...values.map((value) => `  - ${JSON.stringify(value)}`)];
}

function map(name: string, entries: readonly (readonly [string, string])[]): string[] {
  if (entries.length === 0) return [];
  return [`${name}:`, ...entries.map(([key, value]) => `  ${JSON.stringify(key)}: ${JSON.stringify(value)}`)];
}

function ageComment(created: string): string {
  const date = dateOf(created);
  return date === undefined ? '' : ` # ${age(date)}`;
}

function sizeOf(layers: InspectedImage['layers']): string {
  const sizes = layers.flatMap((layer) => layer.size ?? []);
  const total = sizes.reduce((sum, one) => sum + one, 0);
  const isTold = sizes.length === layers.length;
  return isTold
    ? `size: ${size(total)} # compressed, ${layers.length} layers`
    : `# ${layers.length} layers, whose sizes it does not tell`;
}

function layersOf(
  history: NonNullable<InspectedImage['config']['history']>,
  layers: InspectedImage['layers'],
): string[] {
  return pairWithLayers(history, layers).flatMap(({ entry, layer }) => {
    const by = entry?.created_by ?? '';
    return layer === undefined ? [`  - step: ${JSON.stringify(by)}`] : layerLines(layer, by);
  });
}

function layerLines(layer: InspectedImage['layers'][number], by: string): string[] {
  return [
    `  - layer: ${layer.digest}`,
    ...(layer.size === undefined ? [] : [`    size: ${size(layer.size)}`]),
    ...(by === '' ? [] : [`    step: ${JSON.stringify(by)}`]),
  ];
}
