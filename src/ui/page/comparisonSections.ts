import { t } from '@vscode/l10n';
import { plural } from '../../core/locale';
import { printPlatform } from '../../core/platform';
import type { ArtifactChanges } from '../../images/artifactChanges';
import type { Change, ImageComparison, LayerChanges, LayerOfStep, NamedChanges } from '../../images/comparison';
import type { HealthCheck } from '../../images/imageFacts';
import type { ArtifactFacts, ArtifactFile, ChartFacts } from '../../images/openedImage';
import type { ImageOfPlatform, PlatformChanges } from '../../images/platformChanges';
import type { StepChanges } from '../../images/stepChanges';
import { shortDigest } from '../images/localNode';
import { count, moment, size } from '../words';
import { fact, healthValues, inWords, sizeWords, textOrLink } from './imageSections';
import type { Block, Fact, Mark, Section, Step, Value } from './pageModel';

/** The sections that tell what changed. What is equal is not told. */

/** Names of one kind, at most: thousands of labels or variables would stop the page. */
const mostNames = 500;

/** Rows of the overview. `before`: what the first image is called. */
export function changedFacts({ size: sizes, layers, base, created, platform }: ImageComparison, before: string) {
  const { download } = layers;
  return [
    ...sizeFact(sizes),
    ...(download === undefined || layers.added.length === 0
      ? []
      : fact(t('To download'), { text: t('{0} by whoever has {1}', size(download), before) })),
    ...changed(t('Base image'), base, ({ name, digest }) => [
      ...(name === undefined ? [] : [{ text: name, copy: name }]),
      ...(digest === undefined ? [] : [{ text: digest, isCode: true, copy: digest }]),
    ]),
    ...changed(t('Created'), created, (date) => [{ text: moment(date) }]),
    ...changed(t('Platform'), platform, (one) => [
      { text: [printPlatform(one), one.osVersion].filter((part) => part !== undefined).join(' ') },
    ]),
  ];
}

function sizeFact({ before, after, difference }: ImageComparison['size']): readonly Fact[] {
  if (before === undefined || after === undefined) return [];
  if (difference === undefined)
    return fact(t('Size'), { text: t('{0} → {1}', sizeWords(before, 0), sizeWords(after, 0)) });
  if (difference === 0) return [];
  const [from, to, by] = [size(before.bytes), size(after.bytes), size(Math.abs(difference))];
  const text = before.isUnpacked ? t('{0} → {1} unpacked', from, to) : t('{0} → {1} compressed', from, to);
  return fact(t('Size'), { text: `${text} (${difference > 0 ? t('{0} more', by) : t('{0} less', by)})` });
}

/** What stood there before and what stands there now, each with its mark. */
function changed<T>(
  name: string,
  change: Change<T> | undefined,
  valuesOf: (value: T) => readonly Value[],
): readonly Fact[] {
  if (change === undefined) return [];
  const { before, after } = change;
  return fact(
    name,
    ...(before === undefined ? [] : marked('removed', valuesOf(before))),
    ...(after === undefined ? [] : marked('added', valuesOf(after))),
  );
}

function marked(mark: Mark, values: readonly Value[]): readonly Value[] {
  return values.map((value) => ({ ...value, mark }));
}

/** Everything but the overview. */
export function changeSections(comparison: ImageComparison): readonly Section[] {
  const { answer, layers, settings, environment, labels, steps } = comparison;
  const isTold = answer === 'sameBase' || answer === 'someLayers' || answer === 'nothingShared';
  return [
    ...(isTold ? [layerSection(layers)] : []),
    ...stepSection(steps),
    ...runSection(settings),
    ...namedSection('environment', t('Environment'), environment, (text) => ({ text, isCode: true })),
    ...namedSection('labels', t('Labels'), labels, textOrLink),
  ];
}

function layerSection({ shared, removed, added }: LayerChanges): Section {
  const largest = Math.max(0, ...[...removed, ...added].map((layer) => layer.size ?? 0));
  const draw = (mark: Mark) => (layer: LayerOfStep) => layerStep(layer, mark, largest);
  const steps = [...removed.map(draw('removed')), ...added.map(draw('added'))];
  return {
    id: 'layers',
    title: t('Layers'),
    blocks: [
      ...(shared.length === 0 ? [] : [sharedLayers(shared)]),
      ...(steps.length === 0 ? [] : [{ kind: 'steps' as const, steps }]),
    ],
  };
}

/** One line that can be opened. */
function sharedLayers(shared: LayerChanges['shared']): Block {
  const bytes = shared.reduce<number | undefined>((sum, { after, before }) => {
    const own = after.size ?? before.size;
    return sum === undefined || own === undefined ? undefined : sum + own;
  }, 0);
  const facts = shared.map(({ after, before }): Fact => {
    const own = after.size ?? before.size;
    const { keyword, text } = layerStep(after.step === undefined ? before : after, undefined, 0);
    const words = [keyword, text].filter((part) => part !== undefined).join(' ');
    return { name: own === undefined ? '' : size(own), values: [{ text: words, isCode: true }] };
  });
  const text = plural(shared.length, t('{0} layer is in both | {0} layers are in both'));
  const detail = bytes === undefined ? [] : [{ text: size(bytes) }];
  return { kind: 'lines', lines: [{ text: { text }, detail, facts }] };
}

function layerStep({ step, size: bytes }: LayerOfStep, mark: Mark | undefined, largest: number): Step {
  const { keyword, text = '' } = step ?? {};
  return {
    ...(keyword === undefined ? {} : { keyword }),
    text: text === '' && keyword === undefined ? t('a layer of which the history says nothing') : text,
    ...(bytes === undefined ? {} : { size: size(bytes), share: largest === 0 ? 0 : bytes / largest }),
    ...(mark === undefined ? {} : { mark }),
  };
}

/** The steps that differ, and how many between them do not. */
function stepSection({ changes, isCut }: StepChanges): readonly Section[] {
  if (changes.every(({ kind }) => kind === 'kept')) return [];
  const blocks: Block[] = [];
  let run: Step[] = [];
  let kept = 0;
  const endRun = () => {
    if (run.length > 0) blocks.push({ kind: 'steps', steps: run });
    run = [];
  };
  const endKept = () => {
    if (kept === 0) return;
    const text = plural(kept, t('{0} step is the same | {0} steps are the same'));
    blocks.push({ kind: 'lines', lines: [{ text: { text, tone: 'quiet' } }] });
    kept = 0;
  };
  for (const change of changes) {
    if (change.kind === 'kept') {
      endRun();
      kept++;
      continue;
    }
    endKept();
    const { keyword, text } = change.kind === 'removed' ? change.before : change.after;
    run.push({ ...(keyword === undefined ? {} : { keyword }), text, mark: change.kind });
  }
  endRun();
  endKept();
  if (isCut)
    blocks.push({
      kind: 'note',
      tone: 'quiet',
      text: t('There are more steps than are compared: only the first are.'),
    });
  return [{ id: 'steps', title: t('Build Steps'), blocks }];
}

function runSection(settings: ImageComparison['settings']): readonly Section[] {
  const words = (list: readonly string[]) => (list.length === 0 ? [] : [code(inWords(list))]);
  const one = (text: string) => [code(text)];
  const rows = [
    ...changed(t('Entry point'), settings.entrypoint, words),
    ...changed(t('Command'), settings.command, words),
    ...changed(t('User'), withRoot(settings.user), one),
    ...changed(t('Working directory'), settings.workingDirectory, one),
    ...changedSet(t('Ports'), settings.ports),
    ...changedSet(t('Volumes'), settings.volumes),
    ...changed(t('Health check'), settings.healthCheck, (check: HealthCheck) => healthValues(check)),
    ...changed(t('Stop signal'), settings.stopSignal, one),
    ...changed(t('Shell'), settings.shell, words),
  ];
  return rows.length === 0 ? [] : [{ id: 'run', title: t('How It Runs'), blocks: [{ kind: 'facts', rows }] }];
}

/** An image that names no user runs as root, which is worth being told. */
function withRoot(user: Change<string> | undefined): Change<string> | undefined {
  return user && { before: user.before ?? 'root', after: user.after ?? 'root' };
}

function code(text: string): Value {
  return { text, isCode: true };
}

/** Of a list without order, those that only one image has. */
function changedSet(name: string, change: Change<readonly string[]> | undefined): readonly Fact[] {
  const { before = [], after = [] } = change ?? {};
  const onlyIn = (list: readonly string[], other: readonly string[]) =>
    list.filter((each) => !other.includes(each)).map(code);
  return fact(name, ...marked('removed', onlyIn(before, after)), ...marked('added', onlyIn(after, before)));
}

/** Variables, labels or annotations, by name. */
function namedSection(
  id: string,
  title: string,
  { added, removed, changed: both }: NamedChanges,
  valueOf: (text: string) => Value,
): readonly Section[] {
  const rows = [
    ...removed.map(({ name, value }) => ({ name, values: marked('removed', [valueOf(value)]) })),
    ...added.map(({ name, value }) => ({ name, values: marked('added', [valueOf(value)]) })),
    ...both.map(({ name, before, after }) => ({
      name,
      values: [...marked('removed', [valueOf(before)]), ...marked('added', [valueOf(after)])],
    })),
  ].sort((one, other) => (one.name < other.name ? -1 : Number(one.name > other.name)));
  if (rows.length === 0) return [];
  const more = rows.length - mostNames;
  const last: readonly Fact[] =
    more > 0 ? [{ name: '', values: [{ text: t('and {0} more', count(more)), tone: 'quiet' }] }] : [];
  return [{ id, title, blocks: [{ kind: 'facts', rows: [...rows.slice(0, mostNames), ...last] }] }];
}

/** The platforms of two indexes. */
export function platformSection({ same, changed: both, removed, added }: PlatformChanges): readonly Section[] {
  const values = (images: readonly ImageOfPlatform[]) => images.map(platformValue);
  const rows = [
    ...fact(t('Only before'), ...marked('removed', values(removed))),
    ...fact(t('Only after'), ...marked('added', values(added))),
    ...fact(t('Changed'), ...values(both.map(({ after }) => after))),
    ...fact(t('Same image'), ...values(same)),
  ];
  return rows.length === 0 ? [] : [{ id: 'platforms', title: t('Platforms'), blocks: [{ kind: 'facts', rows }] }];
}

function platformValue({ platform, digest }: ImageOfPlatform): Value {
  return { text: platform === undefined ? digest : printPlatform(platform) };
}

/** What changed between two artifacts that are no images. */
export function artifactChangeSections(
  before: ArtifactFacts,
  after: ArtifactFacts,
  { added, removed, changed: both, annotations }: ArtifactChanges,
): readonly Section[] {
  const rows = [
    ...removed.map((file) => ({ name: nameOf(file), values: marked('removed', [sizeOf(file)]) })),
    ...added.map((file) => ({ name: nameOf(file), values: marked('added', [sizeOf(file)]) })),
    ...both.map((file) => ({
      name: nameOf(file.after),
      values: [...marked('removed', [sizeOf(file.before)]), ...marked('added', [sizeOf(file.after)])],
    })),
  ];
  const more = rows.length - mostNames;
  const last: readonly Fact[] =
    more > 0 ? [{ name: '', values: [{ text: t('and {0} more', count(more)), tone: 'quiet' }] }] : [];
  const files: Section = {
    id: 'files',
    title: t('Content'),
    blocks: [{ kind: 'facts', rows: [...rows.slice(0, mostNames), ...last] }],
  };
  return [
    ...chartSection(before.chart, after.chart),
    ...(rows.length === 0 ? [] : [files]),
    ...namedSection('annotations', t('Annotations'), annotations, textOrLink),
  ];
}

function nameOf({ title, mediaType }: ArtifactFile): string {
  return title ?? mediaType;
}

function sizeOf({ size: bytes, digest }: ArtifactFile): Value {
  return { text: `${size(bytes)} · ${shortDigest(digest)}`, copy: digest };
}

function chartSection(before: ChartFacts | undefined, after: ChartFacts | undefined): readonly Section[] {
  if (before === undefined || after === undefined) return [];
  const row = (name: string, of: (chart: ChartFacts) => string | undefined) => {
    const [old, now] = [of(before), of(after)];
    const change: Change<string> = {
      ...(old === undefined ? {} : { before: old }),
      ...(now === undefined ? {} : { after: now }),
    };
    return old === now ? [] : changed(name, change, (text) => [textOrLink(text)]);
  };
  const rows = [
    ...row(t('Name'), ({ name }) => name),
    ...row(t('Version'), ({ version }) => version),
    ...row(t('Version of the app'), ({ appVersion }) => appVersion),
    ...row(t('Description'), ({ description }) => description),
    ...row(t('Kubernetes'), ({ kubeVersion }) => kubeVersion),
    ...changedSet(t('Depends on'), { before: before.dependencies, after: after.dependencies }),
  ];
  return rows.length === 0 ? [] : [{ id: 'chart', title: t('Chart'), blocks: [{ kind: 'facts', rows }] }];
}
