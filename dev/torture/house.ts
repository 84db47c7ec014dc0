// The product with its portal behind the Access stand-in, as on the stand, with a network in between that a part of the torture brings along.

import path from 'node:path';
import type { Ground } from '../bench/ground.ts';
import { AUDIENCE, type SigningTeam } from '../bench/team.ts';
import { root } from '../lib/run.ts';
import { startAccess } from '../stand/access.ts';
import { accessTokens } from '../stand/access-tokens.ts';
import { buildPortal } from '../stand/portal-build.ts';
import { servePortal } from '../stand/portal-files.ts';
import { addressesFrom, freePorts } from '../stand/ports.ts';
import type { BadNetwork } from './bad-network.ts';
import { Place, type PlaceOptions } from './place.ts';

export class House {
  readonly place: Place;
  readonly network: BadNetwork;
  readonly portal: string;
  readonly #endings: (() => Promise<void>)[];

  private constructor(place: Place, network: BadNetwork, portal: string, endings: (() => Promise<void>)[]) {
    this.place = place;
    this.network = network;
    this.portal = portal;
    this.#endings = endings;
  }

  /** `between` opens what the portal's calls go through on their way to the API. */
  static async open(
    ground: Ground,
    name: string,
    between: (api: string) => Promise<BadNetwork>,
    options: Partial<PlaceOptions> = {},
  ): Promise<House> {
    const addresses = addressesFrom(await freePorts(4));
    const tokens = await accessTokens(path.join(ground.folder(`${name}-keys`), 'key.json'), addresses.team, AUDIENCE);
    const team: SigningTeam = {
      issuer: addresses.team,
      assertion: (email) => tokens.mint({ email, sub: email }),
      close: async () => {},
    };
    const place = await Place.open(ground, { ...options, name, team, portal: addresses.portal });
    const network = await between(addresses.apiBehindAccess);
    const origins = { api: network.origin, engine: addresses.api };
    const access = await startAccess({
      addresses,
      tokens,
      people: [],
      servePortal: servePortal(await buildPortal(root), origins),
      worker: new URL(place.origin),
    });
    return new House(place, network, addresses.portal, [() => network.close(), access.close, () => place.close()]);
  }

  async close(): Promise<void> {
    for (const ending of this.#endings.splice(0)) await ending();
  }
}
