// A part of the bench: figures that come of one measurement. `remarks` go into the page beside the table.
import type { Figure } from './figure.ts';
import type { Ground } from './ground.ts';

export type Measured = { figures: Figure[]; remarks?: string[] };
export type Part = { name: string; title: string; measure: (ground: Ground) => Promise<Measured> };
