import pLimit from 'p-limit';
import { t } from '@vscode/l10n';
import { causes } from '../../core/causes';
import { defined } from '../../core/defined';
import { Failure } from '../../core/failure';
import { plural } from '../../core/locale';
import type { ImageDetails, Tag } from '../../core/model';
import { baseName, parseReference, printFullReference, printReference } from '../../core/reference';
import type { ImageReference } from '../../core/reference';
import type { RegistryProvider } from '../../providers/provider';
import type { App } from '../app';
import type { Choice } from '../ask';
import { nodesCommand } from './command';
import { copyLines } from './copyFullTag';

/** The most tags whose details are requested at the same time. */
const width = 6;
const memoryKey = 'copyAs';

/** A row that is copied. */
interface Copied {
  /** By its tag; a platform by its digest. */
  readonly name: ImageReference;
  /** Looks at what is behind the name, as far as the row does not tell. */
  readonly look: (signal: AbortSignal) => Promise<Subject> | Subject;
}

/** What a form is written for. */
interface Subject {
  readonly name: ImageReference;
  /** The name with the digest; absent when the digest is not known. */
  readonly pinned?: ImageReference;
  readonly kind: 'image' | 'chart' | 'artifact';
}

/** A way to write the name of an image. */
interface Form {
  readonly id: string;
  readonly label: () => string;
  /** Nothing where this cannot be said of the subject. */
  readonly textOf: (subject: Subject) => string | undefined;
}

/** In the order in which they are offered. All but the first two go into files or shells, so a name must be one that engines take. */
const forms: readonly Form[] = [
  {
    id: 'tag',
    label: () => t('Full tag'),
    textOf: ({ name }) => (name.tag === undefined ? undefined : printReference(name)),
  },
  { id: 'digest', label: () => t('With digest'), textOf: ({ pinned }) => pinned && printReference(pinned) },
  imageForm(
    'docker',
    () => 'docker pull',
    (name) => `docker pull ${printReference(name)}`,
  ),
  imageForm(
    'dockerfile',
    () => 'Dockerfile',
    (name) => `FROM ${printReference(name)}`,
  ),
  imageForm(
    'compose',
    () => 'Docker Compose',
    (name) => `image: ${printReference(name)}`,
  ),
  // Not every container runtime looks for short names at Docker Hub.
  imageForm(
    'kubernetes',
    () => 'Kubernetes',
    (name) => `- name: ${containerName(name)}\n  image: ${printFullReference(name)}`,
  ),
  { id: 'helm', label: () => 'helm pull', textOf: helmPull },
  {
    id: 'oras',
    label: () => 'oras pull',
    textOf: (subject) =>
      subject.kind !== 'image' && isTaken(subject.name) && helmPull(subject) === undefined
        ? `oras pull ${printFullReference(subject.name)}`
        : undefined,
  },
];

export const copyAs = nodesCommand<Copied>({
  id: 'copyAs',
  title: () => t('Copy As…'),
  downTo: 'tag',
  needs: ({ entry, provider }) => {
    if (entry?.kind === 'tag') return { name: entry.image, look: (signal) => lookAt(entry, provider, signal) };
    // A platform that the registry no longer has cannot be pulled.
    return entry?.kind === 'platform' && entry.failure === undefined ? known(entry.image, entry.image) : undefined;
  },
  needsLocal: ({ entry }) => {
    if (entry.kind !== 'image') return undefined;
    const { name, image } = entry;
    const pushed = image.digests.find(({ host, path }) => host === name.host && path === name.path);
    return known(name, pushed && { ...name, ...pushed });
  },
  doing: (rows) => t('copy {0}', rows.map(({ name }) => printReference(name)).join(', ')),
  run: async (app, rows) => {
    const controller = new AbortController();
    const [first] = rows;
    const placeholder = plural(
      rows.length,
      t('How to write {1} | How to write {0} names'),
      first === undefined ? '' : printReference(first.name),
    );
    const items = lookAtEach(app, rows, controller.signal).then((subjects) =>
      choicesFor(subjects, app.memory.read(memoryKey)),
    );
    try {
      const answer = await app.ask.pick({ title: t('Copy As'), placeholder, items });
      if (answer === undefined || answer === 'back') return;
      await app.memory.write(memoryKey, answer.value.id);
      await copyLines(app, answer.value.texts);
    } finally {
      controller.abort();
    }
  },
});

/** The names as one form writes them. */
interface Written {
  readonly id: string;
  readonly texts: readonly string[];
}

/** The forms that can be said of all subjects, that of `last` first. */
function choicesFor(subjects: readonly Subject[], last: string | undefined): readonly Choice<Written>[] {
  const choices = forms.flatMap(({ id, label, textOf }): readonly Choice<Written>[] => {
    const texts = subjects.flatMap((subject) => textOf(subject) ?? []);
    const detail = texts.join(' · ');
    return texts.length === subjects.length ? [{ label: label(), detail, value: { id, texts } }] : [];
  });
  return [...choices.filter(({ value }) => value.id === last), ...choices.filter(({ value }) => value.id !== last)];
}

function lookAtEach(app: App, rows: readonly Copied[], signal: AbortSignal): Promise<readonly Subject[]> {
  const limit = pLimit(width);
  const look = async ({ name, look: ask }: Copied): Promise<Subject> => {
    signal.throwIfAborted();
    try {
      return await ask(signal);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      // The name can be copied all the same.
      app.log.warn(`Could not read what ${printReference(name)} is\n  ${causes(error)}`);
      return { name, kind: 'image' };
    }
  };
  return Promise.all(rows.map((row) => limit(look, row)));
}

function known(name: ImageReference, pinned: ImageReference | undefined): Copied {
  return { name, look: () => ({ name, kind: 'image', ...defined({ pinned }) }) };
}

/** Asks only for what the listing did not tell. What cannot be told is an image, as it is for the other commands. */
async function lookAt(tag: Tag, { details }: RegistryProvider, signal: AbortSignal): Promise<Subject> {
  const isTold = tag.details !== undefined && tag.details.isPartial !== true;
  const told = isTold ? tag.details : ((await details?.(tag, signal)) ?? tag.details);
  const pinned = told === undefined || told.digest === '' ? undefined : { ...tag.image, digest: told.digest };
  return { name: tag.image, kind: kindOf(told), ...defined({ pinned }) };
}

function kindOf(details: ImageDetails | undefined): Subject['kind'] {
  if (details?.type !== 'artifact') return 'image';
  return /\bhelm\b/.test(details.artifactType ?? '') ? 'chart' : 'artifact';
}

function imageForm(id: string, label: () => string, print: (name: ImageReference) => string): Form {
  const textOf = ({ name, kind }: Subject) => (kind === 'image' && isTaken(name) ? print(name) : undefined);
  return { id, label, textOf };
}

/**
 * Whether engines take the name, so that it can neither be read as an option nor as anything else of a shell. Addresses of IPv6
 * are left out: they would have to be quoted, by the rules of each place.
 */
function isTaken(name: ImageReference): boolean {
  return !name.host.startsWith('[') && !('problem' in parseReference(printFullReference(name)));
}

/**
 * Helm takes a version, not a tag, and keeps the + of a version as _ in the tag: https://helm.sh/docs/topics/registries/
 * Nothing where the tag is no version.
 */
function helmPull({ name, kind }: Subject): string | undefined {
  const version = name.tag?.replaceAll('_', '+') ?? '';
  const isVersion = /^v?\d+(?:\.\d+){0,2}(?:-[\dA-Za-z.-]+)?(?:\+[\dA-Za-z.-]+)?$/.test(version);
  if (kind !== 'chart' || !isVersion || !isTaken(name)) return undefined;
  return `helm pull oci://${name.host}/${name.path} --version ${version}`;
}

/** A DNS label, as Kubernetes wants it: https://kubernetes.io/docs/concepts/overview/working-with-objects/names/#dns-label-names */
function containerName(name: ImageReference): string {
  const label = baseName(name).replace(/[._]+/g, '-').slice(0, 63).replace(/-+$/, '');
  // What YAML reads as a number, a truth value or nothing.
  const isWord = /^[a-z]/.test(label) && !/^(?:true|false|null|yes|no|on|off|y|n)$/.test(label);
  return isWord ? label : `"${label}"`;
}
