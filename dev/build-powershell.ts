// `npm run build:powershell`: the PowerShell module as a ZIP, with its SHA-256 beside it. The same sources give the same bytes.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildPowershellKit, checksumLine } from '../portal/build/powershell-kit.ts';
import { root } from './lib/run.ts';

const kit = buildPowershellKit();
const folder = path.join(root, 'dist/powershell');
const file = `TotlProvision-${kit.version}.zip`;
mkdirSync(folder, { recursive: true });
writeFileSync(path.join(folder, file), kit.zip);
writeFileSync(path.join(folder, `${file}.sha256`), checksumLine(kit, file));
console.log(`dist/powershell/${file}: ${kit.zip.length} bytes, SHA-256 ${kit.sha256}`);
