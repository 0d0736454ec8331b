import { describe, expect, it } from 'vitest';
import type { Azure, Subscription } from '../../../src/azure/azure';
import { Failure } from '../../../src/core/failure';
import type { App } from '../../../src/ui/app';
import { report } from '../../../src/ui/report';
import { work, type Work } from '../../../src/ui/azure/work';
import { failing } from '../failing';
import { eventually } from '../eventually';
import { stub } from '../stub';
import { fakeApp } from './fakeApp';

const subscription: Subscription = { id: 's', name: 'Production', tenantId: 'tenant' };
const refused = new Failure('rejected', 'no quota is left', { subject: 'Azure', speaker: 'program' });

/** An Azure that has these resources, and pages for all. */
function azureWith(...ids: readonly string[]): Azure {
  return stub<Azure>('azure', {
    exists: (_subscription: Subscription, id: string) => Promise.resolve(ids.includes(id)),
    portalPage: (tenantId: string, id: string) => new URL(`https://portal.test/${tenantId}${id}`),
  });
}

function step(name: string, run: Work['run'] = () => Promise.resolve(), goesOn = false): Work {
  return { doing: `Creating ${name}`, makes: { label: name, id: `/${name}` }, run, goesOn };
}

describe('the work of a flow', () => {
  it('is done step by step, each with what the service says of it', async () => {
    const { app, shown } = fakeApp();
    const status: Work['run'] = (say) => {
      say('Accepted');
      return Promise.resolve();
    };
    await work(app, 'Deploying', { azure: azureWith(), subscription }, [step('plan', status), step('app')]);
    expect(shown).toEqual(['1 of 2 · Creating plan', '1 of 2 · Creating plan · Accepted', '2 of 2 · Creating app']);
  });

  it.each([
    ['nothing of it', [], 'plan', '/plan'],
    ['what failed as well', ['/app'], 'plan, app', '/app'],
  ])('says what exists where a step fails: %s', async (_name, there, exists, page) => {
    const { app } = fakeApp();
    const steps = [step('plan'), step('app', () => Promise.reject(refused)), step('image')];
    const failure = await failing(work(app, 'Deploying', { azure: azureWith(...there), subscription }, steps));
    expect(failure.detail.page?.href).toBe(`https://portal.test/tenant${page}`);
    const told = report(failure, 'deploy the image');
    expect(told?.message).toContain(`it failed at “Creating app”; what exists already: ${exists}`);
    expect(told?.message).toContain('no quota is left');
    expect(told?.remedies).toEqual(['openInPortal', 'retry', 'showLog']);
  });

  it('says that nothing exists where the first step fails, or what was there before was in the way', async () => {
    const { app } = fakeApp();
    const isThere = new Failure('rejected', '', { subject: 'Azure', speaker: 'program', code: 'EXISTS' });
    for (const error of [refused, isThere]) {
      const azure = azureWith(...(error === isThere ? ['/plan'] : []));
      const steps = [step('plan', () => Promise.reject(error))];
      const failure = await failing(work(app, 'Deploying', { azure, subscription }, steps));
      expect(failure.detail.explanation).toBe('it failed at “Creating plan”; nothing was created');
      expect(failure.detail.page).toBeUndefined();
    }
  });

  const cancelled = () => {
    const controller = new AbortController();
    const fake = fakeApp({ working: (_title, task) => task(() => undefined, controller.signal) });
    return { controller, ...fake };
  };

  it.each([
    [[], 'Deploying: stopped at “Creating app”; what exists already: plan.'],
    [['/app'], 'Deploying: stopped at “Creating app”; what exists already: plan, app.'],
  ])('that is cancelled ends, and tells what exists: %j', async (there, words) => {
    const { controller, app, told } = cancelled();
    const cancel: Work['run'] = (_status, signal) => {
      controller.abort();
      signal.throwIfAborted();
      return Promise.resolve();
    };
    const after: string[] = [];
    const last = step('image', () => Promise.resolve(void after.push('image')));
    const steps = [step('plan'), step('app', cancel), last];
    await expect(work(app, 'Deploying', { azure: azureWith(...there), subscription }, steps)).rejects.toThrow();
    expect(told).toEqual([words]);
    expect(after).toEqual([]);
  });

  it.each([
    ['well', undefined, ['Deploying: “Creating app” is done; nothing was done after it.'], []],
    ['badly', refused, [], ['finish “Creating app”: it failed at “Creating app”; what exists already: app']],
  ])(
    'leaves a long operation running when it is cancelled, and tells when it ends %s',
    async (_how, failure, good, bad) => {
      const { controller, app, told } = cancelled();
      const failed: string[] = [];
      const telling: App = {
        ...app,
        fail: (error: unknown, doing: string) =>
          failed.push(`${doing}: ${error instanceof Failure ? (error.detail.explanation ?? '') : String(error)}`),
      };
      let finish = (): void => undefined;
      const end = new Promise<void>((resolve, reject) => {
        finish = () => {
          if (failure === undefined) resolve();
          else reject(failure);
        };
      });
      let signalled: AbortSignal | undefined;
      const long: Work['run'] = (_status, signal) => {
        signalled = signal;
        controller.abort();
        return end;
      };
      const steps = [step('plan'), step('app', long, true)];
      await expect(work(telling, 'Deploying', { azure: azureWith('/app'), subscription }, steps)).rejects.toThrow();
      const left =
        'Deploying: Azure continues with “Creating app”. You will be told how it ends; what exists already: plan.';
      expect(told).toEqual([left]);
      expect(signalled?.aborted).toBe(false);
      finish();
      await eventually(() => {
        expect([told, failed]).toEqual([[left, ...good], bad]);
      });
    },
  );
});
