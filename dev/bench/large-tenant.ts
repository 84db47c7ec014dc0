// A tenant of a great many machines: put into the file of its object, with the lines of their search, since reporting them takes minutes.
import type { DatabaseSync } from 'node:sqlite';
import { searchFold } from '../../schema/typed-text.ts';
import { fillFleet } from '../../test/support/large-fleet.ts';
import type { Ground } from './ground.ts';
import { asPerson, serveProduct } from './product.ts';
import { openStored } from './stored.ts';
import { type BenchTenant, newTenant } from './tenant.ts';

const MACHINES = 100_000;
const QUICK_MACHINES = 2_000;

export type LargeTenant = { folder: string; tenant: BenchTenant; machines: number };

/** What the object's own duty would write, 500 lines an alarm. */
function fillSearch(database: DatabaseSync): void {
  database.function('folded', { deterministic: true }, (text) => (text === null ? null : searchFold(String(text))));
  database.exec(`
    INSERT INTO search (rowid, machine, hostname, serial, client)
      SELECT place, id, folded(hostname), folded(serial), folded(client) FROM machines WHERE place IS NOT NULL;
    INSERT INTO search (rowid, machine, keys)
      SELECT (SELECT max(place) FROM machines) + row_number() OVER (), machine_id, ref->>'$.protectorId' FROM secrets
      WHERE kind = 'bitlocker_recovery_key';
    DELETE FROM search_floor;
    INSERT INTO search_floor SELECT max(place) FROM machines;`);
}

async function make(ground: Ground): Promise<LargeTenant> {
  const folder = ground.folder('large');
  const [script, team] = await Promise.all([ground.bundle(), ground.team()]);
  const product = await serveProduct({ script, team, folder });
  const tenant = await newTenant(product);
  await asPerson(product, tenant.admin, `/v1/tenants/${tenant.id}/overview`);
  await product.close();
  const machines = ground.isQuick ? QUICK_MACHINES : MACHINES;
  const stored = openStored(folder, tenant.id);
  stored.exec('BEGIN');
  fillFleet((sql, ...values) => void stored.prepare(sql).run(...values), machines);
  fillSearch(stored);
  stored.exec('COMMIT');
  stored.close();
  return { folder, tenant, machines };
}

/** Made once; nobody serves it in between. */
export const largeTenant = (ground: Ground): Promise<LargeTenant> => ground.once('large', () => make(ground));
