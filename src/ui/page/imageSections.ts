import { t } from '@vscode/l10n';
import { plural } from '../../core/locale';
import type { BuildStep, HealthCheck, ImageFacts, ImageSize, RunSettings } from '../../images/imageFacts';
import { count, moment, size } from '../words';
import type { Block, Fact, Section, Step, Value } from './pageModel';

/** The sections that tell what an image is. */

/** Values of one kind, at most: thousands of labels or variables would stop the page. */
const mostValues = 500;

/** `ids`: what it is known by; `trust`: who made it; `others`: its other names. */
export function overview(
  facts: ImageFacts,
  {
    ids,
    trust = [],
    others,
  }: { readonly ids: readonly Fact[]; readonly trust?: readonly Fact[]; readonly others: readonly Fact[] },
): Section {
  const { created, author, size: bytes, layers, base, faults } = facts;
  return {
    id: 'overview',
    blocks: [
      ...faultNote(faults),
      {
        kind: 'facts',
        rows: [
          ...ids,
          ...fact(t('Created'), created && { text: moment(created) }),
          ...fact(t('Size'), bytes && { text: sizeWords(bytes, layers.length) }),
          ...fact(t('Author'), author && { text: author }),
          ...fact(t('Base image'), ...(base === undefined ? [] : baseValues(base))),
          ...trust,
          ...others,
        ],
      },
    ],
  };
}

/** Why nothing can be shown, with a way to try again. */
export function failureNote(text: string): Block {
  return { kind: 'note', tone: 'bad', text, actions: [{ id: 'reload', label: t('Retry'), icon: 'refresh' }] };
}

/** What could not be read, in words. */
export function faultNote(faults: readonly string[]): readonly Block[] {
  if (faults.length === 0) return [];
  const text = t('Some of what describes this image is not as it should be, and is left out: {0}', faults.join(', '));
  return [{ kind: 'note', tone: 'warning', text }];
}

export function sizeWords({ bytes, isUnpacked }: ImageSize, layers: number): string {
  const whole = size(bytes);
  if (layers === 0) return isUnpacked ? t('{0} unpacked', whole) : t('{0} compressed', whole);
  return isUnpacked
    ? plural(layers, t('{1} unpacked, {0} layer | {1} unpacked, {0} layers'), whole)
    : plural(layers, t('{1} compressed, {0} layer | {1} compressed, {0} layers'), whole);
}

function baseValues({ name, digest }: NonNullable<ImageFacts['base']>): readonly Value[] {
  return [
    ...(name === undefined ? [] : [{ text: name, copy: name }]),
    ...(digest === undefined ? [] : [digestValue(digest)]),
  ];
}

export function digestValue(digest: string): Value {
  return { text: digest, isCode: true, copy: digest };
}

/** A fact, if there are values of it. */
export function fact(name: string, ...values: readonly (Value | '' | undefined)[]): readonly Fact[] {
  const told = values.filter((value) => value !== undefined && value !== '');
  return told.length === 0 ? [] : [{ name, values: cutValues(told) }];
}

function cutValues(values: readonly Value[]): readonly Value[] {
  const more = values.length - mostValues;
  if (more <= 0) return values;
  return [...values.slice(0, mostValues), { text: t('and {0} more', count(more)), tone: 'quiet' }];
}

/** How a container of it runs. */
export function running(run: RunSettings): Section {
  const rows = [
    ...fact(t('Entry point'), code(inWords(run.entrypoint))),
    ...fact(t('Command'), code(inWords(run.command))),
    ...fact(t('User'), run.user === undefined ? rootUser() : code(run.user)),
    ...fact(t('Working directory'), code(run.workingDirectory)),
    ...fact(t('Ports'), ...run.ports.map(code)),
    ...fact(t('Volumes'), ...run.volumes.map(code)),
    ...fact(t('Environment'), ...run.environment.map(([name, value]) => code(`${name}=${value}`))),
    ...fact(t('Health check'), ...(run.healthCheck === undefined ? [] : healthValues(run.healthCheck))),
    ...fact(t('Stop signal'), code(run.stopSignal)),
    ...fact(t('Shell'), code(inWords(run.shell))),
  ];
  return { id: 'run', title: t('How It Runs'), blocks: [{ kind: 'facts', rows }] };
}

function rootUser(): Value {
  return { text: t('root, as it names no other'), tone: 'quiet' };
}

function code(text: string | undefined): Value | undefined {
  return text === undefined || text === '' ? undefined : { text, isCode: true };
}

/** As one would type it: words with spaces or quotes are quoted. */
export function inWords(words: readonly string[]): string {
  return words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word))).join(' ');
}

export function healthValues(check: HealthCheck): readonly Value[] {
  if (check.command.length === 0) return [{ text: t('switched off') }];
  const seconds = (number: number) =>
    plural(number, t('{1} second | {1} seconds'), count(Math.round(number * 10) / 10));
  const parts = [
    check.intervalSeconds === undefined ? '' : t('every {0}', seconds(check.intervalSeconds)),
    check.timeoutSeconds === undefined ? '' : t('at most {0}', seconds(check.timeoutSeconds)),
    check.startSeconds === undefined ? '' : t('{0} to start', seconds(check.startSeconds)),
    check.retries === undefined ? '' : plural(check.retries, t('{0} try | {0} tries')),
  ].filter((part) => part !== '');
  const [only] = check.command;
  const command = check.command.length === 1 && only !== undefined ? only : inWords(check.command);
  return [{ text: command, isCode: true }, ...(parts.length === 0 ? [] : [{ text: parts.join(' · ') }])];
}

/** Labels, or annotations: links are made of https addresses only. */
export function named(id: string, title: string, entries: Readonly<Record<string, string>>): readonly Section[] {
  const all = Object.entries(entries).sort(([one], [other]) => (one < other ? -1 : 1));
  if (all.length === 0) return [];
  const rows = all.slice(0, mostValues).map(([name, text]): Fact => ({ name, values: [textOrLink(text)] }));
  const more = all.length - rows.length;
  const last =
    more > 0 ? [{ name: '', values: [{ text: t('and {0} more', count(more)), tone: 'quiet' as const }] }] : [];
  return [{ id, title, blocks: [{ kind: 'facts', rows: [...rows, ...last] }] }];
}

/** A text that is a whole https address is a link to it. */
export function textOrLink(text: string): Value {
  const isLink = /^https:\/\/[^\s"'<>\\^`{|}]+$/.test(text) && URL.canParse(text) && new URL(text).username === '';
  return isLink ? { text, link: text } : { text };
}

/** The steps that built it, with their weight. */
export function buildSteps(steps: readonly BuildStep[]): readonly Section[] {
  if (steps.length === 0) return [];
  const sizes = steps.flatMap(({ layer }) => layer?.size ?? []);
  const largest = sizes.reduce((most, one) => Math.max(most, one), 0);
  const drawn = steps.slice(0, mostValues).map((step) => drawStep(step, largest, sizes.length > 1));
  const more = steps.length - drawn.length;
  const blocks: Block[] = [{ kind: 'steps', steps: drawn }];
  if (more > 0) blocks.push({ kind: 'note', tone: 'quiet', text: t('and {0} more', count(more)) });
  return [{ id: 'steps', title: t('How It Was Built'), blocks }];
}

/** `largest`: bytes of the largest layer, which is told where there are several. */
function drawStep({ keyword, text, comment, layer }: BuildStep, largest: number, isOneOfMany: boolean): Step {
  const bytes = layer?.size;
  const said = [text, comment].filter(Boolean).join(' · ');
  return {
    ...(keyword === undefined ? {} : { keyword }),
    text: said === '' && keyword === undefined ? t('a layer of which the history says nothing') : said,
    ...(bytes === undefined
      ? {}
      : {
          size: size(bytes),
          share: largest === 0 ? 0 : bytes / largest,
          ...(bytes === largest && largest > 0 && isOneOfMany ? { isLargest: true } : {}),
        }),
  };
}
