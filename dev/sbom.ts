// `npm run sbom`: a CycloneDX document of every package that the lock file installs, on standard output. The same commit gives the same
// document: npm puts a random number, the time and the folder's name in it, which are replaced.
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { capture, root } from './lib/run.ts';

type Document = {
  serialNumber: string;
  metadata: { timestamp?: string; component: { name: string } };
};

const made = await capture('npm', ['sbom', '--sbom-format=cyclonedx', '--package-lock-only']);
if (!made.ok) {
  console.error(`npm makes no document: ${made.stderr}`);
  process.exit(1);
}
const document = JSON.parse(made.stdout) as Document;
const lock = readFileSync(path.join(root, 'package-lock.json'));
const hex = createHash('sha256').update(lock).digest('hex');
// A UUID of version 8, whose bits are ours to choose (RFC 9562, section 5.8).
const uuid = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)];
document.serialNumber = `urn:uuid:${uuid.join('-')}`;
delete document.metadata.timestamp;
document.metadata.component.name = (
  JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as { name: string }
).name;
console.log(JSON.stringify(document, null, 2));
