'use strict';

const { createHmac } = require('node:crypto');
const vscode = require('vscode');

/**
 * Stands in for VS Code's own Microsoft accounts, which need Entra. The variable MICROSOFT_ACCOUNTS says who there is and what
 * the tokens are signed with: `{"key": "…", "tenants": {"<id of a tenant>": ["mona@contoso.com"]}}`, the home tenant first.
 * Whoever is asked for signs in without a browser; tokens for other resources and tenants come without asking, as there, but
 * for the tenants in `asking`, such as those that want another factor.
 */
exports.activate = (context) => {
  const { key = '', tenants = {}, asking = [] } = JSON.parse(process.env.MICROSOFT_ACCOUNTS ?? '{}');
  const names = [...new Set(Object.values(tenants).flat())];
  // VS Code keeps its accounts over a restart.
  const signedIn = new Set(context.globalState.get('signedIn', []));
  const satisfied = new Set(context.globalState.get('satisfied', []));
  const keep = async () => {
    await context.globalState.update('signedIn', [...signedIn]);
    await context.globalState.update('satisfied', [...satisfied]);
  };
  const changed = new vscode.EventEmitter();
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url');
  const sessionOf = (name, scopes) => {
    const wanted = scopes.find((scope) => scope.startsWith('VSCODE_TENANT:'))?.slice('VSCODE_TENANT:'.length);
    const tid = wanted ?? Object.keys(tenants).find((id) => tenants[id].includes(name));
    if (!tenants[tid]?.includes(name) || (asking.includes(tid) && !satisfied.has(tid))) return undefined;
    const resource = scopes.find((scope) => scope.endsWith('/.default')) ?? '';
    const claims = {
      aud: resource.slice(0, -'/.default'.length),
      tid,
      upn: name,
      exp: Math.floor(Date.now() / 1000) + 3600,
    };
    const text = `${part({ typ: 'JWT', alg: 'HS256' })}.${part(claims)}`;
    const accessToken = `${text}.${createHmac('sha256', key).update(text).digest('base64url')}`;
    return { id: `${name} ${scopes.join(' ')}`, accessToken, account: { id: name, label: name }, scopes: [...scopes] };
  };
  const sessionsOf = (scopes, account) =>
    [...signedIn]
      .filter((name) => account === undefined || account.id === name)
      .flatMap((name) => sessionOf(name, scopes ?? ['/.default']) ?? []);
  const provider = {
    onDidChangeSessions: changed.event,
    getSessions: async (scopes, options) => sessionsOf(scopes, options?.account),
    createSession: async (scopes, options) => {
      const name = options?.account?.id ?? names.find((one) => !signedIn.has(one)) ?? names[0];
      signedIn.add(name);
      for (const scope of scopes) satisfied.add(scope.replace('VSCODE_TENANT:', ''));
      await keep();
      const session = sessionOf(name, scopes);
      if (session === undefined) throw new Error(`${name} is not in that tenant.`);
      changed.fire({ added: [session], removed: [], changed: [] });
      return session;
    },
    removeSession: async (id) => {
      const name = id.split(' ')[0];
      const removed = sessionsOf(undefined, { id: name });
      signedIn.delete(name);
      await keep();
      changed.fire({ added: [], removed, changed: [] });
    },
  };
  const options = { supportsMultipleAccounts: true };
  context.subscriptions.push(
    vscode.authentication.registerAuthenticationProvider(
      'microsoft-sovereign-cloud',
      'Microsoft Sovereign Cloud',
      provider,
      options,
    ),
  );
};
