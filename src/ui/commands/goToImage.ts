import { t } from '@vscode/l10n';
import { Finding } from '../finding';
import type { BoxCommand, Task } from './command';

/** One box that finds everything: references, favourites, what was used last, what is loaded, and what registries have. */
export const goToImage: BoxCommand = {
  kind: 'box',
  id: 'goToImage',
  doing: () => t('search for images'),
  choose: async (app) => {
    const box = new AbortController();
    const search = app.search.open(box.signal);
    try {
      return await app.ask.find<Task | undefined>({
        title: t('Go to Image'),
        placeholder: t('Parts of a name, a reference, or a line with one: web 1.4, ghcr.io/acme/web:2, docker pull …'),
        find: (text, draw, signal) => new Finding(app, text, draw).run(search, signal),
      });
    } finally {
      box.abort();
    }
  },
};
