'use strict';

const vscode = require('vscode');

/**
 * Stands in for VS Code's own GitHub accounts, which need github.com. The accounts are those of the variable GITHUB_ACCOUNTS,
 * `{"octocat": "a token"}`; whoever is asked for signs in without a browser.
 */
exports.activate = (context) => {
  const accounts = JSON.parse(process.env.GITHUB_ACCOUNTS ?? '{}');
  const sessions = [];
  const changed = new vscode.EventEmitter();
  const provider = {
    onDidChangeSessions: changed.event,
    getSessions: async (scopes, options) =>
      sessions.filter(
        (session) =>
          (scopes ?? []).every((scope) => session.scopes.includes(scope)) &&
          (options?.account === undefined || options.account.id === session.account.id),
      ),
    createSession: async (scopes, options) => {
      const free = Object.keys(accounts).find((name) => !sessions.some(({ account }) => account.id === name));
      const name = options?.account?.id ?? free ?? Object.keys(accounts)[0];
      const session = {
        id: `${name} ${scopes.join(' ')}`,
        accessToken: accounts[name],
        account: { id: name, label: name },
        scopes,
      };
      sessions.push(session);
      changed.fire({ added: [session], removed: [], changed: [] });
      return session;
    },
    removeSession: async (id) => {
      const at = sessions.findIndex((session) => session.id === id);
      if (at >= 0) changed.fire({ added: [], removed: sessions.splice(at, 1), changed: [] });
    },
  };
  const options = { supportsMultipleAccounts: true };
  context.subscriptions.push(
    vscode.authentication.registerAuthenticationProvider('github', 'GitHub', provider, options),
  );
};
