import { t } from '@vscode/l10n';
import type { Failure } from '../failure';
import { fileProblem, helperProblem } from './loginProblems';

/** Explains a failure of a program or login file: which one, and what to do; undefined when nothing is known. */
export function programReason({ kind, message, detail }: Failure): string | undefined {
  const { subject, code, namedBy = '' } = detail;
  switch (code) {
    case helperProblem.missing:
      return t(
        '{0} names the credential helper {1}, but there is no such program on the PATH of VS Code. {2}, or remove its name from that file.',
        namedBy,
        subject,
        toInstall(subject),
      );
    case helperProblem.hangs:
      return t(
        'the credential helper {0}, which {1} names, did not answer within ten seconds. It may be waiting for you: {2}, then try again.',
        subject,
        namedBy,
        toSignIn(subject),
      );
    case helperProblem.rubbish:
      return t(
        'the credential helper {0}, which {1} names, answers with something that is not a login. Reinstall it, or remove its name from that file.',
        subject,
        namedBy,
      );
    case helperProblem.failed:
      return t(
        'the credential helper {0}, which {1} names, says “{2}”. It may help to {3}.',
        subject,
        namedBy,
        message,
        toSignIn(subject),
      );
    case helperProblem.badName:
      return t('{0} names a credential helper with an invalid name. Correct it there.', namedBy);
    case fileProblem.broken:
      return t('{0} is not what “docker login” or “podman login” writes. Correct it, or log in again.', subject);
    case fileProblem.unreadable:
      return t('{0} cannot be read: {1}.', subject, message);
    case 'ENOENT':
      return t('there is no program “{0}” on this machine.', subject);
    default:
      return kind === 'timedOut' ? t('{0} did not end in time.', subject) : undefined;
  }
}

/** How to install a helper. */
function toInstall(program: string): string {
  switch (program) {
    case 'docker-credential-ecr-login':
      return t('Install amazon-ecr-credential-helper');
    case 'docker-credential-gcloud':
    case 'docker-credential-gcr':
      return t('Install the Google Cloud CLI');
    case 'docker-credential-desktop':
      return t('Install Docker Desktop, which includes it');
    default:
      return t('Install it');
  }
}

/** How to sign in with a helper. Continues a sentence. */
export function toSignIn(program: string): string {
  switch (program) {
    case 'docker-credential-ecr-login':
      return t('sign in to AWS, as “aws sso login” does');
    case 'docker-credential-gcloud':
    case 'docker-credential-gcr':
      return t('sign in to Google Cloud, as “gcloud auth login” does');
    case 'docker-credential-desktop':
      return t('start Docker Desktop, and sign in there');
    default:
      return t('unlock the keychain, or sign in with its own tool');
  }
}
