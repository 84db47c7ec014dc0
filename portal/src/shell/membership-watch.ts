// Keeps the tenant's live connection open on every page, so that word of a changed role comes at once wherever a person is. It shows nothing.
import { LitElement, nothing } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import { Live } from '../api/live.ts';

@customElement('membership-watch')
export class MembershipWatch extends LitElement {
  @property() tenant = '';

  constructor() {
    super();
    // Changes in the fleet are for the page that shows them.
    new Live(this, () => this.tenant, { changed() {}, resync() {} });
  }

  override render() {
    return nothing;
  }
}

declare global {
  interface HTMLElementTagNameMap {
    'membership-watch': MembershipWatch;
  }
}
