/** What VS Code calls the tabs of our pages. */
export const pageType = 'registryExplorer.page';
