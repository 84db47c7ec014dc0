// The exit bundle: everything a tenant holds in one file. Its first line is the keyring as the server has it and a body key sealed under
// the reveal vault key; every further line is a part of the body, sealed; the last says how many there are. Anybody who
// can unlock the keyring can open the file, with no server (docs/protocol.md).
import type { Keyring } from '../../schema/keyring.ts';
import type { SecretVersion } from '../../schema/secret.ts';
import type { BundleHead, BundlePart, VaultFault } from './contract.ts';
import { fault, isFault } from './fault.ts';
import { type Context, openBytes, sealBytes } from './sealed-bytes.ts';
import { type TrustedKeyring, untrusted } from './trust.ts';

const FORMAT = 'totlprovision-bundle/v1';
const BODY_KEY_BYTES = 32;

/** All that the head says is authenticated: an old bundle must not pass for a new one. The keyring in it stands on its own signature. */
const keyContext = ({ tenant, id, vaultEpoch, name, madeAt }: Omit<BundleHead, 'bodyKey' | 'keyring'>): Context => [
  'totlprovision/bundle-key/v1',
  tenant,
  id,
  vaultEpoch,
  name,
  madeAt,
];

const contextOf = (what: 'part' | 'end', tenant: string, id: string, number: number): Context => [
  `totlprovision/bundle-${what}/v1`,
  tenant,
  id,
  number,
];

const utf8 = (value: unknown): Uint8Array => new TextEncoder().encode(JSON.stringify(value));

/** A bundle that is being written: its head line, then each part's line in order, then the end. */
export class BundleWriter {
  readonly #key = crypto.getRandomValues(new Uint8Array(BODY_KEY_BYTES));
  readonly #id = crypto.randomUUID();
  readonly #tenant: string;
  readonly #kids: ReadonlySet<string>;
  #parts = 0;
  readonly head: string;

  private constructor(tenant: string, name: string, keyring: Keyring, vault: TrustedKeyring['vaults'][number]) {
    this.#tenant = tenant;
    this.#kids = new Set(keyring.escrowKeys.map((key) => key.kid));
    const said = { format: FORMAT, id: this.#id, tenant, name, madeAt: Date.now(), vaultEpoch: vault.vaultEpoch };
    const head: BundleHead = { ...said, bodyKey: sealBytes(vault.key, keyContext(said), this.#key), keyring };
    this.head = `${JSON.stringify(head)}\n`;
  }

  /** Needs an opened unlocker: its reveal vault key seals the body's. */
  static begin({ manifest, vaults }: TrustedKeyring, keyring: Keyring, name: string): BundleWriter | VaultFault {
    const vault = vaults.filter((one) => one.purpose === 'reveal').at(-1);
    return vault
      ? new BundleWriter(manifest.tenant, name, keyring, vault)
      : fault('no_rights', 'This needs a way to unlock.');
  }

  part(content: BundlePart): string | VaultFault {
    if (content.kind === 'secrets' && !content.secrets.every(({ version }) => this.#opens(version)))
      return fault('keyring_changed', 'The keyring was changed during the export. Begin again.');
    const sealed = sealBytes(this.#key, contextOf('part', this.#tenant, this.#id, this.#parts), utf8(content));
    this.#parts += 1;
    return `${JSON.stringify({ sealed })}\n`;
  }

  /** A version that was marked as opened by nothing goes along as it is. */
  #opens({ kid, unopenable }: Pick<SecretVersion, 'kid' | 'unopenable'>): boolean {
    return unopenable || this.#kids.has(kid);
  }

  /** A file that was cut off lacks this line, or has another count. */
  end(): string {
    const parts = this.#parts;
    const end = sealBytes(this.#key, contextOf('end', this.#tenant, this.#id, parts), utf8({ parts }));
    return `${JSON.stringify({ parts, end })}\n`;
  }
}

const notABundle = () => fault('cannot_open', 'This file is not a bundle, or was cut off.');

/** Reads the first line; nothing in it is trusted yet. */
export function readBundleHead(text: string): BundleHead | VaultFault {
  try {
    const head = JSON.parse(text.slice(0, text.indexOf('\n'))) as BundleHead;
    return head.format === FORMAT ? head : notABundle();
  } catch {
    return notABundle();
  }
}

/** Opens every part with an unlocked keyring; refuses a file in which one is missing, moved or changed. */
export function openBundle(text: string, { manifest, vaults }: TrustedKeyring): BundlePart[] | VaultFault {
  const head = readBundleHead(text);
  if (isFault(head)) return head;
  const { tenant, id, vaultEpoch } = head;
  if (tenant !== manifest.tenant) return untrusted('The bundle is another tenant’s.');
  const vault = vaults.find((one) => one.purpose === 'reveal' && one.vaultEpoch === vaultEpoch);
  const key = vault && openBytes(vault.key, keyContext(head), head.bodyKey);
  if (!key) return fault('cannot_open', 'The bundle’s body is sealed to another key than this keyring’s.');
  const lines = text.trimEnd().split('\n').slice(1);
  const parts: BundlePart[] = [];
  for (const [number, line] of lines.entries()) {
    const { sealed, end, parts: told } = parseLine(line);
    const last = number === lines.length - 1;
    const context = contextOf(last ? 'end' : 'part', tenant, id, number);
    const bytes = openBytes(key, context, (last ? end : sealed) ?? '');
    if (!bytes || (last && told !== number))
      return fault('cannot_open', `Line ${number + 2} of the bundle is missing, moved or damaged.`);
    if (!last) parts.push(JSON.parse(new TextDecoder().decode(bytes)) as BundlePart);
  }
  return lines.length > 0 ? parts : notABundle();
}

function parseLine(line: string): { sealed?: string; end?: string; parts?: number } {
  try {
    return JSON.parse(line) ?? {};
  } catch {
    return {};
  }
}
