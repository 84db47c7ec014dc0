// Hands a file to the browser to be saved.

/** Long enough for any browser to have begun with it. */
const FILE_KEPT_MS = 60_000;

/** Today as a file's name has it, by the reader's own calendar: 2026-11-25. */
export function dayStamp(now = new Date()): string {
  const two = (part: number) => String(part).padStart(2, '0');
  return `${now.getFullYear()}-${two(now.getMonth() + 1)}-${two(now.getDate())}`;
}

export function saveFile(blob: Blob, name: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), FILE_KEPT_MS);
}
