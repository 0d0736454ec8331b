/** What the menu of an image's tag begins with, in every registry whose images are read. */
export const imageMenu: readonly string[] = [
  ...['Pull Image', 'Deploy Image', '---'],
  ...['Copy Full Tag', 'Copy As…', 'Copy Image Digest', '---'],
  ...['Open Image', 'Inspect Image Manifest', 'Inspect Image', 'Compare…'],
];

/** The whole menu of a tag in a registry of Azure, however it is connected. */
export const azureTagMenu: readonly string[] = [
  ...imageMenu,
  ...['View Properties', '---', 'Add to Favourites', '---', 'Lock', '---', 'Refresh', '---', 'Untag…', 'Delete Image…'],
];
