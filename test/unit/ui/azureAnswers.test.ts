import { describe, expect, it } from 'vitest';
import type { AppService, Azure, ContainerApp, ContainerApps, Subscription, WebApp } from '../../../src/azure/azure';
import { askAppService } from '../../../src/ui/azure/appServicePrompts';
import { appServiceSummary } from '../../../src/ui/azure/appServiceWork';
import { askContainerApps } from '../../../src/ui/azure/containerAppsPrompts';
import { containerAppsWork } from '../../../src/ui/azure/containerAppsWork';
import { HandedOver } from '../../../src/ui/azure/work';
import { stub } from '../stub';
import { fakeApp, reference } from './fakeApp';
import { scriptedAsk } from './scriptedAsk';

const subscription: Subscription = { id: 's', name: 'Production', tenantId: 't' };
const there = { resourceGroup: 'rg-web', location: 'westeurope' };
const plan = { id: '/plans/asp', name: 'asp', sku: 'B1', ...there };
const webApp: WebApp = { id: '/sites/shop', name: 'shop', url: 'https://shop.test', ...there };
const staging: WebApp = { ...webApp, slot: 'staging' };
const environment = { id: '/environments/cae', name: 'cae', ...there };
const containerApp: ContainerApp = {
  ...{ id: '/apps/web', name: 'web', ...there, containers: ['web', 'proxy'] },
  ...{ mode: 'Single', traffic: [], pullsAs: {}, passwordsFor: [] },
};
const azure = stub<Azure>('azure', {
  subscriptions: () => Promise.resolve({ subscriptions: [subscription], failed: [] }),
  resourceGroups: () =>
    Promise.resolve([
      { name: 'rg-web', location: 'westeurope' },
      { name: 'rg-north', location: 'northeurope' },
    ]),
  locations: () =>
    Promise.resolve([
      { name: 'eastus', label: 'East US' },
      { name: 'northeurope', label: 'North Europe' },
      { name: 'westeurope', label: 'West Europe' },
    ]),
  exists: (_subscription, id) => Promise.resolve(id.endsWith('/rg-web')),
  appService: stub<AppService>('azure.appService', {
    webApps: () => Promise.resolve([webApp]),
    slots: () => Promise.resolve([staging]),
    readState: () => Promise.resolve({ runsSeveral: true }),
    nameProblem: () => Promise.resolve(undefined),
    plans: () => Promise.resolve([plan, { ...plan, name: 'asp-other' }]),
  }),
  containerApps: stub<ContainerApps>('azure.containerApps', {
    apps: () => Promise.resolve([containerApp]),
    environments: () => Promise.resolve([environment, { ...environment, name: 'cae-other' }]),
  }),
});
const accounts = [{ label: 'Mona', azure }];
const deployable = { image: reference('registry.example.com/team/web:2') };
const { app } = fakeApp();
const isPublic = 'Nothing: the image is public';

describe('the answers of a deployment are whole', () => {
  const appService = (...script: readonly string[]) =>
    askAppService(scriptedAsk(...script).ask, app, accounts, deployable);
  const containerApps = (...script: readonly string[]) =>
    askContainerApps(scriptedAsk(...script).ask, app, accounts, deployable);
  const where = { azure, subscription };

  it('for a web app with all that it needs', async () => {
    const made = ['Create new web app…', 'contoso', 'Create new resource group…', 'ok', 'Create new Linux plan…', 'ok'];
    expect(await appService(...made, 'B1', 'West Europe', '8080', isPublic)).toEqual({
      ...where,
      target: {
        ...{ kind: 'new', name: 'contoso', group: { name: 'rg-contoso', isNew: true }, port: 8080 },
        plan: { isNew: true, name: 'asp-contoso', sku: 'B1', location: 'westeurope' },
      },
      access: { kind: 'none' },
    });
  });

  it('for a web app where the rest is there', async () => {
    const typed = ['User name and password or token…', 'bot', 'secret'];
    expect(await appService('Create new web app…', 'contoso', 'rg-web', 'asp', 'ok', ...typed)).toEqual({
      ...where,
      target: {
        kind: 'new',
        name: 'contoso',
        group: { name: 'rg-web', isNew: false, location: 'westeurope' },
        plan,
        port: 80,
      },
      access: { kind: 'typed', username: 'bot', secret: 'secret' },
    });
  });

  it('for a slot that is there', async () => {
    const now = { runsSeveral: true };
    expect(await appService('shop', 'staging', isPublic)).toEqual({
      ...where,
      target: { kind: 'there', app: staging, now, pull: now },
      access: { kind: 'none' },
    });
  });

  it('for a container app that nobody reaches', async () => {
    const made = ['Create new container app…', 'rg-web', 'contoso', 'Create new environment…', 'ok', 'West Europe'];
    expect(await containerApps(...made, 'No one: it has no ingress', 'A=1, B=x=y', isPublic)).toEqual({
      ...where,
      target: {
        ...{ kind: 'new', name: 'contoso', group: { name: 'rg-web', isNew: false, location: 'westeurope' } },
        environment: { isNew: true, name: 'cae-contoso', location: 'westeurope' },
        ...{ ingress: { reach: 'none' }, variables: { A: '1', B: 'x=y' } },
      },
      access: { kind: 'none' },
    });
  });

  it('for a container of an app that is there', async () => {
    expect(await containerApps('web', 'proxy', isPublic)).toEqual({
      ...where,
      target: { kind: 'there', app: containerApp, container: 'proxy', routing: 'usual' },
      access: { kind: 'none' },
    });
  });

  it.each([
    ['rg-north', ['North Europe · northeurope · location of rg-north', 'East US · eastus', 'West Europe · westeurope']],
    ['Create new resource group…', ['East US · eastus', 'North Europe · northeurope', 'West Europe · westeurope']],
  ])('for a new plan with the location of its group first: %s', async (group, offered) => {
    const name = group === 'rg-north' ? [] : ['ok'];
    const script = ['Create new web app…', 'contoso', group, ...name, 'Create new Linux plan…', 'ok', 'B1'];
    const { ask, questions } = scriptedAsk(...script, 'East US', '8080', isPublic);
    await askAppService(ask, app, accounts, deployable);
    const at = questions.indexOf('Location');
    expect(questions.slice(at + 1, at + 4)).toEqual(offered);
  });

  it('without asking for what there is only one of', async () => {
    const single = stub<Azure>('azure', {
      ...azure,
      subscriptions: () => Promise.resolve({ subscriptions: [subscription], failed: [] }),
      resourceGroups: () => Promise.resolve([{ name: 'rg-web', location: 'westeurope' }]),
      appService: stub<AppService>('azure.appService', {
        webApps: () => Promise.resolve([]),
        nameProblem: () => Promise.resolve(undefined),
        plans: () => Promise.resolve([plan]),
      }),
    });
    const { ask, prompts } = scriptedAsk('contoso', '8080', isPublic);
    const answers = await askAppService(ask, app, [{ label: 'Mona', azure: single }], deployable);
    expect(prompts).toEqual([
      'Name of the web app; it must be unique across Azure',
      'Port that the container listens on',
      'How should Azure pull registry.example.com/team/web:2?',
    ]);
    expect(appServiceSummary(deployable, answers)).toEqual([
      'Resource group: rg-web, in westeurope',
      'Plan: asp, B1, in westeurope',
      'New web app: contoso, running registry.example.com/team/web:2',
      'The container listens on port 8080.',
      'The image is public: it is pulled without a credential.',
      'Subscription: Production',
    ]);
  });

  it('but for the name of something that is there', async () => {
    await expect(containerApps('Create new container app…', 'Create new resource group…', 'rg-web')).rejects.toThrow(
      'This name is already used: go back and choose it, or type another name.',
    );
  });

  it('and a step without what an earlier one hands over fails: it is not passed over', async () => {
    const { steps, deployed } = containerAppsWork(deployable, await containerApps('web', 'proxy', isPublic));
    const { signal } = new AbortController();
    const silent = () => undefined;
    expect(deployed()).toBe(containerApp);
    await expect(steps.at(-1)?.run(silent, signal, silent)).rejects.toThrow('no step before it has handed over');
    const made = new HandedOver<string>();
    made.set('app');
    expect(made.get()).toBe('app');
  });
});
