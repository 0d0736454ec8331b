import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure';
import type { Credential } from '../../../src/core/model';
import { accessTo } from '../../../src/ui/images/access';
import { report } from '../../../src/ui/report';
import { connectionNode, fakeApp, reference, treeOf } from './fakeApp';
import { user } from './scriptedUser';

const image = reference('registry.example.com/team/app:1.0');
const { signal } = new AbortController();
const account = (id: string, host: string) =>
  connectionNode(
    { id, label: id, account: id },
    {
      locate: (wanted) => (wanted.host === host ? [] : undefined),
      engineCredential: () => Promise.resolve({ kind: 'basic', username: id, secret: `secret of ${id}` }),
    },
  );

describe('what an image is pushed and pulled with', () => {
  it('is the credential of the connection that the image belongs to', async () => {
    const { app } = fakeApp({ tree: treeOf(account('bob', 'other.example'), account('alice', image.host)) });
    const access = await accessTo(app, image, 'Push');
    expect(await access?.credential(signal)).toEqual({ kind: 'basic', username: 'alice', secret: 'secret of alice' });
  });

  it('is asked for where two accounts are connected', async () => {
    const { ask, offered } = user('carol');
    const { app } = fakeApp({ tree: treeOf(account('alice', image.host), account('carol', image.host)), ask });
    const access = await accessTo(app, image, 'Push');
    expect([offered(), await access?.credential(signal)]).toEqual([
      ['alice', 'carol'],
      { kind: 'basic', username: 'carol', secret: 'secret of carol' },
    ]);
  });

  it('is docker’s own login where no connection is', async () => {
    const asked: unknown[] = [];
    const login: Credential = { kind: 'identityToken', token: 't' };
    const docker = { read: (name: unknown) => (asked.push(name), Promise.resolve(login)) };
    const { app } = fakeApp({ tree: treeOf(account('bob', 'other.example')), docker: docker as never });
    const access = await accessTo(app, image, 'Push');
    expect([await access?.credential(signal), access?.connection, asked]).toEqual([login, undefined, [image]]);
  });

  it.each([
    [undefined, 'registry.example.com is not connected, and docker has no login for it. It says “denied”.'],
    [
      { kind: 'identityToken', token: 't' } as const,
      'registry.example.com is not connected, and does not let docker’s own login do this. It says “denied”.',
    ],
  ])('explains a refusal, docker’s login being %j', async (login, expected) => {
    const { app } = fakeApp({ docker: { read: () => Promise.resolve(login) } as never });
    const access = await accessTo(app, image, 'Push');
    await access?.credential(signal);
    const refusal = access?.explain(new Failure('forbidden', 'denied', { subject: image.host }));
    expect(report(refusal, 'push')?.message).toBe(`Could not push: ${expected}`);
  });
});
