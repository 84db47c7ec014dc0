import { describe, expect, it } from 'vitest';
import type { SecretRef } from './secret.ts';
import { accountKey, isSameRef, isWindowsHostname, volumeKey, windowsUpper } from './windows-names.ts';

const protectorId = '1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d';

describe('one volume', () => {
  it.each([
    [['C:', 'c:', 'C', 'c', 'C:\\', 'c:/', ' C: ', '\\\\?\\C:\\', '\\\\.\\c:']],
    [['C:\\Mount\\Data', 'c:\\mount\\data\\', 'C:/Mount/Data']],
    [
      [
        '\\\\?\\Volume{0B6A6F1E-3C0C-4B7C-9D43-4F8F0A5D7C11}\\',
        '\\\\?\\volume{0b6a6f1e-3c0c-4b7c-9d43-4f8f0a5d7c11}',
        '\\\\.\\Volume{0b6a6f1e-3c0c-4b7c-9d43-4f8f0a5d7c11}\\',
      ],
    ],
  ])('is one however it is written: %j', (spellings) => {
    expect(new Set(spellings.map(volumeKey)).size).toBe(1);
  });

  it('is another where Windows has another', () => {
    const names = ['C:', 'D:', 'C:\\Data', 'Data', '\\\\?\\Volume{1}', 'CC', ''];
    expect(new Set(names.map(volumeKey)).size).toBe(names.length);
  });
});

describe('one local account', () => {
  it('is one in letters of either case, with this PC before it, between spaces', () => {
    const spellings = [
      'Administrator',
      'administrator',
      'ADMINISTRATOR',
      '.\\Administrator',
      ' Administrator ',
      '.\\ administrator',
    ];
    expect(new Set(spellings.map(accountKey)).size).toBe(1);
    expect(accountKey('Müller')).toBe(accountKey('MÜLLER'));
  });

  it('is another where Windows has another: of another domain, with a letter that only looks alike, in another composition', () => {
    const names = [
      'admin',
      'CORP\\admin',
      'adm\u0131n',
      'adrn\u00edn',
      'adrni\u0301n',
      'stra\u00dfe',
      'strasse',
      'admin.',
    ];
    expect(new Set(names.map(accountKey)).size).toBe(names.length);
    expect(windowsUpper('\u00df\u0131\u017fi')).toBe('\u00df\u0131\u017fI');
  });
});

describe('a ref', () => {
  it('names the same secret in any spelling, and another one otherwise', () => {
    const same: [SecretRef, SecretRef][] = [
      [{ account: 'Administrator' }, { account: '.\\administrator ' }],
      [
        { protectorId, volume: 'C:' },
        { volume: 'c', protectorId },
      ],
      [{ label: 'BIOS' }, { label: ' BIOS' }],
    ];
    for (const [a, b] of same) expect(isSameRef(a, b), JSON.stringify(a)).toBe(true);
    const other: [SecretRef, SecretRef][] = [
      [{ account: 'BIOS' }, { label: 'BIOS' }],
      [{ label: 'bios' }, { label: 'BIOS' }],
      [
        { protectorId, volume: 'C:' },
        { protectorId, volume: 'D:' },
      ],
    ];
    for (const [a, b] of other) expect(isSameRef(a, b), JSON.stringify(a)).toBe(false);
  });
});

it('a host name is what Windows lets a PC have', () => {
  for (const name of [
    'ACM-LT-0142',
    'pc',
    'A',
    'DESKTOP-1A2B3C4',
    'pc_1',
    'büro-7',
    'מחשב',
    'pc1.corp.example',
    'x'.repeat(63),
  ])
    expect(isWindowsHostname(name), name).toBe(true);
  for (const name of [
    '',
    '12345',
    '-pc',
    'pc-',
    'a b',
    'pc.',
    '.pc',
    'a..b',
    'pc!',
    'a/b',
    'a\\b',
    '*',
    '127.0.0.1',
    'x'.repeat(64),
    'RECEPTION-\u202e10-CP-SECNANIF',
    'pc\u200b1',
    'pc\u0000',
    'ü'.repeat(40),
  ])
    expect(isWindowsHostname(name), JSON.stringify(name)).toBe(false);
});
