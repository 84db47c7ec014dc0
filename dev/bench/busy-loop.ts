// Holds one core, as the child of `test-busy.ts`; it looks up now and then, so that it ends with the process that started it.
const STRETCH_MS = 200;

process.once('disconnect', () => process.exit());

function stretch(): void {
  const until = performance.now() + STRETCH_MS;
  while (performance.now() < until);
  setImmediate(stretch);
}
stretch();
