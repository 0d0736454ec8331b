/** Scopes of tokens, `type:name:actions`: https://distribution.github.io/distribution/spec/auth/scope/ */

/** The scopes of a parameter, which has blanks between them. */
export function parseScopes(parameter: string | undefined): readonly string[] {
  return (parameter ?? '').split(' ').filter((scope) => scope !== '');
}

/** Whether two scopes are about the same resource, whatever may be done to it. */
export function isSameResource(scope: string, other: string | undefined): boolean {
  return other !== undefined && resourceOf(scope) !== '' && resourceOf(scope) === resourceOf(other);
}

/** One scope a resource, with the actions of all; what the registry named comes first, since some honour only the first. */
export function mergeScopes(own: string | undefined, named: readonly string[]): readonly string[] {
  const actions = new Map<string, Set<string>>();
  for (const scope of [...named, ...(own === undefined ? [] : [own])]) {
    const resource = resourceOf(scope);
    const known = actions.get(resource) ?? new Set<string>();
    for (const action of scope.slice(resource === '' ? 0 : resource.length + 1).split(',')) known.add(action);
    actions.set(resource, known);
  }
  return [...actions].map(([resource, known]) => `${resource === '' ? '' : `${resource}:`}${[...known].join(',')}`);
}

/** `type:name` of `type:name:actions`; the name may hold colons. */
function resourceOf(scope: string): string {
  return scope.slice(0, Math.max(scope.lastIndexOf(':'), 0));
}
