import { describe, expect, it } from 'vitest';
import type { AppService, Azure, AzureRegistry, WebApp, WebAppState } from '../../../src/azure/azure';
import type { AccessChoice } from '../../../src/ui/azure/pullAccessPrompts';
import { askContainer } from '../../../src/ui/azure/appServicePrompts';
import { appServiceSummary } from '../../../src/ui/azure/appServiceWork';
import { stub } from '../stub';
import { fakeApp, reference } from './fakeApp';
import { scriptedAsk } from './scriptedAsk';

const target: WebApp = {
  ...{ id: '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Web/sites/shop', name: 'shop' },
  ...{ resourceGroup: 'rg', location: 'westeurope', url: 'https://shop.test' },
};
const deployable = { image: reference('registry.example.com/web:2') };
const typed: AccessChoice = { kind: 'typed', username: 'bot', secret: 's' };
const { app } = fakeApp();
const where = { azure: stub<Azure>('azure', {}), subscription: { id: 's', name: 'Production', tenantId: 't' } };
/** What is asked of an app that is there: which of its containers, or which port its first one listens on. */
const chosen = (now: WebAppState, ...answers: readonly string[]) => {
  const appService = stub<AppService>('azure.appService', { readState: () => Promise.resolve(now) });
  const azure = stub<Azure>('azure', { appService });
  return askContainer(scriptedAsk(...answers).ask, app, deployable, target, { ...where, azure });
};
const lines = async (now: WebAppState, access: AccessChoice = typed, ...answers: readonly string[]) =>
  appServiceSummary(deployable, { ...where, access, target: await chosen(now, ...answers) });
const replaced = 'The image of shop is replaced by registry.example.com/web:2; its other settings stay.';
const kept = 'The password or token of bot is kept in its settings.';
const place = ['Resource group: rg, in westeurope', 'Subscription: Production'];

describe('the summary of what becomes of a web app', () => {
  it('says what is replaced, and that calls are listened to as before', async () => {
    expect(await lines({ runsSeveral: false, restartsOnPush: true })).toEqual([
      ...[replaced, 'Continuous deployment stays on: shop pulls its image again when a webhook calls it.', kept],
      ...place,
    ]);
  });

  it('names the one container that is replaced', async () => {
    const web = { name: 'web', image: 'a.test/web:1', isMain: true, pullsAs: 'robot' };
    const containers = [web, { name: 'metrics', image: 'a.test/metrics:1', isMain: false }];
    const one = (name: string) =>
      `The image of the container ${name} of shop is replaced by registry.example.com/web:2; its other containers and settings stay.`;
    expect((await lines({ runsSeveral: false, containers }, typed, 'web'))[0]).toBe(one('web'));
    expect((await lines({ runsSeveral: false, containers }, typed, 'metrics'))[0]).toBe(one('metrics'));
    const registry = stub<AzureRegistry>('registry', { name: 'contosomain', usesAbac: false });
    const identity: AccessChoice = { kind: 'identity', registry, azure: stub('azure', {}), repository: 'web' };
    const asRobot =
      'It pulls as robot, which gets the right to pull from contosomain. This applies to every repository there.';
    expect((await lines({ runsSeveral: false, containers }, identity, 'web'))[1]).toBe(asRobot);
    expect((await lines({ runsSeveral: false, containers }, identity, 'metrics'))[1]).not.toBe(asRobot);
  });

  it('names the main container that is made where there is none, with its port', async () => {
    const now: WebAppState = { runsSeveral: false, containers: [] };
    expect((await lines(now, typed, '8080'))[0]).toBe(
      'shop gets its main container, main, running registry.example.com/web:2.',
    );
    expect((await lines(now, typed, '8080'))[1]).toBe('The container listens on port 8080.');
    expect((await chosen(now, '8080')).app).toEqual({ ...target, container: { name: 'main', port: 8080 } });
  });

  const credential = { server: 'registry.example.com', username: 'bot', isUsed: true };
  const between =
    'The credential of registry.example.com is replaced first. If Azure restarts the app before the image is replaced too, the new credential cannot pull the old image.';

  it('says where what runs is left without its credential for a moment', async () => {
    const other = { ...credential, username: 'somebody' };
    expect(await lines({ runsSeveral: false, credential: other })).toEqual([replaced, kept, between, ...place]);
    const elsewhere = { ...credential, server: 'other.example.com' };
    expect((await lines({ runsSeveral: false, credential: elsewhere }))[2]).toContain(
      'of other.example.com is replaced first',
    );
  });

  it('and says nothing of it where that is not so', async () => {
    for (const one of [credential, { ...credential, username: 'somebody', isUsed: false }])
      expect(await lines({ runsSeveral: false, credential: one })).toEqual([replaced, kept, ...place]);
    const gone = 'The credential of registry.example.com is removed from its settings: it is no longer used.';
    expect((await lines({ runsSeveral: false, credential }, { kind: 'none' }))[2]).toBe(gone);
  });
});
