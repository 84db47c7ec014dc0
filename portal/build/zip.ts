// A ZIP archive (APPNOTE 6.3) of text files: stored, sorted, without a date of its own, so that the same files give the same bytes anywhere.
import { crc32 } from 'node:zlib';

/** The earliest date that the format has, 1980-01-01 00:00. */
const DATE = 0x21;
/** Version 2.0; names in UTF-8. */
const [VERSION, FLAGS] = [20, 0x0800];

/** The archive of these files, by their paths with forward slashes. */
export function zipOf(files: ReadonlyMap<string, Buffer>): Buffer {
  const [bodies, entries]: [Buffer[], Buffer[]] = [[], []];
  let offset = 0;
  for (const name of [...files.keys()].sort()) {
    const bytes = files.get(name) ?? Buffer.alloc(0);
    const encoded = Buffer.from(name, 'utf8');
    const about = Buffer.alloc(26);
    about.writeUInt16LE(VERSION, 0);
    about.writeUInt16LE(FLAGS, 2);
    about.writeUInt16LE(DATE, 8);
    about.writeUInt32LE(crc32(bytes), 10);
    about.writeUInt32LE(bytes.length, 14);
    about.writeUInt32LE(bytes.length, 18);
    about.writeUInt16LE(encoded.length, 22);
    const body = Buffer.concat([Buffer.from('PK\u0003\u0004', 'latin1'), about, encoded, bytes]);
    const place = Buffer.alloc(14);
    place.writeUInt32LE(offset, 10);
    entries.push(Buffer.concat([Buffer.from('PK\u0001\u0002\u0014\u0000', 'latin1'), about, place, encoded]));
    bodies.push(body);
    offset += body.length;
  }
  const directory = Buffer.concat(entries);
  const end = Buffer.alloc(18);
  end.writeUInt16LE(entries.length, 4);
  end.writeUInt16LE(entries.length, 6);
  end.writeUInt32LE(directory.length, 8);
  end.writeUInt32LE(offset, 12);
  return Buffer.concat([...bodies, directory, Buffer.from('PK\u0005\u0006', 'latin1'), end]);
}
