import { t } from '@vscode/l10n';
import type { StepId } from '../core/network/diagnose';
import { Failure } from '../core/failure';
import { redactUrl } from '../core/network/redaction';

/** Advice on a diagnosis step that failed at that address; nothing if the reason of the failure already says what to do. */
export function whatToDo(id: StepId, failure: unknown, address: string): string | undefined {
  if (!(failure instanceof Failure)) return undefined;
  // This can come up in later steps too: with TLS 1.3, a server refuses a client certificate only after the handshake, and a
  // token server has its own certificate.
  if (failure.kind === 'untrusted') return tlsAdvice(failure);
  const { host, hostname } = new URL(address);
  switch (id) {
    case 'address':
    case 'names':
      return t(
        'Look up the name in a terminal on this machine: {0}. If it is known only inside a company network, connect to its VPN. In a remote window, the remote machine looks it up.',
        `\`nslookup ${hostname}\``,
      );
    case 'proxy':
      return t('Correct the address of the proxy in the setting http.proxy or in the environment, or remove it.');
    case 'connection':
      return connectionAdvice(failure, host, address);
    case 'tls':
      return undefined;
    case 'api':
      return apiAdvice(failure, address);
    case 'signIn':
      return signInAdvice(failure, host);
    case 'listing':
    case 'tags':
      return useAdvice(failure);
  }
}

function connectionAdvice({ kind, detail }: Failure, host: string, address: string): string {
  if (detail.code === 'PROXY')
    return detail.status === 407
      ? t('The proxy requires its own sign-in: see the setting http.proxyAuthorization.')
      : t('The proxy does not let this through: ask its administrator, or add the host to the setting http.noProxy.');
  if (kind === 'timedOut')
    return t(
      'A firewall is likely: ask whether {0} can be reached from this machine. If the network needs a proxy, enter it in the setting http.proxy.',
      host,
    );
  return t(
    'Try {0} in a terminal on this machine. If that fails too, the registry or the network is at fault.',
    curl(address),
  );
}

function curl(address: string): string {
  return `\`curl -v ${redactUrl(address).replace(/\/$/, '')}/v2/\``;
}

function tlsAdvice({ detail: { code = '' } }: Failure): string | undefined {
  switch (code) {
    case 'CERT_HAS_EXPIRED':
      return t(
        'The administrator of the registry must renew its certificate. Check that the clock of this machine is right.',
      );
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return t('Connect the registry by one of the names in its certificate; they are listed below.');
    case 'CLIENT_CERTIFICATE':
    case 'HANDSHAKE':
      return t(
        'Ask the administrator of the registry for a client certificate, and add it to this connection: Certificates…',
      );
    case 'NOT_TLS':
      return t('Type its address with http:// in front, or with the port where it uses https: Edit Address…');
    default:
      if (/SELF_SIGNED|UNABLE_TO|ISSUER/.test(code))
        return t(
          'Ask the administrator of the registry for the certificate of its authority, named below (“Issued by”), and add it to this connection: Certificates… Compare the fingerprint first.',
        );
      return /^FILE_|PEM|KEY|DOCKER/.test(code) ? t('Fix these files, or choose others: Certificates…') : undefined;
  }
}

function apiAdvice({ kind, detail: { status = 0, code } }: Failure, address: string): string | undefined {
  if (code === 'WEB_PAGE' || kind === 'notFound' || kind === 'malformed')
    return t(
      'Check the address: no registry answers there. A website often has its registry under another name, on another port, or below a path. To see what answers there, run {0}.',
      curl(address),
    );
  if (status >= 500) return t('Tell the administrator of the registry; its own log says more.');
  if (kind === 'forbidden')
    return t('Something on the way blocks you: a firewall, a proxy, or a list of allowed addresses.');
  return undefined;
}

function signInAdvice({ kind }: Failure, host: string): string | undefined {
  if (kind !== 'unauthorized' && kind !== 'forbidden') return undefined;
  return t(
    'Give this connection a credential that works: Update Credential… To test a user name and secret, run {0}. Tokens expire, and some must be authorized for each organization.',
    `\`docker login ${host}\``,
  );
}

function useAdvice({ kind }: Failure): string | undefined {
  switch (kind) {
    case 'unauthorized':
    case 'forbidden':
    case 'unlisted':
    case 'unsupported':
      return t(
        'Many registries let only administrators list everything. You can add repositories by name: Add Repository…',
      );
    case 'notFound':
      return t('You can add repositories by name: Add Repository…');
    default:
      return undefined;
  }
}
