// How a row of the fleet looks: a line of columns where there is room, two lines and a foot for a thumb.
import { css } from 'lit';

/** A column that is not shown has no track: its width is blank. */
export const rowStyles = css`
  .table {
    --machine: minmax(96px, 1.16fr);
    --client: minmax(84px, 1.8fr);
    --model: ;
    --serial: 106px;
    --status: 118px;
    --phase: 172px;
    --when: 94px;
    --secrets: 56px;
    --attention: minmax(132px, 1.5fr);
    /* Put together once, and not by each row. */
    --columns: calc(var(--edge) + 26px) var(--machine) var(--client) var(--model) var(--serial) var(--status)
      var(--phase) var(--when) var(--secrets) var(--attention);
  }
  .line {
    display: grid;
    grid-template-columns: var(--columns);
    align-items: center;
    padding-right: var(--edge);
    font-size: 13px;
    line-height: 18px;
  }
  .line > * {
    min-width: 0;
    padding: 0 8px;
    overflow: hidden;
    text-overflow: ellipsis;
    white-space: nowrap;
  }
  .line > .pick {
    display: grid;
    padding: 0 0 0 calc(var(--edge) - 2px);
  }
  .pick input[type="checkbox"] {
    margin: 1px 2px;
    justify-self: start;
  }
  .body .line {
    position: absolute;
    inset: 0 0 auto;
    height: var(--row-height);
    border-bottom: 1px solid var(--line);
    contain: strict;
  }
  .body .line:hover {
    background: var(--hover);
  }
  .body .line.selected {
    background: var(--selected);
  }
  .body .line.cursor {
    box-shadow: inset 3px 0 0 var(--accent);
  }
  /* Room for the focus ring within what is cut off. */
  .line > .machine {
    padding-block: 4px;
  }
  .name {
    font-weight: 600;
    color: var(--text);
    text-decoration: none;
    outline-offset: 1px;
  }
  .name:hover {
    text-decoration: underline;
  }
  .body :is(.client, .serial, .model) {
    color: var(--text-2);
  }
  .serial {
    overflow-wrap: normal;
  }
  .line > .model {
    display: none;
  }
  .status,
  .why {
    display: flex;
    align-items: center;
    gap: 7px;
  }
  .status span,
  .why span {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .line .i {
    width: 14px;
    height: 14px;
  }
  .status.accent .i {
    color: var(--accent);
  }
  .status.good .i {
    color: var(--good);
  }
  .status.bad .i {
    color: var(--bad);
  }
  .status.warn .i {
    color: var(--warn);
  }
  .phase {
    display: flex;
    align-items: center;
    gap: 8px;
    color: var(--text-3);
  }
  .where {
    overflow: hidden;
    text-overflow: ellipsis;
  }
  .when {
    color: var(--text-3);
  }
  .secrets {
    display: flex;
    align-items: center;
    gap: 4px;
    font-variant-numeric: tabular-nums;
    color: var(--text-2);
  }
  .body .unit {
    display: none;
  }
  .why {
    color: var(--warn);
  }
  .why.bad {
    color: var(--bad);
  }
  .attention strong {
    font-size: 14px;
  }
  mark {
    background: light-dark(#ffe7a3, #5a4510);
    color: var(--text);
    border-radius: 2px;
  }
  @media (forced-colors: active) {
    .body .line:is(.cursor, .selected) {
      outline: 1px solid Highlight;
      outline-offset: -1px;
    }
  }
  @media (min-width: 1500px) {
    .table {
      --machine: minmax(120px, 1.1fr);
      --client: minmax(120px, 1.7fr);
      --model: minmax(120px, 1.4fr);
      --serial: 144px;
      --status: 150px;
      --phase: 230px;
      --when: 130px;
      --secrets: 92px;
      --attention: minmax(180px, 1.6fr);
    }
    .line > .model {
      display: block;
    }
  }
  @media (min-width: 1240px) and (max-width: 1499px) {
    .with-model {
      --model: minmax(84px, 1.2fr);
    }
    .with-model .line > .model {
      display: block;
    }
  }
  @media (max-width: 1239px) {
    .table {
      --machine: minmax(96px, 1.2fr);
      --client: minmax(84px, 1.4fr);
      --phase: 104px;
      --secrets: ;
      --attention: minmax(120px, 1.3fr);
    }
    .line > .secrets,
    .body .where {
      display: none;
    }
  }
  @media (max-width: 1099px) {
    .table {
      --machine: minmax(96px, 1fr);
      --client: minmax(84px, 1.5fr);
      --serial: ;
      --status: 116px;
      --when: ;
      --attention: minmax(130px, 1.3fr);
    }
    .line > :is(.serial, .when) {
      display: none;
    }
  }
  @media (min-width: 720px) {
    .no-client {
      --client: ;
    }
    .no-model {
      --model: ;
    }
    .no-serial {
      --serial: ;
    }
    .no-phase {
      --phase: ;
    }
    .no-when {
      --when: ;
    }
    .no-secrets {
      --secrets: ;
    }
    .no-attention {
      --attention: ;
    }
    .no-client .line > .client,
    .no-model .line > .model,
    .no-serial .line > .serial,
    .no-phase .line > .phase,
    .no-when .line > .when,
    .no-secrets .line > .secrets,
    .no-attention .line > .attention {
      display: none;
    }
  }
  @media (max-width: 719px) {
    .body .line {
      grid-template:
        "machine status" 22px
        "about about" 20px
        "phase attention" 24px / minmax(0, 1fr) auto;
      align-content: center;
      padding: 0 var(--edge);
    }
    .body .line > * {
      padding: 0;
    }
    .body .line > :is(.pick, .model) {
      display: none;
    }
    .machine {
      grid-area: machine;
    }
    .name {
      font-size: 15px;
    }
    .status {
      grid-area: status;
      justify-self: end;
    }
    .client {
      grid-area: about;
    }
    .body .line > .serial {
      display: block;
      grid-area: about;
      justify-self: end;
      max-width: 45%;
    }
    .body .line > .client {
      max-width: 53%;
    }
    .phase {
      grid-area: phase;
    }
    .body .where {
      display: block;
    }
    .attention {
      grid-area: attention;
      justify-self: end;
      max-width: 46vw;
    }
    /* The whole card is the link: it is for a thumb. */
    .name::after {
      content: "";
      position: absolute;
      inset: 0;
    }
  }
`;

/** The table around them: a head that sticks, and a body as high as all rows. */
export const tableStyles = css`
  :host {
    display: block;
    --row-height: var(--row);
  }
  .head {
    position: sticky;
    top: var(--bar-height);
    z-index: 1;
    background: var(--canvas);
    border-block: 1px solid var(--line);
    color: var(--text-3);
  }
  .head .line {
    height: 32px;
    font-size: 12px;
    line-height: 16px;
    font-weight: 500;
  }
  .head button {
    min-height: 24px;
    padding: 0 4px;
    margin-left: -4px;
    gap: 3px;
    border: 0;
    background: none;
    font: inherit;
    color: inherit;
  }
  .head [aria-sort]:not([aria-sort="none"]) button {
    color: var(--text);
    font-weight: 550;
  }
  .body {
    position: relative;
  }
  .body .ruler {
    visibility: hidden;
    pointer-events: none;
  }
  @media (max-width: 719px) {
    :host {
      --row-height: 86px;
    }
    .head {
      position: absolute;
      width: 1px;
      height: 1px;
      overflow: hidden;
      clip-path: inset(50%);
    }
  }
`;
