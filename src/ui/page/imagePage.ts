import { t } from '@vscode/l10n';
import { causes } from '../../core/causes';
import { defined } from '../../core/defined';
import { Failure } from '../../core/failure';
import { plural } from '../../core/locale';
import type { ImageDetails } from '../../core/model';
import { printPlatform } from '../../core/platform';
import { baseName, printReference, withDigest } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import { likeliestPlatform, openImage, readContents, readDescribing } from '../../images/openedImage';
import type { Contents, Describing, OpenedImage } from '../../images/openedImage';
import { readAttachedSbom } from '../../images/proofs/attachedSbom';
import type { Proof } from '../../images/proofs/proof';
import { readProofs } from '../../images/proofs/readProofs';
import type { Sbom } from '../../images/proofs/sbom';
import type { ImageSource } from '../../images/imageSource';
import type { OpenRegistry } from '../../registries/registries';
import type { App } from '../app';
import { goTo } from '../goTo';
import { ownPlatform } from '../ownPlatform';
import { isConnection, registryAt } from '../registryAt';
import type { RegistryAddress } from '../registryAt';
import { isCancellation, report } from '../report';
import { imageBelow, repositoryAt, rowBelow, trailOf } from '../tree/node';
import type { Node } from '../tree/node';
import { artifactName } from '../words';
import { artifactSections } from './artifactSections';
import { buildSteps, digestValue, fact, failureNote, named, overview, running } from './imageSections';
import { buttonsFor, runButton } from './pageButtons';
import type { Page, Section, Table } from './pageModel';
import { packageTable, proofSections, trustFacts } from './proofSections';
import type { Described } from './proofSections';
import type { PageSource } from './pageSource';

/** Where an image was opened. */
export interface ImagePlace {
  readonly registry: RegistryAddress;
  /** With its digest; with the tag as well if it was opened by its tag. */
  readonly image: ImageReference;
  /** Digest of the platform on display; absent: the likeliest. */
  readonly platform?: string;
}

/** What the page knows so far. */
interface Known {
  readonly opened?: OpenedImage;
  readonly contents?: Contents;
  readonly described?: Described;
  /** The packages that the user wanted to see. */
  readonly sbom?: Sbom | 'loading' | undefined;
}

/** The page of an image in a registry. */
export class ImagePage implements PageSource {
  readonly key: string;
  readonly title: string;
  private platform: string | undefined;
  private known: Known = {};
  private failure: string | undefined;
  private reading: { readonly learn: (more: Known) => void; readonly signal: AbortSignal } | undefined;
  /** Its rows are sent once as long as they are the same. */
  private table: { readonly sbom: Sbom; readonly table: Table } | undefined;

  /** `opened`: what was read of it already; `stranger`: the registry it was read from, if that is not connected. */
  constructor(
    private readonly app: App,
    private readonly place: ImagePlace,
    private readonly opened?: OpenedImage,
    private stranger?: OpenRegistry,
  ) {
    const { image, platform } = place;
    this.key = `${image.host}/${image.path}@${image.digest ?? ''}`;
    this.title = image.tag === undefined ? baseName(image) : `${baseName(image)}:${image.tag}`;
    this.platform = platform;
  }

  readonly remembered = () => ({ kind: 'image', ...this.place, ...defined({ platform: this.platform }) });

  readonly choose = (value: string): void => {
    this.platform = value;
  };

  readonly act = async (id: string): Promise<void> => {
    const { registry } = this;
    if (registry === undefined) return;
    const [verb = '', number] = id.split(' ');
    const proof = this.known.described?.proofs?.[Number(number)];
    if (verb === 'trustSettings') await this.app.openSettings('registryExplorer.verification');
    else if (verb === 'packages' && proof !== undefined) await this.showPackages(registry, proof);
    else if (verb === 'proof' && proof !== undefined)
      this.app.runOn('openAttachment', rowBelow(this.row(registry), proof.attachment));
    else if (id.startsWith('tag ')) await this.goToTag(registry, id.slice('tag '.length));
    else await runButton(this.app, id, this.row(registry), this.manifestRow(registry));
  };

  readonly load = async (draw: (page: Page) => void, signal: AbortSignal): Promise<void> => {
    this.failure = undefined;
    const learn = (more: Known) => {
      if (signal.aborted) return;
      this.known = { ...this.known, ...more };
      draw(this.page());
    };
    this.reading = { learn, signal };
    try {
      const { registry } = this;
      const source = registry?.provider.content?.source(this.place.image);
      if (source === undefined)
        throw new Failure('notFound', '', { subject: this.place.image.host, explanation: this.goneWords() });
      learn({});
      await this.read(source, learn, signal);
    } catch (error) {
      if (isCancellation(error)) return;
      const { image } = this.place;
      const reported = report(error, t('open {0}', printReference(image)));
      this.app.log.error(`${reported?.message ?? ''}\n  ${causes(error)}`);
      this.failure = reported?.message ?? '';
      draw(this.page());
    }
  };

  private async read(source: ImageSource, learn: (more: Known) => void, signal: AbortSignal): Promise<void> {
    const { digest = '' } = this.place.image;
    const opened = this.known.opened ?? this.opened ?? (await openImage(source, digest, signal));
    learn({ opened });
    const shown = this.shownDigest(opened);
    this.known = { opened };
    const contents = async () => {
      learn({ contents: await readContents(source, shown, signal) });
    };
    const proofs = async () => {
      const describing = await readDescribing(source, opened.manifest, shown, signal);
      await this.readProofs(source, describing, learn, signal);
    };
    await Promise.all([contents(), proofs()]);
  }

  private async readProofs(
    source: ImageSource,
    describing: readonly Describing[],
    learn: (more: Known) => void,
    signal: AbortSignal,
  ): Promise<void> {
    const attachments = describing.flatMap((one) => one.attachments);
    const listed = { attachments, failures: describing.flatMap(({ failure }) => failure ?? []), unread: 0 };
    learn({ described: listed });
    if (attachments.length === 0) return;
    const { verifier, failure, rootExpires } = await this.app.verifying(signal);
    // What describes an attachment, such as the signature of an SBOM, is about that one.
    const below = attachments.flatMap(({ image: { digest }, attachments: own = [] }) =>
      digest === undefined || own.length === 0 ? [] : { subject: digest, attachments: own },
    );
    const read = await Promise.all([...describing, ...below].map((one) => readProofs(source, one, verifier, signal)));
    const proofs = read.flatMap((one) => one.proofs);
    const unread = read.reduce((sum, one) => sum + one.unread, 0);
    learn({ described: { ...listed, proofs, unread, ...defined({ unverifiable: failure, rootExpires }) } });
  }

  private async showPackages({ provider }: OpenRegistry, { attachment }: Proof): Promise<void> {
    const source = provider.content?.source(this.place.image);
    if (source === undefined || this.reading === undefined) return;
    const { learn, signal } = this.reading;
    learn({ sbom: 'loading' });
    let sbom: Sbom | undefined;
    try {
      sbom = await readAttachedSbom(source, attachment, signal);
    } catch (error) {
      this.app.fail(error, t('read {0}', attachment.label));
    }
    learn({ sbom });
  }

  private async goToTag(registry: OpenRegistry, label: string): Promise<void> {
    try {
      await goTo(this.app, registry, trailOf(this.tagRow(registry, label)));
    } catch (error) {
      this.app.fail(error, t('go to {0}', label));
    }
  }

  /** One that is not connected stays open, so that nothing is read from it twice. */
  private get registry(): OpenRegistry | undefined {
    const { registry } = this.place;
    return isConnection(registry) ? registryAt(this.app, registry) : (this.stranger ??= registryAt(this.app, registry));
  }

  private goneWords(): string {
    return t('{0} is not connected any more', this.place.registry.label);
  }

  /** The digest of the image on display: of a platform, if it is an index. */
  private shownDigest({ manifest, platforms }: OpenedImage): string {
    const chosen = platforms.find(({ digest }) => digest === this.platform);
    return (chosen ?? likeliestPlatform(platforms, ownPlatform()))?.digest ?? manifest.digest;
  }

  /** The row that the image was opened at. */
  private row(registry: OpenRegistry): Node {
    const { image } = this.place;
    const { digest = '', ...tagged } = image;
    if (image.tag !== undefined) return this.tagRow(registry, image.tag);
    return imageBelow(repositoryAt(registry, image), tagged, digest);
  }

  private tagRow(registry: OpenRegistry, label: string): Node {
    const { host, path } = this.place.image;
    const details = this.detailsOfRow();
    const image = { host, path, tag: label };
    return rowBelow(repositoryAt(registry, { host, path }), { kind: 'tag', label, image, ...defined({ details }) });
  }

  /** What decides which commands apply. */
  private detailsOfRow(): ImageDetails | undefined {
    const { opened, contents } = this.known;
    if (opened === undefined || contents === undefined) return undefined;
    const { digest, mediaType, kind } = opened.manifest;
    const common = { digest, mediaType, platforms: [], labels: {}, isPartial: true };
    if (contents.kind === 'artifact') return { ...common, type: 'artifact', artifactType: contents.artifact.type };
    return { ...common, type: kind === 'index' ? 'index' : 'image' };
  }

  /** The row of the platform on display. */
  private manifestRow(registry: OpenRegistry): Node {
    const { opened } = this.known;
    const shown = opened?.platforms.find(({ digest }) => digest === this.shownDigest(opened));
    if (shown?.platform === undefined) return this.row(registry);
    return rowBelow(this.row(registry), {
      kind: 'platform',
      label: printPlatform(shown.platform),
      image: withDigest(this.place.image, shown.digest),
      platform: shown.platform,
      attachments: [],
    });
  }

  private page(): Page {
    const { image, registry } = this.place;
    const { opened, contents } = this.known;
    const node = this.registry === undefined ? undefined : this.row(this.registry);
    const name = image.tag === undefined ? image : { host: image.host, path: image.path, tag: image.tag };
    return {
      title: printReference(name),
      copy: printReference(name),
      subtitle: [registry.label, opened === undefined ? '' : kindWords(opened, contents)].filter(Boolean).join(' · '),
      icon: opened?.manifest.kind === 'index' ? 'layers' : 'package',
      actions: node === undefined ? [] : buttonsFor(this.app, node),
      ...defined({ choice: opened === undefined ? undefined : this.choice(opened) }),
      sections: this.sections(),
    };
  }

  private choice(opened: OpenedImage): Page['choice'] {
    if (opened.platforms.length < 2) return undefined;
    const options = opened.platforms.map(({ digest, platform }) => ({
      value: digest,
      label: platform === undefined ? digest.slice(0, 19) : printPlatform(platform),
    }));
    return { label: t('Platform'), options, selected: this.shownDigest(opened) };
  }

  private sections(): readonly Section[] {
    const { opened, contents } = this.known;
    if (this.failure !== undefined) return [{ id: 'overview', blocks: [failureNote(this.failure)] }];
    if (contents === undefined) return [{ id: 'overview', isLoading: true, blocks: [] }];
    const described = this.known.described ?? { failures: [], unread: 0 };
    const proofs = [...proofSections(described), ...this.packages()];
    if (contents.kind === 'artifact') return [...artifactSections(contents.artifact), ...proofs];
    const { facts } = contents;
    const index = opened?.manifest.kind === 'index' ? opened.manifest.digest : undefined;
    const { platform } = facts;
    const own = platform === undefined ? t('Digest of the image') : t('Digest of {0}', printPlatform(platform));
    return [
      overview(facts, {
        ids: [
          ...fact(t('Digest'), digestValue(index ?? facts.digest ?? '')),
          ...(index === undefined ? [] : fact(own, facts.digest && digestValue(facts.digest))),
        ],
        trust: trustFacts(described.proofs ?? []),
        others: fact(t('Other tags'), ...this.otherTags(index ?? facts.digest)),
      }),
      ...proofs,
      running(facts.run),
      ...buildSteps(facts.steps),
      ...named('labels', t('Labels'), facts.labels),
      ...named('annotations', t('Annotations'), facts.annotations),
    ];
  }

  private packages(): readonly Section[] {
    const { sbom } = this.known;
    if (sbom === undefined) return [];
    const section = { id: 'packages', title: t('Packages') };
    if (sbom === 'loading') return [{ ...section, isLoading: true, blocks: [] }];
    this.table ??= { sbom, table: packageTable(sbom) };
    if (this.table.sbom !== sbom) this.table = { sbom, table: packageTable(sbom) };
    return [{ ...section, blocks: [this.table.table] }];
  }

  /** Tags of the rows that are loaded: no registry can be asked for them. */
  private otherTags(digest: string | undefined): readonly { readonly text: string; readonly action: string }[] {
    const { host, path, tag } = this.place.image;
    const names = new Set<string>();
    for (const { entry } of this.app.tree.known())
      if (entry.kind === 'tag' && entry.image.host === host && entry.image.path === path)
        if (entry.details?.digest === digest && entry.label !== tag) names.add(entry.label);
    return [...names].map((name) => ({ text: name, action: `tag ${name}` }));
  }
}

/** `Image for 3 platforms`, `Helm chart`. */
function kindWords({ platforms, manifest }: OpenedImage, contents: Known['contents']): string {
  if (manifest.kind === 'index') return plural(platforms.length, t('image for {0} platform | image for {0} platforms'));
  if (contents === undefined) return '';
  if (contents.kind === 'artifact') return artifactName(contents.artifact.type);
  const { platform } = contents.facts;
  return platform === undefined ? t('image') : t('image for {0}', printPlatform(platform));
}
