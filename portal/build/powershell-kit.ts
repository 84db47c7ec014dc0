// The PowerShell module as it is handed out: a ZIP with the module, its help, the example and the scripts for Intune, and its SHA-256. The same sources
// give the same bytes anywhere.
import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Plugin } from 'vite';
import { helpOf, helpXml, withoutHelp } from './powershell-help.ts';
import { zipOf } from './zip.ts';

const folder = path.join(import.meta.dirname, '../../engine/powershell');
/** As the portal links to it. */
export const KIT_FILE = 'totlprovision-powershell.zip';

/** Windows PowerShell signs and shows files with its own line ends, whatever a checkout has. */
const asWindows = (text: string): Buffer => Buffer.from(text.replaceAll(/\r?\n/g, '\r\n'), 'utf8');

export type Kit = { version: string; zip: Buffer; sha256: string };

export function buildPowershellKit(): Kit {
  const files = new Map<string, Buffer>();
  const help = [];
  for (const part of ['TotlProvision', 'examples']) {
    const names = readdirSync(path.join(folder, part), { recursive: true, encoding: 'utf8' });
    for (const name of names.map((one) => one.split(path.sep).join('/')).sort()) {
      if (!/\.ps(1|m1|d1)$/.test(name)) continue;
      const source = readFileSync(path.join(folder, part, name), 'utf8').replaceAll('\r\n', '\n');
      const isPublic = part === 'TotlProvision' && name.startsWith('public/');
      if (isPublic) help.push(helpOf(path.basename(name, '.ps1'), source));
      files.set(`${part}/${name}`, asWindows(isPublic ? withoutHelp(source) : source));
    }
  }
  files.set('TotlProvision/en-US/TotlProvision-help.xml', asWindows(helpXml(help)));
  const manifest = files.get('TotlProvision/TotlProvision.psd1')?.toString('utf8') ?? '';
  const version = /ModuleVersion\s+= '([^']+)'/.exec(manifest)?.[1];
  if (version === undefined) throw new Error('the manifest of the PowerShell module names no version');
  const zip = zipOf(files);
  return { version, zip, sha256: createHash('sha256').update(zip).digest('hex') };
}

/** As `sha256sum -c` reads it. */
export const checksumLine = ({ sha256 }: Kit, file: string): string => `${sha256}  ${file}\n`;

/** Puts it beside the portal, with its checksum; a server with hot reload makes it anew for each request. */
export const powershellKit = (): Plugin => ({
  name: 'powershell-kit',
  generateBundle() {
    const kit = buildPowershellKit();
    this.emitFile({ type: 'asset', fileName: KIT_FILE, source: kit.zip });
    this.emitFile({ type: 'asset', fileName: `${KIT_FILE}.sha256`, source: checksumLine(kit, KIT_FILE) });
  },
  configureServer(server) {
    server.middlewares.use((request, response, next) => {
      const [pathname] = (request.url ?? '').split('?');
      if (pathname !== `/${KIT_FILE}` && pathname !== `/${KIT_FILE}.sha256`) return next();
      const kit = buildPowershellKit();
      response.end(pathname.endsWith('.sha256') ? checksumLine(kit, KIT_FILE) : kit.zip);
    });
  },
});
