import { join } from 'node:path';
import { connected } from '../../test/e2e/images';
import { launchWorkbench } from '../../test/e2e/launch';
import { registriesView } from '../../test/e2e/registriesView';
import { findChromium } from '../../test/rig/chromium';
import { projectRoot } from '../../test/rig/paths';
import type { Recorder } from '../../test/sandbox/recorder';
import { tempDir } from '../../test/sandbox/tempDir';
import { compared, fewTags, hundred, manyTags, page } from './content';
import { jobs, type Figures, type Job, type Samples } from './figures';
import { HostMeter, quiet, type Bench } from './measure';
import * as user from './userJobs';
import { nameHelper, noteComplete } from './watch';

const label = 'Bench';

/** Of the process that all extensions share, in bytes. */
export interface Memory {
  readonly rss: number;
  readonly heapUsed: number;
}

export interface Browsed {
  readonly samples: readonly Samples[];
  readonly before: Memory;
  readonly after: Memory;
}

type Lines = Map<Job, Figures[]>;

/** The same window, which has forgotten what it listed. `details`: whether the rows read any. */
async function again({ workbench, meter, recorder }: Bench, details: 'always' | 'never'): Promise<void> {
  await quiet({ recorder });
  await meter.forget();
  await workbench.changeSettings({ 'registryExplorer.tags.details': details });
  await workbench.page.evaluate(nameHelper);
  await registriesView(workbench).open();
}

/** A user opens a registry and what is in it. */
async function browse(bench: Bench, note: (job: Job, figures: Figures) => void): Promise<void> {
  const view = registriesView(bench.workbench);
  note('reference', await user.goToReference(bench));
  // The tag is far down: the rows above it are out of sight.
  await view.titleAction('Collapse All');
  await again(bench, 'always');
  note('words', await user.findByWords(bench));
  await again(bench, 'always');
  note('repositories', await user.expand(bench, label, 1));
  note('loaded', await user.findLoaded(bench));
  note('tags', await user.expand(bench, fewTags, 2));
  await view.collapse(fewTags);
  note('details', await user.details(bench));
  await view.titleAction('Collapse All');
  await view.expand(label);
  note('manyTags', await user.expand(bench, manyTags, 2));
  await view.titleAction('Collapse All');
}

/** What is done with images, in a window whose rows read nothing of them; each in a repository of which nothing is known. */
async function useImages(bench: Bench, note: (job: Job, figures: Figures) => void): Promise<void> {
  const view = registriesView(bench.workbench);
  await again(bench, 'never');
  await view.expand(label);
  await view.expand(page);
  note('firstPage', await user.openImage(bench, '1.3.0'));
  note('page', await user.openImage(bench, '1.4.0'));
  await view.collapse(page);
  await view.expand(compared);
  note('comparison', await user.compare(bench, '1.4.0', '1.3.0'));
  await bench.workbench.runCommand('View: Close All Editors');
  await view.open();
  await view.collapse(compared);
  await view.expand(hundred);
  note('deletion', await user.askForDeletion(bench));
  await view.titleAction('Collapse All');
}

async function run(bench: Bench, rounds: number): Promise<Browsed> {
  const lines: Lines = new Map();
  const note = (job: Job, ...figures: readonly Figures[]): void => {
    console.log(`${jobs[job]}: ${figures.map(({ ms }) => `${ms.toFixed(0)} ms`).join(', ')}`);
    lines.set(job, [...(lines.get(job) ?? []), ...figures]);
  };
  await again(bench, 'always');
  const before = await bench.meter.ask<Memory>('/memory');
  for (let round = 1; round <= rounds; round++) {
    await browse(bench, note);
    await useImages(bench, note);
    await again(bench, 'always');
  }
  const view = registriesView(bench.workbench);
  await view.expand(label);
  await view.expand(manyTags);
  note('filter', ...(await user.filter(bench)));
  const after = await bench.meter.ask<Memory>('/memory');
  const samples = [...lines].map(([job, figures]) => ({ job, who: 'Registry Explorer', samples: figures }));
  return { samples, before, after };
}

export function whyNoBrowser(): string | undefined {
  return findChromium() === undefined ? 'missing: Chromium' : undefined;
}

/** How long a user waits, in the packaged extension, in a real VS Code. `recorder`: the registry. */
export async function benchBrowse(recorder: Recorder, rounds: number): Promise<Browsed> {
  const folder = await tempDir('bench');
  const file = join(folder.path, 'host-meter');
  try {
    const workbench = await launchWorkbench({
      settings: connected({ label, url: recorder.url }),
      env: { HOST_METER: file },
      helpers: [join(projectRoot, 'test/e2e/hostMeter')],
    });
    try {
      await workbench.page.addInitScript(noteComplete);
      return await run({ workbench, recorder, meter: new HostMeter(file) }, rounds);
    } finally {
      await workbench.close();
    }
  } finally {
    await folder.remove();
  }
}
