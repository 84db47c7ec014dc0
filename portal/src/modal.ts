// A dialog that is modal from its first render on, and gives the focus back when its element goes.
import type { LitElement, ReactiveController } from 'lit';

/** The element that has the focus, through shadow roots: not the host that hides it. */
function focused(): HTMLElement | null {
  let element = document.activeElement;
  while (element?.shadowRoot?.activeElement) element = element.shadowRoot.activeElement;
  return element instanceof HTMLElement ? element : null;
}

const open = new Set<Modal>();

export const isModalOpen = (): boolean => open.size > 0;

/** For an element whose render is one `<dialog>`: `constructor() { super(); new Modal(this); }`. */
export class Modal implements ReactiveController {
  readonly #host: LitElement;
  #opener: HTMLElement | null = null;

  constructor(host: LitElement) {
    this.#host = host;
    host.addController(this);
  }

  hostUpdated(): void {
    if (this.#host.hasUpdated) return;
    this.#opener = focused();
    this.#host.renderRoot.querySelector('dialog')?.showModal();
    open.add(this);
  }

  hostDisconnected(): void {
    open.delete(this);
    const opener = this.#opener;
    queueMicrotask(() => opener?.isConnected && opener.focus());
  }
}
