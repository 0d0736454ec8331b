/** The code of an error from Node or the system, such as `ENOENT`; undefined without one. */
export function systemCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}
