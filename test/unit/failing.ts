import { Failure } from '../../src/core/failure';

/** The Failure a promise rejects with; anything else it does fails the test with what it was. */
export async function failing(promise: Promise<unknown>): Promise<Failure> {
  const outcome = await promise.then(
    (value) => new Error(`It resolved to ${JSON.stringify(value)}`),
    (error: unknown) => error,
  );
  if (outcome instanceof Failure) return outcome;
  throw outcome;
}
