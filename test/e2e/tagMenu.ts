/** What the menu of an image's tag begins with, in every registry whose images are read. */
export const imageMenu: readonly string[] = [
  ...['Pull Image', 'Deploy Image', '---'],
  ...['Copy Full Tag', 'Copy As…', 'Copy Image Digest', '---'],
  ...['Open Image', 'Inspect Image Manifest', 'Inspect Image', 'Compare…'],
];
