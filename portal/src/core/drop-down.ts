// What opens beneath (or above) a button and closes by itself: by Escape, by a press or a focus elsewhere. The arrows go through what is in it.
import type { LitElement, ReactiveController } from 'lit';

type Parts = {
  button: () => HTMLElement | null;
  /** What the arrows go through, in their order. */
  items: () => HTMLElement[];
};

const isTyping = (element: Element | null): boolean =>
  element instanceof HTMLInputElement && element.type !== 'checkbox';

export class DropDown implements ReactiveController {
  readonly #host: LitElement;
  readonly #parts: Parts;
  open = false;

  constructor(host: LitElement, parts: Parts) {
    this.#host = host;
    this.#parts = parts;
    host.addController(this);
    host.addEventListener('keydown', this.#pressed);
    host.addEventListener('focusout', ({ relatedTarget }) => {
      // If the focus goes to another part of this element it stays open; otherwise it has been left.
      if (relatedTarget instanceof Node && relatedTarget !== host && !host.contains(relatedTarget)) this.close();
    });
  }

  hostConnected(): void {
    document.addEventListener('pointerdown', this.#elsewhere);
  }

  hostDisconnected(): void {
    document.removeEventListener('pointerdown', this.#elsewhere);
    this.open = false;
  }

  toggle = async (): Promise<void> => {
    if (this.open) return this.close();
    this.open = true;
    this.#host.requestUpdate();
    await this.#host.updateComplete;
    this.#parts.items()[0]?.focus();
  };

  close = (): void => {
    if (!this.open) return;
    this.open = false;
    this.#host.requestUpdate();
  };

  #elsewhere = (event: Event): void => {
    if (!event.composedPath().includes(this.#host)) this.close();
  };

  #pressed = (event: KeyboardEvent): void => {
    if (!this.open) return;
    const items = this.#parts.items();
    const focused = this.#host.shadowRoot?.activeElement ?? null;
    const at = items.indexOf(focused as HTMLElement);
    const to: Record<string, number> = {
      ArrowDown: (at + 1) % items.length,
      ArrowUp: (at - 1 + items.length) % items.length,
      ...(isTyping(focused) ? {} : { Home: 0, End: items.length - 1 }),
    };
    if (event.key === 'Escape') {
      this.close();
      this.#parts.button()?.focus();
    } else if (event.key === 'Enter' && isTyping(focused)) items[at + 1]?.click();
    else if (to[event.key] !== undefined) items[to[event.key] ?? 0]?.focus();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
}
