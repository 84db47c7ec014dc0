// A dialog that is modal from its first render on, and gives the focus back when its element goes.
import type { LitElement, ReactiveController } from 'lit';
import { type FocusPath, focusPath, giveFocusBack } from './focus.ts';

const open = new Set<Modal>();

export const isModalOpen = (): boolean => open.size > 0;

/** For an element whose render is one `<dialog>`: `constructor() { super(); new Modal(this); }`. */
export class Modal implements ReactiveController {
  readonly #host: LitElement;
  #opener: FocusPath = [];

  constructor(host: LitElement) {
    this.#host = host;
    host.addController(this);
  }

  hostUpdated(): void {
    if (this.#host.hasUpdated) return;
    this.#opener = focusPath();
    this.#host.renderRoot.querySelector('dialog')?.showModal();
    open.add(this);
  }

  hostDisconnected(): void {
    open.delete(this);
    const opener = this.#opener;
    queueMicrotask(() => giveFocusBack(opener));
  }
}
