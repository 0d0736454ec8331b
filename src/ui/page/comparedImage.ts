import { t } from '@vscode/l10n';
import { causes } from '../../core/causes';
import { Failure } from '../../core/failure';
import { referenceOf, withDigest } from '../../core/reference';
import type { ImageSource } from '../../images/imageSource';
import { openImage, readContents, readDescribing } from '../../images/openedImage';
import type { Contents, Describing, OpenedImage, PlatformChoice } from '../../images/openedImage';
import type { Sbom } from '../../images/proofs/sbom';
import type { SourceCommit } from '../../images/commitsBetween';
import type { App } from '../app';
import { localImage } from '../images/localImage';
import { readLocalImage } from '../images/readLocalImage';
import { report } from '../report';
import { localRow, nameOfPlace } from './comparedPlace';
import type { ComparedPlace, LocalPlace, RemotePlace } from './comparedPlace';

/** What is read of one of two images that are compared. */
export class ComparedImage {
  /** Why it could not be read, in words. */
  failure: string | undefined;
  /** Of its index, or of the image itself; absent until it is read, and for an image in the engine. */
  opened: OpenedImage | undefined;
  contents: Contents | undefined;
  /** What describes it; undefined until that is read. */
  describing: readonly Describing[] | undefined;
  /** Its list of packages, or why it could not be read; `unknown`: it is of no known format. Undefined until it is read. */
  sbom: Sbom | Failure | 'unknown' | undefined;
  /** The commit that it says it was built of. */
  commit: SourceCommit | undefined;
  private engine: string | undefined;
  private source: ImageSource | undefined;

  /** `opened`: what was read of it already. */
  constructor(
    private readonly app: App,
    private current: ComparedPlace,
    opened?: OpenedImage,
  ) {
    this.opened = opened;
    if (opened !== undefined) this.learnDigest(opened);
  }

  /** With its digest once that is known, so that the same is compared after a reload. */
  get place(): ComparedPlace {
    return this.current;
  }

  /** The connection or engine. */
  get where(): string {
    return this.current.kind === 'image' ? this.current.registry.label : (this.engine ?? t('on this machine'));
  }

  /** The images of its index; empty if it is none. */
  get platforms(): readonly PlatformChoice[] {
    return this.opened?.platforms ?? [];
  }

  get packages(): Sbom | undefined {
    const { sbom } = this;
    return sbom === 'unknown' || sbom instanceof Failure ? undefined : sbom;
  }

  /** Learns what its name leads to. `sourceAt`: of a repository. Rejects only when aborted: else `failure` is set. */
  async open(sourceAt: (place: RemotePlace) => ImageSource, signal: AbortSignal): Promise<void> {
    const { current } = this;
    await this.attempt(async () => {
      if (current.kind === 'local') await this.readLocal(current, signal);
      else {
        this.source = sourceAt(current);
        this.opened ??= await openImage(this.source, referenceOf(current.image), signal);
        this.learnDigest(this.opened);
      }
    });
  }

  /** Reads the image of a digest of its index, or without one itself. */
  async readContents(digest: string | undefined, signal: AbortSignal): Promise<void> {
    const { source, opened } = this;
    if (source === undefined || opened === undefined || this.failure !== undefined) return;
    await this.attempt(async () => {
      this.contents = await readContents(source, digest ?? opened.manifest.digest, signal);
    });
  }

  async readDescribing(digest: string | undefined, signal: AbortSignal): Promise<void> {
    const { source, opened } = this;
    if (source === undefined || opened === undefined) return;
    this.describing = await readDescribing(source, opened.manifest, digest ?? opened.manifest.digest, signal);
  }

  /** Does something with where it is read from; undefined for an image in the engine. */
  withSource<T>(use: (source: ImageSource) => Promise<T>): Promise<T> | undefined {
    return this.source === undefined ? undefined : use(this.source);
  }

  /** What is known of one platform of it alone is not known of another. */
  forgetContents(): void {
    if (this.current.kind === 'image') this.contents = undefined;
    this.describing = this.sbom = this.commit = undefined;
    this.failure = undefined;
  }

  private learnDigest({ manifest: { digest } }: OpenedImage): void {
    const { current } = this;
    if (current.kind !== 'image') return;
    const { tag } = current.image;
    const image = { ...withDigest(current.image, digest), ...(tag === undefined ? {} : { tag }) };
    this.current = { ...current, image };
  }

  private async readLocal(place: LocalPlace, signal: AbortSignal): Promise<void> {
    const row = await localRow(this.app, place);
    const named = row && localImage(row);
    if (named === undefined)
      throw new Failure('notFound', '', {
        subject: place.id,
        speaker: 'engine',
        explanation: t('the image is not on this machine any more'),
      });
    const { engine, facts } = await readLocalImage(this.app, named, signal);
    this.engine = engine;
    this.contents = { kind: 'image', facts };
  }

  private async attempt(read: () => Promise<void>): Promise<void> {
    this.failure = undefined;
    try {
      await read();
    } catch (error) {
      const reported = report(error, t('open {0}', nameOfPlace(this.current)));
      if (reported === undefined) throw error;
      this.app.log.error(`${reported.message}\n  ${causes(error)}`);
      this.failure = reported.message;
    }
  }
}
