// Which rows of a long list are near the screen. Rows have one height and scroll with the page; only those near it are in the document.
import type { ReactiveController, ReactiveControllerHost } from 'lit';
import { noChange } from 'lit';
import { Directive, directive, type ElementPart } from 'lit/directive.js';

/** Rows kept ready on either side, so that a fast wheel does not meet a gap. */
const SPARE_ROWS = 8;
/** The window moves by this many rows at a time: a render for each pixel would be wasted. */
const STEP = 4;

type List = {
  length(): number;
  body(): HTMLElement | null /** An unseen row, to measure. */;
  ruler(): HTMLElement | null;
};

export class Windowing implements ReactiveController {
  readonly #host: ReactiveControllerHost;
  readonly #list: List;
  readonly #observer = new ResizeObserver(() => this.#measure());
  first = 0;
  /** The first one after the window. */
  end = SPARE_ROWS;
  rowHeight = 0;
  #length = -1;
  /** As many elements as a window has rows at most. */
  #slots = SPARE_ROWS;
  #shift = 0;

  constructor(host: ReactiveControllerHost, list: List) {
    this.#host = host;
    this.#list = list;
    host.addController(this);
  }

  hostConnected(): void {
    window.addEventListener('scroll', this.#measure, { passive: true });
    window.addEventListener('resize', this.#measure);
    // The content above the list may grow and move the place where the list begins.
    this.#observer.observe(document.body);
  }

  hostDisconnected(): void {
    window.removeEventListener('scroll', this.#measure);
    window.removeEventListener('resize', this.#measure);
    this.#observer.disconnect();
  }

  hostUpdated(): void {
    const ruler = this.#list.ruler();
    if (ruler && this.#length < 0) this.#observer.observe(ruler);
    if (this.#length !== this.#list.length()) this.#measure();
  }

  /**
   * Which of the elements a row is drawn in. A row that comes takes the element of one that has gone: to write other words costs a fraction of
   * making and laying out anew.
   */
  slot(index: number): number {
    return (((index + this.#shift) % this.#slots) + this.#slots) % this.#slots;
  }

  /** Scrolls no further than is needed to show a whole row on the screen, below `headHeight`. */
  bringIntoView(index: number, headHeight: number): void {
    const body = this.#list.body();
    if (!body) return;
    const top = body.getBoundingClientRect().top + index * this.rowHeight;
    const below = top + this.rowHeight - window.innerHeight;
    if (top < headHeight) window.scrollBy({ top: top - headHeight, behavior: 'instant' });
    else if (below > 0) window.scrollBy({ top: below, behavior: 'instant' });
    this.#measure();
  }

  #measure = (): void => {
    const [body, ruler] = [this.#list.body(), this.#list.ruler()];
    if (!body || !ruler) return;
    const length = this.#list.length();
    const rowHeight = ruler.offsetHeight;
    if (rowHeight === 0) return;
    if (length !== this.#length || rowHeight !== this.rowHeight) body.style.height = `${length * rowHeight}px`;
    const { top } = body.getBoundingClientRect();
    const within = (row: number) => Math.max(0, Math.min(length, row));
    const first = within(Math.floor((-top / rowHeight - SPARE_ROWS) / STEP) * STEP);
    const end = within(Math.ceil(((window.innerHeight - top) / rowHeight + SPARE_ROWS) / STEP) * STEP);
    const moved = first !== this.first || end !== this.end || rowHeight !== this.rowHeight;
    this.#slots = Math.ceil((window.innerHeight / rowHeight + 2 * SPARE_ROWS) / STEP + 1) * STEP;
    // Nothing stays: the elements keep their order in the document too.
    if (first >= this.end || end <= this.first) this.#shift = this.slot(this.first) - first;
    [this.first, this.end, this.rowHeight, this.#length] = [first, end, rowHeight, length];
    if (moved) this.#host.requestUpdate();
  };
}

class Placed extends Directive {
  #top = Number.NaN;

  render(_top: number): typeof noChange {
    return noChange;
  }

  /** By CSSOM: the CSP allows no style attribute. */
  override update(part: ElementPart, [top]: [number]): typeof noChange {
    if (top !== this.#top) (part.element as HTMLElement).style.transform = `translateY(${top}px)`;
    this.#top = top;
    return noChange;
  }
}

/** Puts an element this many pixels below the top of its list. */
export const placed = directive(Placed);
