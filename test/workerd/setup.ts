// Before each test in workerd: its clock, empty storage and the D1 index as its migrations make it.
import { applyD1Migrations, type D1Migration, reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach } from 'vitest';
import { engine } from '../../schema/routes/engine.ts';
import { forgetGuesses } from '../../worker/authenticate/door.ts';
import { forgetTokens } from '../../worker/authenticate/machine.ts';
import { forgetSignIns } from '../../worker/authenticate/person.ts';
import type { Bindings } from '../../worker/core/env.ts';
import { newTrace } from '../../worker/core/log.ts';
import { answerOf } from '../../worker/router.ts';
import { parseBody } from '../../worker/serve.ts';
import { startClock } from '../support/clock.ts';
import '../support/rsa-stock.ts';

export type TestBindings = Bindings & { TEST_MIGRATIONS: D1Migration[] };

/**
 * What the Worker loads at its first requests is loaded here: in its bundle that is a call, but the tests load a module by I/O, which the platform
 * lets no request share with another that comes at the same time.
 */
async function load(bindings: TestBindings): Promise<void> {
  await answerOf(new Request('https://api.example.com/no-such-route'), bindings, newTrace());
  await parseBody(engine['POST /v1/report'].body, '', 'application/json', true);
}

startClock();
beforeEach(async () => {
  startClock();
  await reset();
  const bindings = env as unknown as TestBindings;
  await load(bindings);
  await applyD1Migrations(bindings.INDEX_DB, bindings.TEST_MIGRATIONS);
  forgetTokens();
  forgetSignIns();
  forgetGuesses();
});
