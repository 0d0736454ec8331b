import { t } from '@vscode/l10n';
import type { StepId } from '../core/network/diagnose';
import { Failure } from '../core/failure';
import { redactUrl } from '../core/network/redaction';

/** What somebody can do about a step of a diagnosis that failed at that address; nothing where its reason says it already. */
export function whatToDo(id: StepId, failure: unknown, address: string): string | undefined {
  if (!(failure instanceof Failure)) return undefined;
  // With TLS 1.3, a server refuses the client's certificate after the handshake only; a token server shows one of its own.
  if (failure.kind === 'untrusted') return tlsAdvice(failure);
  const { host, hostname } = new URL(address);
  switch (id) {
    case 'address':
    case 'names':
      return t(
        'Look the name up in a terminal of this machine: {0}. If it is known inside of a company network only, join its VPN. In a remote window it is the remote machine that looks it up.',
        `\`nslookup ${hostname}\``,
      );
    case 'proxy':
      return t('Correct the address of the proxy in the setting http.proxy or in the environment, or take it out.');
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
      ? t('The proxy wants a sign-in of its own: see the setting http.proxyAuthorization.')
      : t('The proxy does not let this through: ask whoever runs it, or except the host in the setting http.noProxy.');
  if (kind === 'timedOut')
    return t(
      'A firewall is likely: ask whether {0} is open from this machine. If the network wants a proxy, name it in the setting http.proxy.',
      host,
    );
  return t(
    'Try {0} in a terminal of this machine: if that fails as well, the registry or the network is at fault.',
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
        'Whoever runs the registry has to renew its certificate. Look whether the clock of this machine is right.',
      );
    case 'ERR_TLS_CERT_ALTNAME_INVALID':
      return t('Connect the registry by one of the names that its certificate is made for; they are listed below.');
    case 'CLIENT_CERTIFICATE':
    case 'HANDSHAKE':
      return t('Ask whoever runs the registry for a client certificate, and give it to this connection: Certificates…');
    case 'NOT_TLS':
      return t('Connect it again with http:// in front, or by the port at which it speaks https.');
    default:
      if (/SELF_SIGNED|UNABLE_TO|ISSUER/.test(code))
        return t(
          'Ask whoever runs the registry for the certificate of its authority, named below (“Issued by”), and give it to this connection: Certificates… Compare the fingerprint first.',
        );
      return /^FILE_|PEM|KEY|DOCKER/.test(code) ? t('Mend these files, or choose others: Certificates…') : undefined;
  }
}

function apiAdvice({ kind, detail: { status = 0, code } }: Failure, address: string): string | undefined {
  if (code === 'WEB_PAGE' || kind === 'notFound' || kind === 'malformed')
    return t(
      'Check the address: no registry answers there. A web site has its registry often at another name, at a port of its own, or below a path. What answers here can be seen with {0}.',
      curl(address),
    );
  if (status >= 500) return t('Tell whoever runs the registry; its own log says more.');
  if (kind === 'forbidden')
    return t('Something on the way does not let you in: a firewall, a proxy, or a list of addresses that may ask.');
  return undefined;
}

function signInAdvice({ kind }: Failure, host: string): string | undefined {
  if (kind !== 'unauthorized' && kind !== 'forbidden') return undefined;
  return t(
    'Give this connection a credential that works: Update Credential… Whether a user name and secret are right can be tried with {0}. Tokens end, and some must be allowed for each organization.',
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
        'Many registries let only administrators list everything. Repositories can be shown by their names: Add Repository…',
      );
    case 'notFound':
      return t('Repositories can be shown by their names: Add Repository…');
    default:
      return undefined;
  }
}
