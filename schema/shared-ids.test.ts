import { expect, it } from 'vitest';
import {
  isPlaceholderSerial,
  isSharedId,
  PLACEHOLDER_SERIAL_PATTERNS,
  PLACEHOLDER_SERIALS,
  SHARED_UUID_PATTERNS,
  SHARED_UUIDS,
  turned,
} from './shared-ids.ts';

/** Ids that public inventories, agents and imaging tools list as found on more than one PC: 28 and a few like them. */
const LISTED = [
  '00000000-0000-0000-0000-000000000000',
  '00010203-0405-0607-0809-0a0b0c0d0e0f',
  '00020003-0004-0005-0006-000700080009',
  '01010101-0101-0101-0101-010101010101',
  '01020304-0506-0708-090a-0b0c0d0e0f10',
  '01234567-89ab-cdef-0123-456789abcdef',
  '02000100-0300-0400-0005-000600070008',
  '03000200-0400-0500-0006-000700080009',
  '03020100-0504-0706-0809-0a0b0c0d0e0f',
  '07090201-0103-0301-0807-060504030201',
  '10000000-0000-8000-0040-000000000000',
  '11111111-1111-1111-1111-111111111111',
  '11111111-2222-3333-4444-555555555555',
  '12345678-1234-5678-1234-567812345678',
  '12345678-1234-5678-90ab-cddeefaabbcc',
  '4c4c4544-0000-2010-8020-80c04f202020',
  '50fb9712-ffff-ffff-ffff-ffffffffffff',
  '52309712-ffff-ffff-ffff-ffffffffffff',
  '56f49712-ffff-ffff-ffff-ffffffffffff',
  '58585858-5858-5858-5858-585858585858',
  '61f39712-ffff-ffff-ffff-ffffffffffff',
  '6ab5b300-538d-1014-9fb5-b0684d007b53',
  '890e2d14-cacd-45d1-ae66-bc80e8bfeb0f',
  '8e275844-178f-44a8-aceb-a7d7e5178c63',
  '93309712-ffff-ffff-ffff-ffffffffffff',
  'dc698397-fa54-4cf2-82c8-b1b5307a6a7f',
  'fefefefe-fefe-fefe-fefe-fefefefefefe',
  'ffffff00-ffff-ffff-ffff-ffffffffffff',
  'ffffffff-ffff-ffff-ffff-ffffffffffff',
];

it('knows every id that public lists have as shared, in either byte order, because tools do not agree on one', () => {
  expect(LISTED.length).toBeGreaterThanOrEqual(28);
  expect(LISTED.filter((id) => !isSharedId(id) || !isSharedId(turned(id)))).toEqual([]);
});

it('knows those that are like them and on no list yet: one byte again and again, nothing but f, Dell’s form around blanks', () => {
  for (const id of [
    'abababab-abab-abab-abab-abababababab',
    '0badcafe-ffff-ffff-ffff-ffffffffffff',
    '4c4c4544-0020-2010-8020-a0c04f202000',
  ])
    expect(isSharedId(id), id).toBe(true);
});

it('takes no id for shared that is a PC’s own: random ones, Dell’s with a tag, and those that hold a network address', () => {
  for (const id of [
    ...Array.from({ length: 500 }, () => crypto.randomUUID()),
    '4c4c4544-0042-3510-8052-b3c04f4b4e32',
    // Some Gigabyte boards weave the address of their network card into the shared form; some Supermicro put zeros before it.
    '032e02b4-0499-05c3-0806-3c0700080009',
    '00000000-0000-0000-0000-ac1f6b112233',
  ])
    expect(isSharedId(id), id).toBe(false);
});

it('names the public source of each, so that anybody can look it up', () => {
  for (const { value, from } of [
    ...SHARED_UUIDS,
    ...SHARED_UUID_PATTERNS,
    ...PLACEHOLDER_SERIALS,
    ...PLACEHOLDER_SERIAL_PATTERNS,
  ])
    expect(from, value).toMatch(/[\w-]+\/[\w.-]+ [\w./-]+|DMTF DSP0134/);
  expect(SHARED_UUIDS.map(({ value }) => value)).toEqual(SHARED_UUIDS.map(({ value }) => value.toLowerCase()).sort());
});

it('knows what firmware leaves in place of a serial number, however it is written', () => {
  for (const serial of [
    '',
    ' ',
    'To Be Filled By O.E.M.',
    'to be filled by O.E.M',
    'To be filled by OEM',
    'Default string',
    'None',
    'System Serial Number',
    'system  serial number ',
    'Chassis Serial Number',
    'Type2 - Board Serial Number',
    'N/A',
    '0',
    '00000000',
    '0123456789',
    '123456789',
    '1234567890',
    'XXXXXXXX',
    '........',
    '--',
    'Not Specified',
    'INVALID',
  ])
    expect(isPlaceholderSerial(serial), serial).toBe(true);
});

it('takes no real serial number for one', () => {
  for (const serial of ['5CD1234XYZ', 'PF2AB7', 'B', 'CZC0123456', 'VMware-56 4d 0a 11', 'NONE1', 'S-1'])
    expect(isPlaceholderSerial(serial), serial).toBe(false);
});
