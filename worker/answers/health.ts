// `GET /health`: checks that D1 and a Durable Object answer. The result is kept for a moment, so that it cannot be used
// to wear them out.
import { version } from '../../package.json';
import type { Health } from '../../schema/health.ts';
import type { Env } from '../core/env.ts';
import { probeObject } from '../core/forward.ts';
import { indexAnswers } from '../core/index-db.ts';

const KEPT_MS = 10_000;

let kept: Health | null = null;

/** Checks, or repeats what it found less than ten seconds ago. */
export async function checkHealth(env: Env, now: number): Promise<Health> {
  if (kept && now - kept.checkedAt < KEPT_MS) return kept;
  const [index, object] = await Promise.all([indexAnswers(env.index), objectAnswers(env)]);
  kept = { ok: index && object, version, index, object, checkedAt: now };
  return kept;
}

async function objectAnswers(env: Env): Promise<boolean> {
  try {
    return (await probeObject(env).ping()) === 'pong';
  } catch {
    return false;
  }
}
