/** What one job took. A figure that nobody knows is absent. */
export interface Figures {
  readonly requests?: number;
  /** Bytes of the answers, with heads. */
  readonly bytes?: number;
  /** Requests that the answer did not wait for. */
  readonly later?: number;
  /** Milliseconds until the user has the answer. */
  readonly ms: number;
  /** Of these, milliseconds after the registry had sent all that the answer needs. */
  readonly own?: number;
  /** Milliseconds: the longest stop of the process that all extensions share. */
  readonly stop?: number;
}

/** Who did a job, and what it took in each round. */
export interface Samples {
  readonly job: Job;
  readonly who: string;
  readonly samples: readonly Figures[];
}

/** What each job is, in the order of the page. */
export const jobs = {
  repositories: 'First of 1,003 repositories',
  tags: 'First of 1,000 tags',
  manyTags: 'First of 20,000 tags',
  details: 'Details of 100 tags',
  reference: 'Go to Image, by reference',
  words: 'Go to Image, by words',
  loaded: 'Go to Image, what is loaded',
  filter: 'Filter 20,000 tags, per key',
  firstPage: 'Page of an image, the first of a window',
  page: 'Page of an image',
  comparison: 'Comparison of two images',
  deletion: 'Question before a deletion',
} as const;

export type Job = keyof typeof jobs;

export function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((one, other) => one - other);
  const middle = sorted.length / 2;
  return ((sorted[Math.ceil(middle) - 1] ?? NaN) + (sorted[Math.floor(middle)] ?? NaN)) / 2;
}

/** The median of each figure, and the worst of all stops. */
export function summary(samples: readonly Figures[]): Figures {
  const of = (name: keyof Figures, among: (numbers: readonly number[]) => number) => {
    const numbers = samples.flatMap((each) => each[name] ?? []);
    return numbers.length === 0 ? {} : { [name]: among(numbers) };
  };
  return {
    ms: median(samples.map(({ ms }) => ms)),
    ...of('requests', median),
    ...of('bytes', median),
    ...of('later', median),
    ...of('own', median),
    ...of('stop', (stops) => Math.max(...stops)),
  };
}
