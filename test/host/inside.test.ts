import { deepEqual, equal, rejects } from 'node:assert/strict';
import { ConfigurationTarget, workspace } from 'vscode';
import { withAuth } from '../../src/core/auth';
import { axiosHttp } from '../../src/core/axiosHttp';
import type { Http } from '../../src/core/http';
import { hasOwnAddress, insideName, ownAddress, publicAddress, publicName } from '../rig/network';
import { serve, type Answer, type ServedRequest } from '../sandbox/serve';
import { createFaults } from '../sandbox/faults';
import type { Listener } from '../sandbox/loopback';
import { collectLog } from '../unit/collectLog';
import { leaveOut } from './runSuites';

const { signal } = new AbortController();

describe('a registry of the internet', function () {
  let inside: Listener;
  let registry: Listener;
  /** Where the registry sends everybody. */
  let answer: Answer;
  const asked: ServedRequest[] = [];

  before(async function () {
    if (!hasOwnAddress()) leaveOut(this, "it has no address but loopback's");
    const keep: Answer = (request) => {
      asked.push(request);
      return { status: 200, body: '{"token":"t"}' };
    };
    // Whatever the proxies around: these are asked directly.
    await workspace.getConfiguration('http').update('noProxy', ['*'], ConfigurationTarget.Global);
    inside = await serve(keep, createFaults(), { host: '0.0.0.0' });
    registry = await serve((request) => answer(request), createFaults(), { host: publicAddress });
  });
  after(async () => {
    if (!hasOwnAddress()) return;
    await Promise.all([inside.stop(), registry.stop()]);
    await workspace.getConfiguration('http').update('noProxy', undefined, ConfigurationTarget.Global);
  });
  beforeEach(() => {
    asked.length = 0;
  });

  const ask = (http: Http, host: string) => http({ method: 'GET', url: `http://${host}:${registry.port}/` }, signal);
  const refused = { kind: 'untrusted', message: /which is on a private network$/ };
  const targets = ['127.0.0.1', ownAddress, 'localhost', insideName, '0x7f000001'];

  for (const support of ['override', 'on', 'off', 'fallback'])
    it(`leads nobody into the network around VS Code, while http.proxySupport is "${support}"`, async () => {
      await workspace.getConfiguration('http').update('proxySupport', support, ConfigurationTarget.Global);
      try {
        for (const host of [publicAddress, publicName]) {
          for (const target of targets) {
            const http = axiosHttp(collectLog());
            // One that is open already is none that may be used.
            await http({ method: 'GET', url: `http://${target}:${inside.port}/warm` }, signal);
            answer = () => ({ status: 307, headers: { Location: `http://${target}:${inside.port}/secret` } });
            await rejects(ask(http, host), refused, `${host} redirects to ${target}`);
          }
          for (const target of targets) {
            const realm = `https://${target}:${inside.port}/secret`;
            answer = () => ({ status: 401, headers: { 'WWW-Authenticate': `Bearer realm="${realm}",service="s"` } });
            const credential = { kind: 'basic', username: 'alice', secret: 'wonder-land' } as const;
            const url = `http://${host}:${registry.port}`;
            const http = withAuth(axiosHttp(collectLog()), url, () => Promise.resolve(credential));
            await rejects(ask(http, host), refused, `${host} names the token server ${target}`);
          }
        }
        deepEqual(
          asked.filter(({ path }) => path !== '/warm'),
          [],
        );
      } finally {
        await workspace.getConfiguration('http').update('proxySupport', undefined, ConfigurationTarget.Global);
      }
    });

  it('leads to others of the internet', async () => {
    answer = ({ path }) =>
      path === '/'
        ? { status: 307, headers: { Location: `http://${publicName}:${registry.port}/there` } }
        : { status: 204 };
    equal((await ask(axiosHttp(collectLog()), publicAddress)).status, 204);
  });
});
