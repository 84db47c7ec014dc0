// The fleet in numbers. They come counted: nothing here adds up rows.
import { css, html, LitElement } from 'lit';
import { customElement, property } from 'lit/decorators.js';
import type { Overview } from '../../../schema/machine.ts';
import { shared } from '../styles/shared.ts';

@customElement('fleet-tiles')
export class FleetTiles extends LitElement {
  static override styles = [
    shared,
    css`
      :host {
        display: grid;
        grid-template-columns: repeat(auto-fit, minmax(8.5rem, 1fr));
        gap: 0.75rem;
        margin: 1.25rem 0;
      }
      .card {
        padding: 0.8rem 1rem;
      }
      strong {
        display: block;
        font-size: 1.6rem;
        line-height: 1.2;
        font-variant-numeric: tabular-nums;
      }
    `,
  ];
  @property({ attribute: false }) overview!: Overview;

  override render() {
    const { machines, runs, attention, toRotate, secrets } = this.overview;
    const tiles: [string, number | undefined][] = [
      ['Machines', machines],
      ['Provisioning', runs.running],
      ['Succeeded', runs.succeeded],
      ['Failed', runs.failed],
      ['Need attention', attention],
      ['To be rotated', toRotate],
      ['Secrets held', secrets],
    ];
    return tiles.map(
      ([words, count]) =>
        html`<div class="card"><strong>${count ?? 0}</strong><span class="quiet">${words}</span></div>`,
    );
  }
}
