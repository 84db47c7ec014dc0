// What the log says about an exception. Our own errors name no values; a parser's quotes what it could not parse, so
// its message stays out.

const STACK_MAX_CHARACTERS = 8_000;

/** The error's kind, message and stack, ready for a `fault` line. */
export function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return 'not an Error';
  const whole = error.stack ?? `${error.name}: ${error.message}`;
  const said = `${error.name}: ${error.message}`;
  const quiet =
    error instanceof SyntaxError
      ? whole.startsWith(said)
        ? error.name + whole.slice(said.length)
        : error.name
      : whole;
  return quiet.slice(0, STACK_MAX_CHARACTERS).toWellFormed();
}
