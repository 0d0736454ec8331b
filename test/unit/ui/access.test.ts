import { describe, expect, it } from 'vitest';
import { Failure } from '../../../src/core/failure';
import type { Credential } from '../../../src/core/model';
import type { App } from '../../../src/ui/app';
import { accessTo, credentialOrAnonymous } from '../../../src/ui/images/engineAccess';
import { reason, report } from '../../../src/ui/report';
import { connectionNode, fakeApp, reference } from './fakeApp';
import { user } from './scriptedUser';
import { fileProblem, helperProblem, noLogin } from '../../../src/core/docker/loginProblems';

const image = reference('registry.example.com/team/app:1.0');
const { signal } = new AbortController();
const anonymous: Credential = { kind: 'anonymous' };
const account = (id: string, host: string) =>
  connectionNode(
    { id, label: id, signIn: { kind: 'basic', account: id } },
    {
      locate: (wanted) => (wanted.host === host ? [] : undefined),
      engineCredential: () => Promise.resolve({ kind: 'basic', username: id, secret: `secret of ${id}` }),
    },
  );

describe('what an image is pushed and pulled with', () => {
  it('is the credential of the connection that the image belongs to', async () => {
    const { app } = fakeApp({ connected: [account('bob', 'other.example'), account('alice', image.host)] });
    const access = await accessTo(app, image, 'Push');
    expect(await access?.credential(signal)).toEqual({ kind: 'basic', username: 'alice', secret: 'secret of alice' });
  });

  it('is asked for where two accounts are connected', async () => {
    const { ask, offered } = user('carol');
    const { app } = fakeApp({ connected: [account('alice', image.host), account('carol', image.host)], ask });
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
    const { app } = fakeApp({ connected: [account('bob', 'other.example')], docker });
    const access = await accessTo(app, image, 'Push');
    expect([await access?.credential(signal), access?.connection, asked]).toEqual([login, undefined, [image]]);
  });

  it('is nothing where docker’s login cannot be read, which the user is told once', async () => {
    const detail = { subject: 'docker-credential-desktop', speaker: 'program', namedBy: '/c.json' } as const;
    const problems = [
      new Failure('notFound', '', { ...detail, code: helperProblem.missing }),
      new Failure('rejected', 'Invalid argument', { ...detail, code: helperProblem.failed }),
      new Failure('malformed', '', { subject: '/c.json', speaker: 'program', code: fileProblem.broken }),
      new Failure('unauthorized', '', { subject: 'a', speaker: 'program', code: noLogin, explanation: 'none there' }),
    ];
    for (const problem of problems) {
      const { app, told } = fakeApp({ docker: { read: () => Promise.reject(problem) } });
      const access = await accessTo(app, image, 'Pull');
      const credential = access && credentialOrAnonymous(app, access, image);
      expect([await credential?.(signal), await credential?.(signal)]).toEqual([anonymous, anonymous]);
      expect(told).toEqual([`Continuing without docker’s login for registry.example.com: ${reason(problem)}`]);
      const refusal = access?.explain(new Failure('forbidden', 'denied', { subject: image.host }));
      expect(report(refusal, 'pull')?.message).toBe(
        'Could not pull: registry.example.com is not connected, and docker’s login for it could not be read. It says “denied”.',
      );
    }
  });

  it('is nothing either where a connection signs in with docker’s login', async () => {
    const problem = new Failure('notFound', '', { subject: 'x', speaker: 'program', code: helperProblem.missing });
    const node = connectionNode(
      { id: 'c', signIn: { kind: 'docker' } },
      { locate: () => [], engineCredential: () => Promise.reject(problem) },
    );
    const { app, told } = fakeApp({ connected: [node] });
    const access = await accessTo(app, image, 'Pull');
    expect([await (access && credentialOrAnonymous(app, access, image))?.(signal), told.length]).toEqual([
      anonymous,
      1,
    ]);
    await expect(access?.credential(signal)).rejects.toBe(problem);
  });

  it('is not nothing for any other reason', async () => {
    const locked = new Failure('rejected', '', { subject: 'the keychain', speaker: 'program', explanation: 'locked' });
    const { app, told } = fakeApp({ docker: { read: () => Promise.reject(locked) } });
    const access = await accessTo(app, image, 'Pull');
    await expect((access && credentialOrAnonymous(app, access, image))?.(signal)).rejects.toBe(locked);
    expect(told).toEqual([]);
  });

  it('is told of with what is broken beside it, once', async () => {
    const login: Credential = { kind: 'identityToken', token: 't' };
    const problem = new Failure('malformed', '', {
      subject: 'DOCKER_AUTH_CONFIG',
      speaker: 'program',
      code: fileProblem.broken,
    });
    const read: App['docker']['read'] = (_image, _signal, note) => (note?.(problem), Promise.resolve(login));
    const { app, told } = fakeApp({ docker: { read } });
    const access = await accessTo(app, image, 'Pull');
    expect([await access?.credential(signal), await access?.credential(signal)]).toEqual([login, login]);
    expect(told).toEqual([expect.stringMatching(/^DOCKER_AUTH_CONFIG is not what “docker login”/)]);
  });

  it.each([
    [undefined, 'registry.example.com is not connected, and docker has no login for it. It says “denied”.'],
    [
      { kind: 'identityToken', token: 't' } as const,
      'registry.example.com is not connected, and docker’s login is not allowed to do this. It says “denied”.',
    ],
  ])('explains a refusal, docker’s login being %j', async (login, expected) => {
    const { app } = fakeApp({ docker: { read: () => Promise.resolve(login) } });
    const access = await accessTo(app, image, 'Push');
    await access?.credential(signal);
    const refusal = access?.explain(new Failure('forbidden', 'denied', { subject: image.host }));
    expect(report(refusal, 'push')?.message).toBe(`Could not push: ${expected}`);
  });
});
