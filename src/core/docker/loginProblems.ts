/** Codes of the failures of helpers. */
export const helperProblem = {
  /** Its name is not a valid program name. */
  badName: 'HELPER_NAME',
  /** There is no such program. */
  missing: 'HELPER_MISSING',
  /** It did not answer in time. */
  hangs: 'HELPER_HANGS',
  /** Its answer is not a credential. */
  rubbish: 'HELPER_RUBBISH',
  /** It reports an error in its own words. */
  failed: 'HELPER_FAILED',
} as const;

/** Codes of the failures of login files. */
export const fileProblem = { broken: 'LOGIN_FILE_BROKEN', unreadable: 'LOGIN_FILE_UNREADABLE' } as const;

/** Code of the failure for a missing login. */
export const noLogin = 'NO_DOCKER_LOGIN';
