// A stand whose tenant has been there for weeks: only then can a PC have begun a run hours ago (schema/clock.ts).
import { globSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { type Stand, type StandOptions, startStand } from '../../dev/stand/stand.ts';

const AGE_MS = 40 * 86_400_000;

/** Starts a stand, has its tenant called for the first time, sets that back, and starts it again. */
export async function startAgedStand(options: StandOptions & { stateDir: string }): Promise<Stand> {
  const young = await startStand(options);
  await fetch(`${young.addresses.api}/v1/tenant/pubkey`, { headers: { authorization: `Bearer ${young.demo.token}` } });
  await young.close();
  for (const file of globSync(path.join(options.stateDir, 'v3/do/*/*.sqlite'))) {
    const object = new DatabaseSync(file);
    if (object.prepare("SELECT 1 FROM sqlite_master WHERE name = 'identity'").get())
      object.prepare('UPDATE identity SET initialized_at = initialized_at - ?').run(AGE_MS);
    object.close();
  }
  return startStand(options);
}
