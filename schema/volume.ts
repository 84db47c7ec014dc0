// A volume as Windows names it, in whatever spelling: `C:`, `c:`, `C`, `C:\`. Without zod.

/** The one that Windows starts from: what a blue recovery screen asks for. */
const SYSTEM = 'C:';

/** The same text for every spelling of one volume. What is no drive letter, as a mount point, stays as it is but for outer spaces and case. */
export function volumeKey(volume: string): string {
  const text = volume.trim().toUpperCase();
  return /^[A-Z]:?\\?$/.test(text) ? `${text.charAt(0)}:` : text;
}

export const isSystemVolume = (volume: string): boolean => volumeKey(volume) === SYSTEM;
