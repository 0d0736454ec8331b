import { describe, expect, it } from 'vitest';
import type { ContainerApp, TrafficShare } from '../../../src/azure/azure';
import { askRouting, describeRouting } from '../../../src/ui/azure/containerAppsTraffic';
import { scriptedAsk } from './scriptedAsk';

const app = (mode: string, ...traffic: readonly TrafficShare[]): ContainerApp => ({
  ...{ id: '/web', name: 'web', resourceGroup: 'rg', location: 'westeurope', containers: ['web'] },
  ...{ mode, traffic, pullsAs: {}, passwordsFor: [] },
});
const pinned = app('Multiple', { weight: 80, revision: 'web--1', label: 'blue' }, { weight: 20 });
const labelled = app(
  'Labels',
  { weight: 100, revision: 'web--1', label: 'production' },
  { weight: 0, revision: 'web--2', label: 'staging' },
);

/** The questions that are asked, with what is offered, and what becomes of the answers. */
async function asked(target: ContainerApp, ...answers: readonly string[]) {
  const { ask, questions } = scriptedAsk(...answers);
  const routing = await askRouting(ask, target);
  return { questions, routing, line: describeRouting(target, routing) };
}

describe('where traffic goes after a new revision', () => {
  it('is not asked where it goes to the newest revision, and where there is none', async () => {
    for (const target of [app('Single', { weight: 100 }), app('Multiple', { weight: 100 }), app('Multiple')])
      expect(await asked(target)).toEqual({ questions: [], routing: 'usual', line: undefined });
  });

  it('is asked where weights are pinned', async () => {
    const questions = [
      'Where should the traffic of web go?',
      'All of it to the new revision · Once it runs; labels stay where they are',
      'No change · 80 % to web--1, 20 % to the newest revision',
    ];
    expect(await asked(pinned, 'All of it to the new revision')).toEqual({
      questions,
      routing: { kind: 'newest' },
      line: 'All of the traffic goes to the new revision.',
    });
    expect(await asked(pinned, 'No change')).toEqual({
      questions,
      routing: 'stays',
      line: 'The new revision gets 20 % of the traffic. The traffic does not change: 80 % to web--1, 20 % to the newest revision.',
    });
  });

  it('is asked as a label in the mode of labels, one that is there or a new one', async () => {
    const questions = [
      'Label for the new revision of web',
      'production · 100 % of the traffic · Now on web--1',
      'staging · 0 % of the traffic · Now on web--2',
      'Create new label… · No traffic goes to it at first',
    ];
    expect(await asked(labelled, 'production')).toEqual({
      questions,
      routing: { kind: 'label', label: 'production' },
      line: 'The new revision takes the label production, and with it 100 % of the traffic.',
    });
    expect(await asked(labelled, 'Create new label…', 'next-1')).toEqual({
      questions: [...questions, 'Name of the new label'],
      routing: { kind: 'label', label: 'next-1' },
      line: 'The new revision takes the label next-1, and with it 0 % of the traffic.',
    });
    for (const wrong of ['', 'Next', '1st', 'a--b', 'end-'])
      await expect(asked(labelled, 'Create new label…', wrong)).rejects.toThrow('must begin with a letter');
  });
});
