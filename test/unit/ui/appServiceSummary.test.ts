import { describe, expect, it } from 'vitest';
import type { AzureRegistry, WebApp, WebAppNow } from '../../../src/azure/azure';
import type { AccessChoice } from '../../../src/ui/azure/pullAccessPrompts';
import { chosenNow } from '../../../src/ui/azure/appServicePrompts';
import { appServiceSummary } from '../../../src/ui/azure/appServiceWork';
import { stub } from '../stub';
import { reference } from './fakeApp';

const target: WebApp = {
  ...{ id: '/subscriptions/s/resourceGroups/rg/providers/Microsoft.Web/sites/shop', name: 'shop' },
  ...{ resourceGroup: 'rg', location: 'westeurope', url: 'https://shop.test' },
};
const deployable = { image: reference('registry.example.com/web:2') };
const typed: AccessChoice = { kind: 'typed', username: 'bot', secret: 's' };
const lines = (now: WebAppNow, access: AccessChoice = typed, container?: string) =>
  appServiceSummary(deployable, { target, now, access, ...(container === undefined ? {} : { container }) });
const replaced = 'The image of shop is replaced by registry.example.com/web:2; its other settings stay.';
const kept = 'The password or token of bot is kept in its settings.';
const subscription = 'Subscription: ';

describe('the summary of what becomes of a web app', () => {
  it('says what is replaced, and that calls are listened to as before', () => {
    expect(lines({ runsSeveral: false, restartsOnPush: true })).toEqual([
      ...[replaced, 'Continuous deployment stays on: shop pulls its image again when a webhook calls it.', kept],
      subscription,
    ]);
  });

  it('names the one container that is replaced, by default the main one', () => {
    const web = { name: 'web', image: 'a.test/web:1', isMain: true, pullsAs: 'robot' };
    const containers = [web, { name: 'metrics', image: 'a.test/metrics:1', isMain: false }];
    const one = (name: string) =>
      `The image of the container ${name} of shop is replaced by registry.example.com/web:2; its other containers and settings stay.`;
    expect(lines({ runsSeveral: false, containers })[0]).toBe(one('web'));
    expect(lines({ runsSeveral: false, containers }, typed, 'metrics')[0]).toBe(one('metrics'));
    const registry = stub<AzureRegistry>('registry', { name: 'contosomain', usesAbac: false });
    const identity: AccessChoice = { kind: 'identity', registry, azure: stub('azure', {}), repository: 'web' };
    const asRobot =
      'It pulls as robot, which gets the right to pull from contosomain. It holds for every repository there.';
    expect(lines({ runsSeveral: false, containers }, identity)[1]).toBe(asRobot);
    expect(lines({ runsSeveral: false, containers }, identity, 'metrics')[1]).not.toBe(asRobot);
  });

  it('names the main container that is made where there is none, with its port', () => {
    const now: WebAppNow = { runsSeveral: false, containers: [] };
    expect(lines(now)[0]).toBe('shop gets its main container, main, running registry.example.com/web:2.');
    expect(chosenNow({ target, now, port: 8080 }).app).toEqual({ ...target, container: { name: 'main', port: 8080 } });
  });

  const credential = { server: 'registry.example.com', username: 'bot', isUsed: true };
  const between =
    'The credential of registry.example.com is replaced first: what runs now cannot be pulled with the new one, should Azure start it anew before the image is replaced as well.';

  it('says where what runs is left without its credential for a moment', () => {
    const other = { ...credential, username: 'somebody' };
    expect(lines({ runsSeveral: false, credential: other })).toEqual([replaced, kept, between, subscription]);
    const elsewhere = { ...credential, server: 'other.example.com' };
    expect(lines({ runsSeveral: false, credential: elsewhere })[2]).toContain('of other.example.com is replaced first');
  });

  it('and says nothing of it where that is not so', () => {
    for (const one of [credential, { ...credential, username: 'somebody', isUsed: false }])
      expect(lines({ runsSeveral: false, credential: one })).toEqual([replaced, kept, subscription]);
    const gone = 'The credential of registry.example.com goes from its settings: it is used no more.';
    expect(lines({ runsSeveral: false, credential }, { kind: 'none' })[2]).toBe(gone);
  });
});
