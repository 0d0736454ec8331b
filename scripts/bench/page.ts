import { resolveConfig, format } from 'prettier';
import type { Browsed, Memory } from './browse';
import { jobs, summary, type Figures, type Job, type Samples } from './figures';
import { longestStopMs, type Hostile } from './hostile';
import { table } from './markdown';
import { transferred, type Transfer } from './transfers';

/** All that a run found. What could not be measured is in `leftOut`, with the reason. */
export interface Report {
  readonly date: Date;
  readonly machine: string;
  readonly versions: readonly string[];
  readonly rounds: number;
  readonly latencyMs: number;
  readonly samples: readonly Samples[];
  readonly memory?: Pick<Browsed, 'before' | 'after'>;
  readonly transfers: readonly Transfer[];
  readonly hostile: readonly Hostile[];
  readonly leftOut: readonly string[];
}

/** From what on and until when, and what the other programs do instead. */
const explained: Readonly<Record<Job, string>> = {
  repositories:
    'From the click on the arrow of the registry to the first repository on screen. One request brings a thousand names. `crane catalog` and `regctl repo ls --limit 1000` end when all that they list is printed; crane reads on to the last of the 1,003, regctl stops after a thousand. skopeo has no such command.',
  tags: 'From the click on the arrow of the repository to the first tag on screen. The registry lists all tags in one answer. `crane ls`, `regctl tag ls` and `skopeo list-tags` print all of them, in the order of the registry; we sort them, show a hundred, and read the details of these afterwards. We ask once more whether there is a second page, as a full page may have one behind it.',
  manyTags: 'The same with 20,000 tags, all of them on one image.',
  details:
    'From the click on the arrow of a repository with 1,000 tags until age, size and platform of its first hundred are read, and the rows in sight show them. Each tag is an image of its own, so that each takes its manifest and its config. The others are run once for each of a hundred tags, six at a time, as many as we ask at a time: `crane config`, `regctl image config`, `skopeo inspect --config`. They are a hundred programs that know nothing of each other, and do not list the tags.',
  reference:
    'In a window that has listed nothing: from Enter in the box of Go to Image, where a whole reference was typed, to the row of its tag, the last of a thousand, in the tree. The details of rows above it are read afterwards.',
  words:
    'In a window that has listed nothing: from the first key of a part of a name, the others right behind it, to the repository in the box. All 1,003 names are read for it, in two requests.',
  loaded:
    'In a window that has listed the first thousand repositories: from a letter that all but a few of them have to the first of them in the box. The rest of the names is read afterwards.',
  filter: 'For each of the eight keys of a filter, from the key to the first tag that has it. Nothing is asked for.',
  firstPage:
    'From the button on the row of a tag until its page is complete: manifest, config, and what refers to the image. This registry keeps that under a tag and has no list of it, so that it is asked twice. The row has read nothing before. VS Code prepares what it draws pages with when a window shows the first one.',
  page: 'The same in a window that has shown one before. The registry is known to have no such list. `crane config`, `regctl image config` and `skopeo inspect --config` print the config alone.',
  comparison:
    'From the entry of the menu until the page that compares two tags is complete. The details of the two rows were read before, as they are for all rows on screen; without them there are eight requests. The others cannot do it.',
  deletion:
    'From the entry of the menu to the question whether the image is deleted, in a repository of a hundred tags. Each tag is looked up, because one on the same digest would go as well. The others delete without a question.',
};

const dash = '–';
const ms = (value: number | undefined): string => (value === undefined ? dash : `${value.toFixed(0)} ms`);
const seconds = (value: number): string => `${(value / 1000).toFixed(2)} s`;
const count = (value: number | undefined): string => value?.toLocaleString('en') ?? dash;
const kB = (bytes: number | undefined): string => (bytes === undefined ? dash : (bytes / 1000).toFixed(1));
const mB = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;

function jobTable(samples: readonly Samples[]): string {
  const rows = Object.entries(jobs).flatMap(([id, name]) =>
    samples
      .filter(({ job }) => job === id)
      .map(({ who, samples: figures }, at) => [at === 0 ? name : '', who, ...cellsOf(summary(figures))]),
  );
  return table(
    ['Job', 'By', 'Requests', 'kB', 'Time', 'After the answer', 'Requests afterwards', 'Longest stop'],
    rows,
    2,
  );
}

function cellsOf(figures: Figures): readonly string[] {
  const { requests, bytes, own, later, stop } = figures;
  return [count(requests), kB(bytes), ms(figures.ms), ms(own), count(later), ms(stop)];
}

function transferTable(transfers: readonly Transfer[]): string {
  const rows = transfers.flatMap(({ what, docker, ours, ratio }) => [
    [what, 'Registry Explorer', count(ours.requests), kB(ours.bytes), seconds(ours.ms), ratio.toFixed(2)],
    ['', 'docker', count(docker.requests), kB(docker.bytes), seconds(docker.ms), dash],
  ]);
  return table(['Job', 'By', 'Requests', 'kB', 'Time', 'Ratio'], rows, 2);
}

function memoryText({ before, after }: NonNullable<Report['memory']>): string {
  const told = ({ heapUsed, rss }: Memory): string => `${mB(heapUsed)} in use, ${mB(rss)} of the machine`;
  return `The process that all extensions share, with nothing listed: ${told(before)}. At the end, with 20,000 tags listed and a filter over them: ${told(after)}.`;
}

function introduction({ date, machine, versions, rounds, latencyMs }: Report): string {
  return `# How much a job takes

\`npm run bench\` measured this and wrote this page on ${date.toISOString().slice(0, 10)}; write nothing here by hand.

- Machine: ${machine}
- Versions: ${versions.join(', ')}

The package that users install, in a real VS Code in a browser, speaks to a real registry. A proxy between them adds ${latencyMs} ms to
each request, and counts. The other programs speak to the same registry through the same proxy. Times are medians of ${rounds} ${rounds === 1 ? 'round' : 'rounds'}; the
longest stop is the worst of all rounds. Times of another machine are others; requests and bytes should be the same.`;
}

function jobSection({ samples }: Report): string {
  return `## Jobs of a user

${jobTable(samples)}

**Requests** are those that the answer needs, and **kB** is what the registry sent for them, with heads. **After the answer**: how
much of the time passed after the registry had sent them. **Requests afterwards** are those that we make in the background, for details of
rows that are there already. **Longest stop**: how long the process that all extensions
share could do nothing else. The others begin a new program each time, which has nothing from before; our time is that of a window that
is open.

${Object.entries(jobs)
  .map(([id, name]) => `- **${name}.** ${explained[id as Job]}`)
  .join('\n')}`;
}

function transferSection({ transfers, rounds }: Report): string {
  return `## Push and pull

${transferTable(transfers)}

An image of ${transferred}, by an engine of its own, to and from a registry of its own on the same machine; what is pushed is not there yet.
Both tell the engine to do it, in turns, ${rounds} times each. The ratio is the median over the pairs of how many times as long ours took.
Requests and kB are those of the engine, of one more round; kB is what the registry sent, which for a push is little.`;
}

function hostileSection({ hostile }: Report): string {
  const rows = hostile.map(({ name, stop, total }) => [name, `${stop.toFixed(1)} ms`, `${total.toFixed(0)} ms`]);
  return `## Hostile input

${table(['Input', 'Longest stop', 'Time'], rows, 1)}

What a registry or an engine could send to stop VS Code, in plain Node.js. Above ${longestStopMs} ms, a user would feel it.`;
}

/** The page, in Markdown. */
export async function writePage(report: Report): Promise<string> {
  const { samples, memory, transfers, leftOut } = report;
  const parts = [
    introduction(report),
    ...(samples.length > 0 ? [jobSection(report)] : []),
    ...(memory === undefined ? [] : [`## Memory\n\n${memoryText(memory)}`]),
    ...(transfers.length > 0 ? [transferSection(report)] : []),
    hostileSection(report),
    ...(leftOut.length > 0 ? [`## Left out\n\n${leftOut.map((reason) => `- ${reason}`).join('\n')}`] : []),
  ];
  const config = await resolveConfig('docs/bench.md');
  return format(parts.join('\n\n'), { ...config, parser: 'markdown' });
}
