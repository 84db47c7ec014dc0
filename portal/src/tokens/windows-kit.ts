// What a Windows PC needs beside the configuration file: the PowerShell module, and the three lines that escrow its first secret.
import { css, html, LitElement, nothing } from 'lit';
import { customElement, property, state } from 'lit/decorators.js';
import { shared } from '../ui/shared-styles.ts';

/** The build puts it beside the portal (portal/build/powershell-kit.ts). */
const FILE = '/totlprovision-powershell.zip';

/** A name for Windows PowerShell, in quotes that nothing in it ends. */
const quoted = (name: string): string => `'.\\${name.replaceAll("'", "''")}'`;

/** For a PowerShell that is run as administrator, in the folder with the unpacked module and the configuration. */
export const linesFor = (configuration: string): string[] => [
  'Import-Module .\\TotlProvision',
  `Connect-Totl ${quoted(configuration)} -Phases local_admin | Out-Null`,
  'Invoke-TotlPhase local_admin { Protect-TotlLocalAdmin LocalAdmin -Create | Out-Null }; Disconnect-Totl | Format-List',
];

@customElement('windows-kit')
export class WindowsKit extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: block;
        margin-top: 1.25rem;
      }
      pre {
        margin: 0.5rem 0;
        padding: 0.6rem 0.8rem;
        background: var(--sunken);
        border-radius: var(--radius-small);
        white-space: pre-wrap;
        overflow-wrap: anywhere;
        user-select: all;
      }
    `,
  ];
  /** The configuration file's name. */
  @property() configuration = '';
  @state() private words = 'Copy the lines';

  #copy = async (): Promise<void> => {
    this.words = await navigator.clipboard.writeText(`${linesFor(this.configuration).join('\r\n')}\r\n`).then(
      () => 'Copied',
      () => 'Not allowed: select them',
    );
  };

  override render() {
    return html`<h3>For a Windows PC</h3>
      <p>
        <a href=${FILE} download>Download the PowerShell module</a> (<a href="${FILE}.sha256" download>its SHA-256</a>) and unpack it beside the
        configuration. In a PowerShell that is run as administrator, in that folder, these lines make a local administrator whose password is in escrow
        before it is set:
      </p>
      <pre class="mono" data-testid="lines">${linesFor(this.configuration).join('\n')}</pre>
      <div class="row">
        <button @click=${this.#copy}>${this.words}</button>
        <span class="visually-hidden" role="status">${this.words === 'Copy the lines' ? nothing : this.words}</span>
      </div>
      <p class="quiet">
        For BitLocker’s recovery key as well, name the phase (<code>-Phases local_admin, bitlocker</code>), and put
        <code>Invoke-TotlPhase bitlocker { Protect-TotlBitLocker C: }</code> before <code>Disconnect-Totl</code>.
      </p>`;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'windows-kit': WindowsKit;
  }
}
