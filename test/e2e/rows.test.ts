import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { buildImage } from '../sandbox/images';
import { startV2Server, type V2Server } from '../sandbox/v2Server';
import { connected, startSeededRegistry, type SeededRegistry } from './images';
import { quickInput } from './quickInput';
import { registriesView } from './registriesView';
import { useWorkbench } from './workbench';

let registry: SeededRegistry;
let large: V2Server;
const image = buildImage();
const repositories = [
  ...['one', 'two', 'three'].map((name) => ({ name: `accounts/${name}`, tags: { latest: image } })),
  ...['api', 'web'].map((name) => ({ name: `team/backend/${name}`, tags: { '1.0': image } })),
  { name: 'solo/app', tags: { latest: image } },
  { name: 'ci/builds', tags: Object.fromEntries(Array.from({ length: 5000 }, (_, at) => [`build-${at + 1}`, image])) },
];

beforeAll(async () => {
  registry = await startSeededRegistry();
  large = await startV2Server({ repositories });
});
afterAll(async () => {
  await registry.stop();
  await large.stop();
});

describe('the rows of a registry', () => {
  const workbench = useWorkbench(() => ({
    settings: connected({ label: 'Real', url: registry.url }, { label: 'Large', url: large.url }),
  }));
  const view = () => registriesView(workbench());
  const input = () => quickInput(workbench());
  const labels = async () => (await view().rows()).map(({ label }) => label);
  beforeEach(async () => {
    await view().open();
  });

  it('are narrowed while a filter is typed, without a request, and stay so after a reload', async () => {
    await view().expand(['Large']);
    await view().expand(['Large', 'ci/builds']);
    const before = large.requests.length;
    await view().inline(['Large', 'ci/builds'], 'Filter…');
    await input().titled('Filter ci/builds');
    await input().type('*-49*');
    await view().row(['Large', 'ci/builds', 'build-4999']);
    await view().describes(['Large', 'ci/builds'], 'filtered: “*-49*”');
    await workbench().screenshot('filter-typing');
    await input().accept();
    await input().closed();
    expect(large.requests.slice(before).filter(({ path }) => path.includes('/tags/'))).toEqual([]);
    await workbench().reload();
    await view().open();
    await view().row(['Large', 'ci/builds', 'build-4999']);
    await workbench().screenshot('filter-after-reload');
    await view().inline(['Large', 'ci/builds'], 'Clear Filter');
    await view().row(['Large', 'ci/builds', 'build-5000']);
  });

  it('are as they were when a filter is left, and are filtered from the keyboard alone', async () => {
    await view().click(['Large', 'ci/builds', 'build-5000']);
    await view().press('Control+Alt+f');
    await input().titled('Filter ci/builds');
    await input().type('nothing like it');
    await view().describes(['Large', 'ci/builds'], 'nothing found');
    await input().escape();
    await view().row(['Large', 'ci/builds', 'build-5000']);
  });

  it('are all there again after one command, wherever some are filtered', async () => {
    await view().inline(['Large', 'ci/builds'], 'Filter…');
    await input().type('*-49*');
    await input().accept();
    await view().gone(['Large', 'ci/builds', 'build-5000']);
    await workbench().runCommand('Registry Explorer: Clear All Filters');
    await view().row(['Large', 'ci/builds', 'build-5000']);
  });

  it('are sorted, filtered and shown again without the mouse', async () => {
    const { keyboard } = workbench().page;
    await view().focus();
    await view().chooseByKeys(['Large', 'ci/builds'], 'Sort…');
    await input().titled('Sort ci/builds');
    await input().pickByKeys('By name');
    await view().row(['Large', 'ci/builds', 'build-1']);
    await view().arrowTo(['Large', 'ci/builds']);
    await view().press('Control+Alt+f');
    await input().titled('Filter ci/builds');
    await keyboard.type('-77');
    await view().row(['Large', 'ci/builds', 'build-77']);
    await keyboard.press('Enter');
    await input().closed();
    await view().describes(['Large', 'ci/builds'], 'filtered: “-77”');
    const { spoken } = await view().row(['Large', 'ci/builds']);
    expect(spoken).toBe('Repository ci/builds, filtered: “-77”, by name');
    await view().focus();
    await view().chooseByKeys(['Large', 'ci/builds'], 'Clear Filter');
    await view().chooseByKeys(['Large', 'ci/builds'], 'Sort…');
    await input().titled('Sort ci/builds');
    await input().pickByKeys('As in the settings');
    await view().row(['Large', 'ci/builds', 'build-5000']);
  });

  it('stand in another order, by what the registry does not list', async () => {
    await view().expand(['Real']);
    await view().expand(['Real', 'team/web']);
    await view().choose(['Real', 'team/web'], 'Sort…');
    await input().titled('Sort team/web');
    await workbench().screenshot('sort');
    await input().pick('Oldest first');
    await view().describes(['Real', 'team/web'], 'oldest first');
    await expect
      .poll(async () => (await labels()).filter((label) => ['1.9', '2.0', 'stable'].includes(label)))
      .toEqual(['1.9', '2.0', 'stable']);
  });

  it('are folders when the user wants a tree', async () => {
    await view().collapse(['Large', 'ci/builds']);
    await view().titleAction('View Repositories as Tree');
    await view().expand(['Large', 'accounts']);
    await view().row(['Large', 'accounts', 'three']);
    await view().expand(['Large', 'team/backend']);
    await view().row(['Large', 'solo/app']);
    await workbench().screenshot('folders');
    await view().titleAction('View Repositories as List');
    await view().row(['Large', 'accounts/three']);
  });

  it('stand on top as favourites, also after a reload, and open there', async () => {
    await view().choose(['Large', 'accounts/two'], 'Add to Favourites');
    await view().row('Favourites');
    await view().choose(['Real', 'team/web', '1.9'], 'Add to Favourites');
    await view().expand(['Favourites']);
    await view().row(['Favourites', 'web:1.9']);
    await workbench().screenshot('favourites');
    await workbench().reload();
    await view().open();
    // Until all is drawn, VS Code may close a row again that was closed when it asked for it.
    await view().describes(['Favourites', 'web:1.9'], '140 B');
    await view().expand(['Favourites', 'accounts/two']);
    await view().row(['Favourites', 'accounts/two', 'latest']);
    await view().choose(['Favourites', 'web:1.9'], 'Remove from Favourites');
    await view().gone(['Favourites', 'web:1.9']);
  });
});
