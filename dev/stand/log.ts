// The stand's log on disk, for `npm run tail`: what the Worker writes, line by line. It begins anew with each start and
// when it is full; the previous one is kept.
import { createWriteStream, existsSync, renameSync, type WriteStream } from 'node:fs';

const FULL_BYTES = 16 * 1024 * 1024;

export type StandLog = { write: (line: string) => void; close: () => Promise<void> };

/** Opens the log. `file.1` is the previous one. */
export function standLog(file: string): StandLog {
  let bytes = 0;
  let stream: WriteStream = begin(file);
  return {
    write: (line) => {
      if (bytes > FULL_BYTES) {
        stream.end();
        stream = begin(file);
        bytes = 0;
      }
      bytes += Buffer.byteLength(line) + 1;
      stream.write(`${line}\n`);
    },
    close: () => new Promise((resolve) => stream.end(resolve)),
  };
}

function begin(file: string): WriteStream {
  if (existsSync(file)) renameSync(file, `${file}.1`);
  return createWriteStream(file, { mode: 0o600 });
}
