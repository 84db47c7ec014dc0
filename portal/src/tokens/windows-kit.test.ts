// The lines for a Windows PC: they name the configuration file as it was saved.
import { afterEach, expect, it } from 'vitest';
import { linesFor, type WindowsKit } from './windows-kit.ts';
import './windows-kit.ts';

afterEach(() => document.body.replaceChildren());

it('offers the module with its checksum from the portal’s own origin, and three lines that name the configuration', async () => {
  const element = document.createElement('windows-kit') as WindowsKit;
  element.configuration = 'totlprovision-engine-tok_abcd.json';
  document.body.append(element);
  await element.updateComplete;
  const links = [...element.renderRoot.querySelectorAll('a')].map((link) => new URL(link.href));
  expect(links.map(({ pathname }) => pathname)).toEqual([
    '/totlprovision-powershell.zip',
    '/totlprovision-powershell.zip.sha256',
  ]);
  expect(links.every(({ origin }) => origin === location.origin)).toBe(true);
  const lines = element.renderRoot.querySelector('pre')?.textContent?.split('\n') ?? [];
  expect(lines).toEqual(linesFor('totlprovision-engine-tok_abcd.json'));
  expect(lines).toHaveLength(3);
  // The last thing on the console is how it went, as a list: after another object a table of its columns would be empty.
  expect(lines[2]).toMatch(/\| Out-Null \}; Disconnect-Totl \| Format-List$/);
  expect(lines[1]).toContain("'.\\totlprovision-engine-tok_abcd.json'");
});
