// Placeholders that firmware leaves where an id or a serial of its own should be: many PCs have the same. The one list;
// server and clients read it, and the PowerShell module has it as engine/powershell/shared-ids.ts writes it. Facts
// only, each with where it is published. Without zod.

/** `from`: the public project and the file, or the issue, that says so. */
export type Published = { value: string; from: string };

const FREEBSD = 'freebsd/freebsd-src libexec/rc/rc.d/hostid';
const GLPI = 'glpi-project/glpi src/Blacklist.php';
const FOG = 'FOGProject/fogproject packages/web/lib/fog/hostmanager.class.php';
const OSQUERY = 'osquery/osquery osquery/core/system.cpp';
const ELKEID = 'bytedance/Elkeid agent/agent/id.go';
const PYTHON = 'python/cpython Doc/library/uuid.rst, an example that found its way into firmware';

/** SMBIOS UUIDs that are on more than one PC, lower-case. Each is also shared with its first three groups in the other byte order. */
export const SHARED_UUIDS: readonly Published[] = [
  { value: '00000000-0000-0000-0000-000000000000', from: FREEBSD },
  { value: '00010203-0405-0607-0809-0a0b0c0d0e0f', from: `${OSQUERY}, in the other byte order` },
  { value: '00020003-0004-0005-0006-000700080009', from: FREEBSD },
  { value: '01010101-0101-0101-0101-010101010101', from: GLPI },
  { value: '02000100-0300-0400-0005-000600070008', from: ELKEID },
  { value: '03000200-0400-0500-0006-000700080009', from: FREEBSD },
  { value: '03020100-0504-0706-0809-0a0b0c0d0e0f', from: OSQUERY },
  { value: '07090201-0103-0301-0807-060504030201', from: FREEBSD },
  { value: '10000000-0000-8000-0040-000000000000', from: OSQUERY },
  { value: '11111111-1111-1111-1111-111111111111', from: FREEBSD },
  { value: '11111111-2222-3333-4444-555555555555', from: FREEBSD },
  { value: '12345678-1234-5678-1234-567812345678', from: PYTHON },
  { value: '12345678-1234-5678-90ab-cddeefaabbcc', from: FOG },
  { value: '4c4c4544-0000-2010-8020-80c04f202020', from: FREEBSD },
  { value: '50fb9712-ffff-ffff-ffff-ffffffffffff', from: FREEBSD },
  { value: '52309712-ffff-ffff-ffff-ffffffffffff', from: FREEBSD },
  { value: '56f49712-ffff-ffff-ffff-ffffffffffff', from: FREEBSD },
  { value: '58585858-5858-5858-5858-585858585858', from: FREEBSD },
  { value: '61f39712-ffff-ffff-ffff-ffffffffffff', from: FREEBSD },
  { value: '6ab5b300-538d-1014-9fb5-b0684d007b53', from: GLPI },
  { value: '890e2d14-cacd-45d1-ae66-bc80e8bfeb0f', from: FREEBSD },
  { value: '8e275844-178f-44a8-aceb-a7d7e5178c63', from: FREEBSD },
  { value: '93309712-ffff-ffff-ffff-ffffffffffff', from: FREEBSD },
  { value: 'dc698397-fa54-4cf2-82c8-b1b5307a6a7f', from: FREEBSD },
  { value: 'fefefefe-fefe-fefe-fefe-fefefefefefe', from: FREEBSD },
  { value: 'ffffff00-ffff-ffff-ffff-ffffffffffff', from: FOG },
  { value: 'ffffffff-ffff-ffff-ffff-ffffffffffff', from: GLPI },
];

/**
 * The same as patterns over the 32 hex digits, whole, in what JavaScript and .NET read alike. Not the tail `0700080009` of some Gigabyte boards,
 * nor `00000000-0000-0000-0000-` before an address: those two hold the board's own network address, and no two PCs have the same.
 */
export const SHARED_UUID_PATTERNS: readonly Published[] = [
  { value: '([0-9a-f]{2})\\1{15}', from: `one byte sixteen times: ${FREEBSD} and ${GLPI} list five of them` },
  { value: '[0-9a-f]{8}f{24}', from: `nothing but f after the first group: ${FREEBSD}` },
  { value: '00010203(?:04050607|05040706)08090a0b0c0d0e0f', from: `the bytes counted up: ${OSQUERY}` },
  { value: '01020304(?:05060708|06050807)090a0b0c0d0e0f10', from: `the same from one: ${OSQUERY}` },
  { value: '0123456789abcdef0123456789abcdef', from: `the digits counted up: ${OSQUERY} has the bytes` },
  {
    value: '4c4c454400(?:00|20)(?:00|20)1080(?:00|20)(?:80|a0)c04f(?:00|20){3}',
    from: `Dell's form around a service tag of blanks: ${FREEBSD} lists one`,
  },
];

/** Placeholders for a serial number, lower-case, with single spaces. */
export const PLACEHOLDER_SERIALS: readonly Published[] = [
  ...from(GLPI, [
    'n/a',
    '(null string)',
    'invalid',
    'none',
    'empty',
    'unknow',
    'eval',
    'iatpass',
    'not specified',
    'sys-1234567890',
    'sys-9876543210',
    'mb-1234567890',
    'sn-12345',
    'sn-1234567890',
    'sn-123456fvgv3i0b8o5n6n7k',
    'systemserialnumb',
    'serial number xxxxxx',
    'oem_serial',
    '0123456789',
    '123456789000',
    '12345678901234567',
    'tulip computers',
    'nnnnnnn',
  ]),
  ...from(FOG, ['not applicable', 'default string', '.pcie2']),
  ...from(`${ELKEID}, of product names`, ['unknown', 'oem not specify', 't.b.d']),
  ...from('DMTF DSP0134, and what dmidecode says of it', ['not present', 'not settable', 'not available']),
];

/** The same as patterns over the text in lower case, whole. */
export const PLACEHOLDER_SERIAL_PATTERNS: readonly Published[] = [
  { value: '(.)\\1{2,}', from: `one character again and again: ${GLPI} has it of 0 and 1, and lists rows of x` },
  { value: '[01]+', from: `nothing but 0 and 1: ${GLPI}` },
  { value: '12345(?:6(?:7(?:8(?:90?)?)?)?)?', from: `digits counted up: ${GLPI}` },
  { value: 'to be filled by o\\.?e\\.?m\\.?', from: GLPI },
  {
    value: '(?:type ?[0-9]+ ?- ?)?(?:(?:system|chassis|base ?board|board|product) ?)?serial ?(?:number|no\\.?)',
    from: `the field's own name: ${GLPI} and ${FOG} list three`,
  },
  { value: '[ .,:;_*?/-]*', from: `nothing but marks: ${ELKEID} lists one` },
];

function from(source: string, values: readonly string[]): Published[] {
  return values.map((value) => ({ value, from: source }));
}

const whole = (patterns: readonly Published[]): RegExp[] => patterns.map(({ value }) => new RegExp(`^(?:${value})$`));
const UUIDS: ReadonlySet<string> = new Set(SHARED_UUIDS.map(({ value }) => value));
const UUID_PATTERNS = whole(SHARED_UUID_PATTERNS);
const SERIALS: ReadonlySet<string> = new Set(PLACEHOLDER_SERIALS.map(({ value }) => value));
const SERIAL_PATTERNS = whole(PLACEHOLDER_SERIAL_PATTERNS);

const bytesTurned = (group: string): string => group.match(/../g)?.reverse().join('') ?? '';

/**
 * A UUID with its first three groups in the other byte order: before SMBIOS 2.6 the byte order was not specified, and
 * tools differ to this day.
 */
export const turned = (uuid: string): string =>
  uuid
    .split('-')
    .map((group, index) => (index < 3 ? bytesTurned(group) : group))
    .join('-');

const isListed = (uuid: string): boolean => {
  const digits = uuid.replaceAll('-', '');
  return UUIDS.has(uuid) || UUID_PATTERNS.some((pattern) => pattern.test(digits));
};

/** Whether a lower-case UUID is one that several PCs have, so that it names none of them. */
export const isSharedId = (uuid: string): boolean => isListed(uuid) || isListed(turned(uuid));

/** Whether a text is a placeholder for a serial number. */
export function isPlaceholderSerial(serial: string): boolean {
  const text = serial.trim().replace(/\s+/g, ' ').toLowerCase();
  return SERIALS.has(text) || SERIAL_PATTERNS.some((pattern) => pattern.test(text));
}
