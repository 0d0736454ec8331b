import { t } from '@vscode/l10n';
import type { Entry } from '../core/model';
import { pastedReference } from '../core/pastedReference';
import type { PastedReference } from '../core/pastedReference';
import { printReference, withTag } from '../core/reference';
import type { ImageReference } from '../core/reference';
import type { ProviderType } from '../providers/provider';
import type { OpenRegistry } from '../registries/registries';
import type { App } from './app';
import type { FoundChoice } from './ask';
import type { Task } from './commands/command';
import { openImage } from './commands/openImage';
import { pullImage, pullReference } from './commands/pullImage';
import { connect } from './connections/connect';
import { buttonsOf, goingTo } from './foundChoices';
import { placeOf } from './foundLook';
import { asNobody } from './registryAt';
import { goToDigest } from './goTo';
import { imageBelow, rowAt, rowBelow } from './tree/node';
import type { Node } from './tree/node';

type TaskChoice = FoundChoice<Task | undefined>;

/** What a typed or pasted reference leads to. */
export interface ReferenceChoices {
  /** For what the text names. */
  readonly meant: readonly TaskChoice[];
  /** For what it may name: the text names no registry, and that which engines take is not connected. */
  readonly guessed: readonly TaskChoice[];
}

/** What a text leads to if it is a reference. */
interface Leading {
  /** The choices that are known at once. */
  readonly now: ReferenceChoices;
  /** They say it all: the text names an image by registry, name and tag or digest, and that registry is connected. */
  readonly isAll: boolean;
  /** Those that are known when the registries were asked that may have the image. */
  readonly later: (signal: AbortSignal) => Promise<ReferenceChoices>;
}

export function referenceChoices(app: App, text: string): Leading {
  const pasted = pastedReference(text);
  // A single word is searched for: that it may be an official image is no reason to lead there.
  if (pasted === undefined || isWord(pasted, text))
    return { now: none, isAll: false, later: () => Promise.resolve(none) };
  const holding = app.registries.holding(pasted.image);
  return {
    now: choicesOf(app, pasted, holding),
    isAll: holding.length > 0 && isWhole(pasted),
    later: async (signal) => choicesOf(app, pasted, await app.registries.findHolding(pasted.image, signal)),
  };
}

const none: ReferenceChoices = { meant: [], guessed: [] };

function isWord({ image, hasHost }: PastedReference, text: string): boolean {
  return !hasHost && image.tag === undefined && image.digest === undefined && /^[^\s/]*$/.test(text.trim());
}

function isWhole({ image, hasHost }: PastedReference): boolean {
  return hasHost && (image.tag !== undefined || image.digest !== undefined);
}

function choicesOf(app: App, { image, hasHost }: PastedReference, holding: readonly OpenRegistry[]): ReferenceChoices {
  if (holding.length > 0) return { ...none, meant: holding.map((registry) => leadingTo(app, registry, image)) };
  if (hasHost) return { ...none, meant: strange(app, image) };
  return image.tag === undefined ? none : { ...none, guessed: strange(app, image) };
}

function leadingTo(app: App, registry: OpenRegistry, image: ImageReference): TaskChoice {
  const { digest, ...named } = image;
  const trail = registry.provider.locate(named) ?? [];
  const row = rowAt(registry, trail);
  const shown = digest === undefined ? row : imageIn(registry, trail, image, digest);
  const going = goingTo(app, registry, trail);
  return {
    id: `go ${registry.connection.id}`,
    label: t('Go to {0}', printReference(image)),
    description: placeOf(row),
    icon: 'go-to-file',
    section: t('Reference'),
    value: digest === undefined ? going : { ...going, run: () => goToDigest(app, registry, trail, digest) },
    buttons: buttonsOf(app, shown),
  };
}

/** The row of an image by digest: below its repository, even where a tag is named beside the digest. */
function imageIn(registry: OpenRegistry, trail: readonly Entry[], image: ImageReference, digest: string): Node {
  const above = trail.at(-1)?.kind === 'tag' ? trail.slice(0, -1) : trail;
  return imageBelow(rowAt(registry, above), image, digest);
}

/** An image of a registry that is not connected. */
function strange(app: App, image: ImageReference): readonly TaskChoice[] {
  const type = app.providerTypes.find(
    ({ dockerConnections }) => (dockerConnections?.(image.host, app.setting) ?? []).length > 0,
  );
  if (type === undefined) return [];
  const whole = image.tag === undefined && image.digest === undefined ? withTag(image, 'latest') : image;
  const name = printReference(whole);
  const section = t('Reference');
  return [
    {
      ...{ id: 'look', label: t('Look at {0} without connecting', name), icon: 'eye', section },
      description: t('{0} is not connected', image.host),
      value: { doing: t('open {0}', name), run: () => look(app, whole) },
      buttons: [
        {
          title: pullImage.title(),
          icon: 'cloud-download',
          value: { doing: t('pull {0}', name), run: () => pullReference(app, whole) },
        },
      ],
    },
    {
      ...{ id: 'connect', label: t('Connect {0}…', image.host), icon: 'plug', section },
      value: { doing: t('connect the registry'), run: () => connectFor(app, type, image) },
    },
  ];
}

/** Opens an image in a registry that is opened without being connected, and signed in to as nobody. */
async function look(app: App, image: ImageReference): Promise<void> {
  await asNobody(app, image, (registry) => openImage.run(app, [rowOf(registry, image)]));
}

/** The row of an image below its repository, whatever is listed. */
function rowOf(registry: OpenRegistry, image: ImageReference): Node {
  const { host, path, tag = 'latest', digest } = image;
  const repository = rowAt(registry, [{ kind: 'repository', label: path, image: { host, path } }]);
  return digest === undefined
    ? rowBelow(repository, { kind: 'tag', label: tag, image })
    : imageBelow(repository, image, digest);
}

async function connectFor(app: App, type: ProviderType, image: ImageReference): Promise<void> {
  const [address] = type.dockerConnections?.(image.host, app.setting) ?? [];
  const connection = await connect(app, type.id, address?.url);
  const registry = app.registries.find(connection?.id);
  const trail = registry?.provider.locate(image);
  if (registry !== undefined && trail !== undefined) await goingTo(app, registry, trail).run();
  else if (connection !== undefined) await app.tree.reveal(connection.id);
}
