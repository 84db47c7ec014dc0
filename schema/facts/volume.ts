// Which volume a PC starts from, in whatever spelling. Without zod.
import { volumeKey } from '../windows-names.ts';

/** The one that Windows starts from: what a blue recovery screen asks for. */
const SYSTEM = 'C:';

export const isSystemVolume = (volume: string): boolean => volumeKey(volume) === SYSTEM;
