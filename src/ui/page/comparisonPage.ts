import { t } from '@vscode/l10n';
import { causes } from '../../core/causes';
import { defined } from '../../core/defined';
import { Failure } from '../../core/failure';
import { printPlatform } from '../../core/platform';
import { compareArtifacts } from '../../images/artifactChanges';
import { compareImages } from '../../images/comparison';
import type { ImageFacts } from '../../images/imageFacts';
import type { Contents } from '../../images/openedImage';
import type { App } from '../app';
import { formatJson } from '../formatJson';
import { isCancellation, report } from '../report';
import { artifactName } from '../words';
import type { ComparedImage } from './comparedImage';
import { ComparedPair } from './comparedPair';
import type { Compared } from './comparedPair';
import { keyOfPlace, nameOfPlace, namesOfPlaces, rowOfPlace, shortNameOf } from './comparedPlace';
import { has } from './comparedProofs';
import { artifactChangeSections, changedFacts, changeSections, platformSection } from './comparisonSections';
import { answerWords, artifactAnswer } from './comparisonWords';
import { digestValue, fact, failureNote, faultNote } from './imageSections';
import { packageSection, packagesLoading, packagesUnknown, sourceSection } from './packageSection';
import type { Action, Block, Fact, Page, Section, Value } from './pageModel';
import type { PageSource } from './pageSource';

/** What of two images is shown side by side. */
type Document = 'config' | 'manifest';

/** Configs that are shown are at most that long, in bytes. */
const configMaxBytes = 4 * 1024 * 1024;

/** The page that tells what changed between two images. */
export class ComparisonPage implements PageSource {
  readonly key: string;
  readonly title: string;
  private readonly pair: ComparedPair;
  private failure: string | undefined;
  private draw: (page: Page) => void = () => undefined;

  /** `isOrdered`, `platform`: see ComparedPair. */
  constructor(
    private readonly app: App,
    { before, after }: { readonly before: Compared; readonly after: Compared },
    { isOrdered = false, platform }: { readonly isOrdered?: boolean; readonly platform?: string | undefined } = {},
  ) {
    this.pair = new ComparedPair(app, before, after, isOrdered, platform);
    const keys = [before, after].map(({ place }) => keyOfPlace(place));
    this.key = `comparison ${keys.sort().join(' ')}`;
    this.title = namesOfPlaces(before.place, after.place).join(' ↔ ');
  }

  readonly remembered = () => {
    const { before, after, platform } = this.pair;
    return { kind: 'comparison', before: before.place, after: after.place, ...defined({ platform }) };
  };

  readonly choose = (value: string): void => {
    this.pair.choosePlatform(value);
  };

  readonly load = async (draw: (page: Page) => void, signal: AbortSignal): Promise<void> => {
    this.draw = draw;
    this.failure = undefined;
    this.redraw();
    try {
      await this.pair.read(this.redraw, signal);
    } catch (error) {
      const reported = report(error, t('compare the images'));
      if (reported === undefined) return;
      this.app.log.error(`${reported.message}\n  ${causes(error)}`);
      this.failure = reported.message;
    }
    this.redraw();
  };

  readonly act = async (id: string): Promise<void> => {
    const { before, after } = this.pair;
    try {
      if (id === 'swap') await this.swap();
      else if (id === 'openBefore') await this.openImage(before);
      else if (id === 'openAfter') await this.openImage(after);
      else if (id === 'config' || id === 'manifest') await this.showDiff(id);
    } catch (error) {
      if (!isCancellation(error)) this.app.fail(error, t('compare the images'));
    }
  };

  private readonly redraw = (): void => {
    this.draw(this.page());
  };

  private async swap(): Promise<void> {
    await this.pair.swap();
    this.redraw();
  }

  private async openImage({ place }: ComparedImage): Promise<void> {
    const row = await rowOfPlace(this.app, place);
    if (row !== undefined) this.app.runOn('openImage', row);
    else this.app.tell(t('{0} is not there any more.', nameOfPlace(place)), 'information');
  }

  private async showDiff(what: Document): Promise<void> {
    const title = what === 'config' ? t('Reading the configs') : t('Reading the manifests');
    const { before, after } = this.pair;
    const shown = this.pair.shown();
    const [one, other] = await this.app.working(title, (_progress, signal) =>
      Promise.all([documentOf(before, shown?.before, what, signal), documentOf(after, shown?.after, what, signal)]),
    );
    if (one !== undefined && other !== undefined) await this.app.showDiff(one, other, `${one.name} ↔ ${other.name}`);
  }

  private page(): Page {
    const { before, after } = this.pair;
    const places = [...new Set([before.where, after.where])].join(' → ');
    return {
      title: namesOfPlaces(before.place, after.place).join(' → '),
      subtitle: t('What changed from one image to the other · {0}', places),
      icon: 'diff',
      actions: this.actions(),
      ...defined({ choice: this.choice() }),
      sections: this.sections(),
    };
  }

  private actions(): readonly Action[] {
    const { both } = this.pair;
    const areRead = both.every(({ opened, contents }) => opened !== undefined && contents !== undefined);
    const haveConfigs = areRead && both.every(({ contents }) => hasConfig(contents));
    return [
      ...(haveConfigs && this.differ ? [{ id: 'config', label: t('Compare Configs'), icon: 'settings' }] : []),
      ...(areRead && this.differ ? [{ id: 'manifest', label: t('Compare Manifests'), icon: 'json' }] : []),
      { id: 'swap', label: t('Swap'), icon: 'arrow-swap' },
    ];
  }

  private get differ(): boolean {
    const { before, after } = this.pair;
    return digestOf(before.contents) !== digestOf(after.contents);
  }

  private choice(): Page['choice'] {
    const { before, after } = this.pair;
    const pairs = this.pair.pairs();
    const selected = this.pair.shown()?.after;
    const areIndexes = before.platforms.length > 0 && after.platforms.length > 0;
    if (!areIndexes || isSameIndex(before, after) || pairs.length < 2 || selected === undefined) return undefined;
    const options = pairs.map(({ platform, before: one, after: value }) => {
      const label = platform === undefined ? value.slice(0, 19) : printPlatform(platform);
      return { value, label: one === value ? t('{0} (same image)', label) : label };
    });
    return { label: t('Platform'), options, selected };
  }

  private sections(): readonly Section[] {
    const { before, after, both } = this.pair;
    const failures = [...both.map(({ failure }) => failure), this.failure].filter((each) => each !== undefined);
    if (failures.length > 0) return [this.overview(failures.map(failureNote), [])];
    const platforms = this.pair.platformChanges();
    const told = platforms === undefined || isSameIndex(before, after) ? [] : platformSection(platforms);
    if (platforms !== undefined && this.pair.shown() === undefined)
      return [this.overview([answer(t('The images have no platform in common.'))], []), ...told];
    const [old, now] = [before.contents, after.contents];
    if (old === undefined || now === undefined) return [{ id: 'overview', isLoading: true, blocks: [] }];
    if (old.kind === 'image' && now.kind === 'image') return this.ofImages(old.facts, now.facts, told);
    if (old.kind === 'artifact' && now.kind === 'artifact') return this.ofArtifacts(old.artifact, now.artifact);
    const none = t('They are of different kinds, which cannot be compared.');
    return [this.overview([answer(none)], kinds(old, now))];
  }

  private ofImages(old: ImageFacts, now: ImageFacts, told: readonly Section[]): readonly Section[] {
    const { before, after } = this.pair;
    const comparison = compareImages(...withKnownBase(old, now));
    const notes = [
      answer(answerWords(comparison)),
      ...this.platformNote(old, now),
      ...faultNote([...old.faults, ...now.faults]),
    ];
    return [
      this.overview(notes, changedFacts(comparison, namesOfPlaces(before.place, after.place)[0])),
      ...told,
      ...changeSections(comparison),
      ...this.packages(),
      ...sourceSection(before.commit, after.commit),
    ];
  }

  private ofArtifacts(...[old, now]: Parameters<typeof compareArtifacts>): readonly Section[] {
    const changes = compareArtifacts(old, now);
    const notes = [answer(artifactAnswer(changes)), ...faultNote([...old.faults, ...now.faults])];
    const types = kinds({ kind: 'artifact', artifact: old }, { kind: 'artifact', artifact: now });
    return [this.overview(notes, old.type === now.type ? [] : types), ...artifactChangeSections(old, now, changes)];
  }

  /** An index that lacks the platform of the other image. */
  private platformNote({ platform: old }: ImageFacts, { platform: now }: ImageFacts): readonly Block[] {
    const index = this.pair.both.find(({ platforms }) => platforms.length > 0);
    const missing = index === this.pair.before ? now : old;
    if (index === undefined || missing === undefined || this.pair.pairs().length > 0) return [];
    const text = t('{0} has no image for {1}.', shortNameOf(index.place), printPlatform(missing));
    return [{ kind: 'note', tone: 'warning', text }];
  }

  private overview(notes: readonly Block[], rows: readonly Fact[]): Section {
    const { before, after } = this.pair;
    const areApart = before.where !== after.where;
    const named = (name: string, { place, where, contents }: ComparedImage, action: string): readonly Fact[] => {
      const digest = this.differ ? digestOf(contents) : undefined;
      const location: Value | undefined = areApart ? { text: where, tone: 'quiet' } : undefined;
      return fact(name, { text: nameOfPlace(place), action }, location, digest && digestValue(digest));
    };
    const images = [...named(t('Before'), before, 'openBefore'), ...named(t('After'), after, 'openAfter')];
    const digest = this.differ ? undefined : digestOf(before.contents);
    const shared = fact(t('Digest of both'), digest && digestValue(digest));
    return { id: 'overview', blocks: [...notes, { kind: 'facts', rows: [...images, ...shared, ...rows] }] };
  }

  private packages(): readonly Section[] {
    const { both, packages } = this.pair;
    if (packages !== undefined) return [packageSection(packages)];
    const withList = both.filter(({ describing }) => describing !== undefined && has(describing, 'sbom'));
    if (withList.length === both.length) {
      const unread = both.flatMap(({ sbom }) => (sbom === 'unknown' || sbom instanceof Failure ? sbom : []));
      if (unread.length === 0) return [packagesLoading()];
      return [packagesUnknown('warning', ...new Set(unread.map(whyUnread)))];
    }
    const others = both.filter((each) => !withList.includes(each));
    // Whatever is still being read may have one.
    if (!this.differ || others.some(({ opened, describing }) => opened !== undefined && describing === undefined))
      return [];
    const unlisted = others.flatMap(({ describing = [] }) => describing.flatMap(({ failure }) => failure ?? []));
    const why = unlisted.map((failure) => report(failure, t('read what describes it'))?.message ?? '');
    if (why.length > 0) return [packagesUnknown('warning', ...new Set(why))];
    return withList.map(({ place }) =>
      packagesUnknown('quiet', t('They are not compared, as only {0} has an SBOM.', shortNameOf(place))),
    );
  }
}

function whyUnread(why: Failure | 'unknown'): string {
  return why === 'unknown'
    ? t('An SBOM has a format that is not known.')
    : (report(why, t('read an SBOM'))?.message ?? '');
}

function answer(text: string): Block {
  return { kind: 'note', tone: 'quiet', text, isAnswer: true };
}

function isSameIndex({ opened: one }: ComparedImage, { opened: other }: ComparedImage): boolean {
  return one !== undefined && one.manifest.digest === other?.manifest.digest;
}

function kinds(before: Contents, after: Contents): readonly Fact[] {
  const words = (contents: Contents) => (contents.kind === 'image' ? t('image') : artifactName(contents.artifact.type));
  return fact(t('Type'), { text: words(before), mark: 'removed' }, { text: words(after), mark: 'added' });
}

function digestOf(contents: Contents | undefined): string | undefined {
  return contents?.kind === 'image' ? contents.facts.digest : contents?.artifact.digest;
}

function hasConfig(contents: Contents | undefined): boolean {
  return contents?.kind === 'image'
    ? contents.facts.configDigest !== undefined
    : contents?.artifact.chart !== undefined;
}

/** Engines do not tell the annotations of a manifest, where a base may be named: what only one of both can tell is no change. */
function withKnownBase(before: ImageFacts, after: ImageFacts): readonly [ImageFacts, ImageFacts] {
  const isOfEngine = ({ size }: ImageFacts) => size?.isUnpacked === true;
  const isMixed = isOfEngine(before) !== isOfEngine(after);
  if (!isMixed || (before.base === undefined) === (after.base === undefined)) return [before, after];
  return [withoutBase(before), withoutBase(after)];
}

function withoutBase(facts: ImageFacts): ImageFacts {
  return defined({ ...facts, base: undefined });
}

/** The config or manifest as a document; undefined where there is none. */
async function documentOf(image: ComparedImage, digest: string | undefined, what: Document, signal: AbortSignal) {
  const { opened, place } = image;
  return image.withSource(async (source) => {
    const manifest = await source.manifest(digest ?? opened?.manifest.digest ?? '', signal);
    const config = 'config' in manifest ? manifest.config.digest : undefined;
    if (what === 'config' && config === undefined) return undefined;
    const isConfig = what === 'config' && config !== undefined;
    const bytes = isConfig ? await source.blob(config, configMaxBytes, signal) : manifest.bytes;
    const { text } = await formatJson(bytes);
    return { name: `${shortNameOf(place)} ${what}.json`, id: isConfig ? config : manifest.digest, text };
  });
}
