import { t } from '@vscode/l10n';
import type { App } from './app';
import type { ShownDocument } from './documents';
import { formatJson } from './formatJson';

/** Shows JSON as a formatted document; says so if it is too long to be formatted. */
export async function showJson(app: App, document: Omit<ShownDocument, 'text'>, bytes: Uint8Array): Promise<void> {
  const { text, isTooLong } = await formatJson(bytes);
  await app.showDocument({ ...document, text });
  if (isTooLong)
    app.tell(
      t('“{0}” is shown unformatted, as it was sent: formatted, it would be too long for VS Code.', document.name),
      'information',
    );
}
