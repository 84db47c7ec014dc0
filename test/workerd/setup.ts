// Before each test in workerd: its clock, empty storage and the D1 index as its migrations make it.
import { applyD1Migrations, type D1Migration, reset } from 'cloudflare:test';
import { env } from 'cloudflare:workers';
import { beforeEach } from 'vitest';
import { forgetGuesses } from '../../worker/authenticate/door.ts';
import { forgetTokens } from '../../worker/authenticate/machine.ts';
import type { Bindings } from '../../worker/core/env.ts';
import { startClock } from '../support/clock.ts';
import '../support/rsa-stock.ts';

export type TestBindings = Bindings & { TEST_MIGRATIONS: D1Migration[] };

startClock();
beforeEach(async () => {
  startClock();
  await reset();
  const bindings = env as unknown as TestBindings;
  await applyD1Migrations(bindings.INDEX_DB, bindings.TEST_MIGRATIONS);
  forgetTokens();
  forgetGuesses();
});
