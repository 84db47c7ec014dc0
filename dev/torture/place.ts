// An installation in workerd on this machine that can be killed, frozen, copied, and started again on the same state at the same address.
import { execFileSync } from 'node:child_process';
import { cpSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import type { Ground } from '../bench/ground.ts';
import { type Product, serveProduct } from '../bench/product.ts';
import type { SigningTeam } from '../bench/team.ts';
import { freePorts } from '../stand/ports.ts';

export const BUCKETS = ['BACKUP'] as const;

export type PlaceOptions = Omit<Parameters<typeof serveProduct>[0], 'script' | 'folder' | 'team'> & {
  /** Its name among the folders of a run. */
  name: string;
  team?: SigningTeam;
  /** The state that it starts on; absent: none. */
  state?: string;
};

/** The processes of workerd that this process started and that are alive. */
function ownWorkerds(): number[] {
  const lines = execFileSync('ps', ['-A', '-o', 'pid=,ppid=,comm='], { encoding: 'utf8' }).split('\n');
  return lines
    .map((line) => line.trim().split(/\s+/))
    .filter(([, parent, command = '']) => parent === String(process.pid) && path.basename(command) === 'workerd')
    .map(([pid]) => Number(pid));
}

export class Place {
  readonly folder: string;
  readonly #options: Parameters<typeof serveProduct>[0];
  #product: Product | null = null;
  #pid = 0;

  private constructor(options: Parameters<typeof serveProduct>[0]) {
    this.folder = options.folder;
    this.#options = options;
  }

  static async open(ground: Ground, { name, team, state, ...options }: PlaceOptions): Promise<Place> {
    const folder = ground.folder(name);
    if (state !== undefined) cpSync(state, folder, { recursive: true });
    const place = new Place({
      buckets: BUCKETS,
      port: await freePorts(1),
      ...options,
      script: await ground.bundle(),
      team: team ?? (await ground.team()),
      folder,
    });
    await place.start();
    ground.ends(() => place.close());
    return place;
  }

  /** Throws while it is down. */
  get product(): Product {
    if (this.#product === null) throw new Error('it is down');
    return this.#product;
  }

  /** The same before and after a kill. */
  get origin(): string {
    return `http://127.0.0.1:${this.#options.port}`;
  }

  /** Of workerd. */
  get pid(): number {
    return this.#pid;
  }

  async start(): Promise<void> {
    const before = new Set(ownWorkerds());
    this.#product = await serveProduct(this.#options);
    const [pid, ...others] = ownWorkerds().filter((one) => !before.has(one));
    if (pid === undefined || others.length > 0) throw new Error('which workerd was started cannot be told');
    this.#pid = pid;
  }

  /** Ends workerd as a power cut would end it: it hears nothing of it, and writes nothing more. */
  async kill(): Promise<void> {
    process.kill(this.#pid, 'SIGKILL');
    await this.close();
  }

  /** A copy of its state as of one instant: nothing is written while it is made, as with a snapshot of a disk. */
  copy(into: string): void {
    mkdirSync(into, { recursive: true });
    process.kill(this.#pid, 'SIGSTOP');
    try {
      cpSync(this.folder, into, { recursive: true });
    } finally {
      process.kill(this.#pid, 'SIGCONT');
    }
  }

  async close(): Promise<void> {
    const product = this.#product;
    this.#product = null;
    await product?.close();
  }
}
