import pLimit from 'p-limit';
import { t } from '@vscode/l10n';
import { PageTrail } from '../../core/bounds';
import { Failure } from '../../core/failure';
import type { Tag } from '../../core/model';
import { printReference, withTag } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import { isUsable } from '../../core/usable';
import type { RegistryProvider } from '../../providers/provider';
import type { App } from '../app';
import { connect } from '../connections/connect';
import { accessTo, connectionAccess } from '../images/engineAccess';
import type { Access } from '../images/engineAccess';
import { plural } from '../../core/locale';
import { pullEach } from '../images/pullEach';
import { count, size } from '../words';
import type { Progress } from '../working';
import type { Node } from '../tree/node';
import { nodeCommand } from './command';

/** The most tags that one command pulls: the details of each are requested first. */
const mostTags = 10_000;
/** The most tags whose details are requested at the same time. */
const width = 6;

interface Source {
  /** Without a tag. */
  readonly repository: ImageReference;
  readonly from?: Node;
}

export const pullRepository = nodeCommand<Source>({
  id: 'pullRepository',
  title: () => t('Pull Repository'),
  isUse: true,
  downTo: 'repository',
  needs: (node) => (node.entry?.kind === 'repository' ? { repository: node.entry.image, from: node } : undefined),
  needsLocal: ({ entry }) => (entry.kind === 'repository' ? { repository: entry.name } : undefined),
  doing: ({ repository }) => t('pull {0}', printReference(repository)),
  run: async (app, { repository, from }) => {
    const name = printReference(repository);
    const access = from === undefined ? await accessOrConnect(app, repository) : connectionAccess(from, repository);
    if (access?.connection === undefined) return;
    const { provider } = access.connection;
    const found = await app.working(t('Reading the tags of {0}', name), (progress, signal) =>
      inspectTags(provider, repository, progress, signal),
    );
    if (found.images.length === 0)
      throw new Failure('notFound', '', { subject: repository.host, explanation: t('it has no image to pull') });
    const button = plural(found.images.length, t('Pull {0} Tag | Pull {0} Tags'));
    const question = plural(
      found.images.length,
      found.isCut
        ? t('Pull the only tag of {1}? | Pull {0} tags of {1}?')
        : t('Pull the only tag of {1}? | Pull all {0} tags of {1}?'),
      name,
    );
    if (!(await app.ask.confirm(question, describeExtent(found), button))) return;
    await pullEach(app, {
      name,
      wanted: found.images.map((image) => ({ image, access })),
      shown: repository,
      pulled: plural(found.images.length, t('Pulled {0} tag of {1} | Pulled {0} tags of {1}'), name),
    });
  },
});

/** Only a connected registry lists its tags, so the user can connect it here. */
async function accessOrConnect(app: App, repository: ImageReference): Promise<Access | undefined> {
  const title = t('Pull Repository');
  const access = await accessTo(app, repository, title);
  if (access === undefined || access.connection !== undefined) return access;
  const question = t('Connect {0} first?', repository.host);
  const detail = t('The tags of a repository can be listed only if its registry is connected.');
  if (!(await app.ask.confirm(question, detail, t('Connect Registry…')))) return undefined;
  if ((await connect(app)) === undefined) return undefined;
  const again = await accessTo(app, repository, title);
  if (again === undefined || again.connection !== undefined) return again;
  throw new Failure('unsupported', '', {
    subject: repository.host,
    explanation: t('{0} is not the registry that was connected', repository.host),
  });
}

interface Found {
  readonly images: readonly ImageReference[];
  /** The number of distinct images among them. */
  readonly distinct: number;
  /** Compressed bytes of the distinct images. Shared layers are counted each time. */
  readonly bytes: number;
  /** The size of some image is unknown. */
  readonly isMore: boolean;
  readonly artifacts: number;
  /** Not all tags of the repository are among them. */
  readonly isCut: boolean;
}

async function inspectTags(
  provider: RegistryProvider,
  repository: ImageReference,
  progress: Progress,
  signal: AbortSignal,
): Promise<Found> {
  const { tags, isCut } = await allTags(provider, repository, progress, signal);
  let asked = 0;
  const limit = pLimit(width);
  const controller = new AbortController();
  const either = AbortSignal.any([signal, controller.signal]);
  const details = await Promise.all(
    tags.map((tag) =>
      limit(async () => {
        either.throwIfAborted();
        const isKnown = tag.details !== undefined && tag.details.isPartial !== true;
        const known = isKnown ? tag.details : await provider.details?.(tag, either).catch(notFound);
        progress(plural(tags.length, t('{1} of {0} tag | {1} of {0} tags'), count(++asked)));
        return { tag, known };
      }),
    ),
  ).finally(() => {
    controller.abort();
  });
  const images = details.filter(({ known }) => known?.type !== 'artifact');
  const sizes = new Map(images.map(({ tag, known }) => [known?.digest ?? tag.label, known?.size]));
  return {
    images: images.map(({ tag }) => tag.image),
    distinct: sizes.size,
    bytes: [...sizes.values()].reduce<number>((total, bytes) => total + (bytes ?? 0), 0),
    isMore: [...sizes.values()].includes(undefined),
    artifacts: details.length - images.length,
    isCut,
  };
}

/** If a tag was deleted in the meantime, its pull will say so. */
function notFound(error: unknown): undefined {
  if (!(error instanceof Failure) || error.kind !== 'notFound') throw error;
}

async function allTags(
  provider: RegistryProvider,
  repository: ImageReference,
  progress: Progress,
  signal: AbortSignal,
): Promise<{ readonly tags: readonly Tag[]; readonly isCut: boolean }> {
  const rows = provider.locate(withTag(repository, 'latest')) ?? [];
  const parent = rows.find(({ kind }) => kind === 'repository');
  const tags = new Map<string, Tag>();
  const trail = new PageTrail(repository.host);
  let cursor: string | undefined;
  let isCut = false;
  do {
    const page = await provider.list(parent, cursor, signal);
    const before = tags.size;
    for (const entry of page.items) if (entry.kind === 'tag' && isUsable(entry)) tags.set(entry.label, entry);
    progress(plural(tags.size, t('{0} tag | {0} tags')));
    cursor = trail.after(page, tags.size - before);
    isCut = page.failure !== undefined || trail.failure !== undefined || tags.size > mostTags;
  } while (cursor !== undefined && !isCut);
  return { tags: [...tags.values()].slice(0, mostTags), isCut };
}

function describeExtent({ images, distinct, bytes, isMore, artifacts, isCut }: Found): readonly string[] {
  return [
    distinct === images.length
      ? t('Downloads up to {0}, less if images share layers or are already on this machine.', size(bytes))
      : plural(
          distinct,
          t(
            '{0} image under several tags. Downloads up to {1}, less if parts of it are already on this machine. | {0} different images. Downloads up to {1}, less if they share layers or are already on this machine.',
          ),
          size(bytes),
        ),
    ...(isCut ? [t('Not all tags are included: the repository has more than can be listed here.')] : []),
    ...(isMore ? [t('The size of some tags is not known and not included.')] : []),
    ...(artifacts > 0
      ? [
          plural(
            artifacts,
            t(
              '{0} tag that is not an image, such as a Helm chart, is left out. | {0} tags that are not images, such as Helm charts, are left out.',
            ),
          ),
        ]
      : []),
  ];
}
