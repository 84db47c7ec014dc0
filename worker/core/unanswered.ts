// What stands behind the Worker and does not answer now: the index, or a tenant's object. No fault of who asked, and it passes.

/**
 * Why an object did not answer, by what the platform puts on exceptions of its own: `overloaded`, it has too much to do or was ended for that;
 * `disconnected`, as when it is moved; `reset`, it was ended beneath the call, as when it takes a deploy. Null: it was something else, such as
 * an exception of our code, which bears none of these.
 */
export function whyUnanswered(error: unknown): 'overloaded' | 'disconnected' | 'reset' | null {
  if (typeof error !== 'object' || error === null) return null;
  const { overloaded, retryable, durableObjectReset } = error as Record<string, unknown>;
  if (overloaded === true) return 'overloaded';
  if (retryable === true) return 'disconnected';
  return durableObjectReset === true ? 'reset' : null;
}

/** The index did not do what it was asked. `cause`: what D1 said. */
export class IndexFailure extends Error {}
