import { defined } from '../../core/defined';
import type { Platform } from '../../core/model';
import type { ImageSource } from '../../images/imageSource';
import { likeliestPlatform } from '../../images/openedImage';
import type { Contents, OpenedImage } from '../../images/openedImage';
import { comparePlatforms } from '../../images/platformChanges';
import type { ImageOfPlatform, PlatformChanges } from '../../images/platformChanges';
import type { App } from '../app';
import { ownPlatform } from '../ownPlatform';
import { ComparedImage } from './comparedImage';
import { sourceOfPlace } from './comparedPlace';
import type { ComparedPlace, RemotePlace } from './comparedPlace';
import { has, readCommit, readPackages } from './comparedProofs';
import { comparedPackages } from './packageSection';
import type { ComparedPackages } from './packageSection';

/** An image to compare. `opened`: what was read of it already. */
export interface Compared {
  readonly place: ComparedPlace;
  readonly opened?: OpenedImage;
}

/** Digests in the indexes of the two images that are compared. Absent: the image itself. */
export interface ShownPair {
  readonly before?: string;
  readonly after?: string;
}

/** A platform that both have. */
interface PlatformPair {
  readonly platform?: Platform;
  readonly before: string;
  readonly after: string;
}

/** What is read of two images to compare them. */
export class ComparedPair {
  before: ComparedImage;
  after: ComparedImage;
  /** What changed in their packages, once that is known. */
  packages: ComparedPackages | undefined;

  /**
   * `isOrdered`: which is the first is known. If not, it is the older one, where both have a date. `platform`: digest of either
   * image's platform that is compared; absent: the likeliest.
   */
  constructor(
    private readonly app: App,
    before: Compared,
    after: Compared,
    private isOrdered: boolean,
    private chosen: string | undefined,
  ) {
    this.before = new ComparedImage(app, before.place, before.opened);
    this.after = new ComparedImage(app, after.place, after.opened);
  }

  get both(): readonly [ComparedImage, ComparedImage] {
    return [this.before, this.after];
  }

  get platform(): string | undefined {
    return this.chosen;
  }

  choosePlatform(digest: string): void {
    this.chosen = digest;
    this.packages = undefined;
    for (const image of this.both) image.forgetContents();
  }

  async swap(): Promise<void> {
    this.isOrdered = true;
    [this.before, this.after] = [this.after, this.before];
    await this.comparePackages();
  }

  /**
   * Reads both images, then what describes them, and last their lists of packages; `learnt` is called whenever more is known. What
   * cannot be read is the `failure` of that image.
   */
  async read(learnt: () => void, signal: AbortSignal): Promise<void> {
    const sourceAt = this.sources();
    await Promise.all(this.both.map((image) => image.open(sourceAt, signal)));
    if (this.both.some(({ failure }) => failure !== undefined)) return;
    // Whichever is no index tells its platform in its config, which is then looked for in the other.
    const single = this.isIndexed ? this.both.find(({ platforms }) => platforms.length === 0) : undefined;
    await single?.readContents(undefined, signal);
    const shown = this.shown();
    if (shown === undefined || single?.failure !== undefined) return;
    const { before, after } = this;
    // Of one image, nothing that describes it differs.
    const isOne = digestIn(before, shown.before) === digestIn(after, shown.after);
    const describing = isOne
      ? undefined
      : Promise.all([before.readDescribing(shown.before, signal), after.readDescribing(shown.after, signal)]);
    await Promise.all([before.readContents(shown.before, signal), after.readContents(shown.after, signal)]);
    this.order();
    learnt();
    await describing;
    learnt();
    await this.readProofs(before, signal);
    await this.readProofs(after, signal);
    await this.comparePackages();
  }

  /** What changed in the platforms; undefined where neither image is an index, or the platform of one is not known yet. */
  platformChanges(): PlatformChanges | undefined {
    const [before, after] = [platformsOf(this.before), platformsOf(this.after)];
    return this.isIndexed && before !== undefined && after !== undefined ? comparePlatforms(before, after) : undefined;
  }

  /** The platforms that both have. */
  pairs(): readonly PlatformPair[] {
    const { same = [], changed = [] } = this.platformChanges() ?? {};
    return [...changed, ...same.map((image) => ({ before: image, after: image }))].map(({ before, after }) => ({
      before: before.digest,
      after: after.digest,
      ...defined({ platform: after.platform }),
    }));
  }

  /** Undefined where two indexes have no platform in common. */
  shown(): ShownPair | undefined {
    if (!this.isIndexed) return {};
    const pairs = this.pairs();
    const chosen = pairs.find(({ before, after }) => this.chosen === before || this.chosen === after);
    const images = pairs.map(({ platform, after: digest }) => ({ digest, ...defined({ platform }) }));
    const likeliest = likeliestPlatform(images, ownPlatform());
    const pair = chosen ?? pairs.find(({ after }) => after === likeliest?.digest);
    const [before, after] = [this.before.platforms, this.after.platforms];
    if (pair === undefined && before.length > 0 && after.length > 0) return undefined;
    // An image that is none of an index is compared with the likeliest of the other.
    const one = before.length === 0 ? undefined : (pair?.before ?? likeliestPlatform(before, ownPlatform())?.digest);
    const other = after.length === 0 ? undefined : (pair?.after ?? likeliestPlatform(after, ownPlatform())?.digest);
    return defined({ before: one, after: other });
  }

  private get isIndexed(): boolean {
    return this.both.some(({ platforms }) => platforms.length > 0);
  }

  /** Images of one repository are read from one source. */
  private sources(): (place: RemotePlace) => ImageSource {
    const sources = new Map<string, ImageSource>();
    return (place) => {
      const { registry, image } = place;
      const key = `${registry.id} ${registry.url} ${image.host}/${image.path}`;
      const source = sources.get(key) ?? sourceOfPlace(this.app, place);
      sources.set(key, source);
      return source;
    };
  }

  private order(): void {
    const [before, after] = [createdOf(this.before.contents), createdOf(this.after.contents)];
    if (before === undefined || after === undefined) return;
    if (!this.isOrdered && after < before) [this.before, this.after] = [this.after, this.before];
    this.isOrdered = true;
  }

  /** Only what both have is read. */
  private async readProofs(image: ComparedImage, signal: AbortSignal): Promise<void> {
    const { describing } = image;
    if (describing === undefined) return;
    const bothHave = (type: 'sbom' | 'provenance') =>
      this.both.every((each) => each.describing !== undefined && has(each.describing, type));
    await image.withSource(async (source) => {
      if (bothHave('sbom')) image.sbom = (await readPackages(source, describing, signal)) ?? 'unknown';
      if (bothHave('provenance')) image.commit = await readCommit(source, describing, signal);
    });
  }

  private async comparePackages(): Promise<void> {
    this.packages = undefined;
    const [before, after] = [this.before.packages, this.after.packages];
    if (before !== undefined && after !== undefined) this.packages = await comparedPackages(before, after);
  }
}

/** Of the manifest that is compared; absent in the engine. */
function digestIn({ opened }: ComparedImage, shown: string | undefined): string | undefined {
  return shown ?? opened?.manifest.digest;
}

/** When it was made. Tools that build the same bytes each time write a date before 1990. */
function createdOf(contents: Contents | undefined): Date | undefined {
  const created = contents?.kind === 'image' ? contents.facts.created : contents?.artifact.created;
  return created !== undefined && created.getUTCFullYear() >= 1990 ? created : undefined;
}

/** The images of an index, or the one image; undefined if its platform is not known yet. */
function platformsOf({ platforms, contents }: ComparedImage): readonly ImageOfPlatform[] | undefined {
  if (platforms.length > 0 || contents === undefined) return platforms.length > 0 ? platforms : undefined;
  if (contents.kind !== 'image') return [];
  const { platform, digest = '' } = contents.facts;
  return [{ digest, ...defined({ platform }) }];
}
