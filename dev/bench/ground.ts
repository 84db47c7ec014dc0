// What the parts of a bench share: a folder that goes with it, the generator, and Workers that are built and started when first asked for.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { bundleOther, bundleProduct } from './bundle.ts';
import { FLOOR_TABLES } from './floors/schema.ts';
import { Generator } from './generator.ts';
import { type Product, serveProduct } from './product.ts';
import { AUDIENCE, openTeam, type SigningTeam } from './team.ts';
import { type Served, serveWorker } from './workerd.ts';

type Ending = () => Promise<void>;

export class Ground {
  readonly isQuick: boolean;
  readonly generator = new Generator();
  readonly #folder = mkdtempSync(path.join(os.tmpdir(), 'totl-bench-'));
  readonly #made = new Map<string, Promise<unknown>>();
  readonly #endings: Ending[] = [];

  constructor(isQuick: boolean) {
    this.isQuick = isQuick;
    this.#endings.push(() => this.generator.close());
  }

  /** A folder of its own, made anew for each name. */
  folder(name: string): string {
    const folder = path.join(this.#folder, name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** Makes what has this name, once in a bench. */
  once<T>(name: string, make: () => Promise<T>): Promise<T> {
    const made = (this.#made.get(name) ?? make()) as Promise<T>;
    this.#made.set(name, made);
    return made;
  }

  /** Has something ended with the bench. */
  ends(ending: Ending): void {
    this.#endings.push(ending);
  }

  team(): Promise<SigningTeam> {
    return this.once('team', async () => {
      const team = await openTeam(this.folder('keys'));
      this.ends(team.close);
      return team;
    });
  }

  /** The product's bundle, as it is deployed. */
  bundle(): Promise<string> {
    return this.once('bundle', () => bundleProduct(this.folder('product-bundle')));
  }

  /** The product under load. */
  product(): Promise<Product> {
    return this.once('product', async () => {
      const [script, team] = await Promise.all([this.bundle(), this.team()]);
      const product = await serveProduct({ script, team, folder: this.folder('product') });
      this.ends(product.close);
      return product;
    });
  }

  /** The comparison Workers. */
  floors(): Promise<Served> {
    return this.once('floors', async () => {
      const [script, team] = await Promise.all([
        bundleOther('floors/worker.ts', this.folder('floors-bundle')),
        this.team(),
      ]);
      const floors = await serveWorker({
        script,
        folder: this.folder('floors'),
        database: 'DB',
        objects: { ROW: 'Row' },
        texts: { ISSUER: team.issuer, AUDIENCE },
      });
      this.ends(floors.close);
      await floors.database.batch(FLOOR_TABLES.map((sql) => floors.database.prepare(sql)));
      return floors;
    });
  }

  async close(): Promise<void> {
    for (const ending of this.#endings.splice(0).reverse()) await ending();
    rmSync(this.#folder, { recursive: true, force: true });
  }
}
