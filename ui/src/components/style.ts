/** The look shared by all components, in OpenBridge's colours; one place for panels, buttons, numbers. */
import { css } from "lit";

export const base = css`
  :host {
    box-sizing: border-box;
    display: block;
    --gap: 0.5rem;
    --fresh: var(--instrument-regular-primary-color);
    --quiet: var(--element-neutral-color);
    --faint: var(--element-inactive-color);
    --accent: var(--instrument-enhanced-secondary-color);
    --late: var(--alert-caution-color);
    --stale: var(--alert-alarm-color);
  }
  *,
  *::before,
  *::after {
    box-sizing: border-box;
  }
  [hidden] {
    display: none !important;
  }
  :focus-visible {
    outline: 2px solid var(--border-focus-color);
    outline-offset: 1px;
  }
`;

export const panel = css`
  .panel {
    background: var(--container-background-color);
    border: 1px solid var(--border-outline-color);
    border-radius: 0.375rem;
    padding: 0.625rem 0.75rem;
    min-width: 0;
    min-height: 0;
  }
  h2 {
    margin: 0;
    font-size: max(0.75rem, 10.5px);
    font-weight: 600;
    letter-spacing: 0.06em;
    text-transform: uppercase;
    color: var(--quiet);
    white-space: nowrap;
  }
  .number {
    font-variant-numeric: tabular-nums;
    font-feature-settings: "tnum";
  }
  .label {
    font-size: max(0.75rem, 10.5px);
    color: var(--quiet);
  }
  .why {
    font-size: max(0.75rem, 10.5px);
    line-height: 1.3;
    color: var(--quiet);
  }
`;

export const buttons = css`
  button {
    font: inherit;
    font-size: max(0.875rem, 11px);
    font-weight: 600;
    min-height: max(2.75rem, 32px);
    min-width: max(2.75rem, 32px);
    padding: 0 0.875rem;
    border-radius: 0.375rem;
    border: 1px solid var(--normal-enabled-border-color, var(--border-outline-color));
    background: var(--normal-enabled-background-color);
    color: var(--on-normal-active-color);
    cursor: pointer;
    white-space: nowrap;
    touch-action: manipulation;
  }
  button:hover:not(:disabled) {
    background: var(--normal-hover-background-color);
  }
  button:active:not(:disabled) {
    background: var(--normal-pressed-background-color);
  }
  button.go {
    background: var(--raised-enabled-background-color);
    border-color: transparent;
    color: var(--on-raised-active-color);
  }
  button.go:hover:not(:disabled) {
    background: var(--raised-hover-background-color);
  }
  button.on {
    background: var(--selected-enabled-background-color);
    border-color: transparent;
    color: var(--on-selected-active-color);
  }
  button.on:hover:not(:disabled) {
    background: var(--selected-enabled-background-color); /* the hover colour of dusk is too light for its own text */
  }
  button:disabled {
    cursor: not-allowed;
    background: transparent;
    border-color: var(--border-outline-color);
    color: var(--element-disabled-color);
  }
  input {
    font: inherit;
    font-variant-numeric: tabular-nums;
    min-height: max(2.75rem, 32px);
    border-radius: 0.375rem;
    border: 1px solid var(--border-divider-color);
    background: var(--container-section-color);
    color: var(--element-active-color);
    padding: 0 0.625rem;
    min-width: 0;
  }
  input:disabled {
    color: var(--element-disabled-color);
    border-color: var(--border-outline-color);
  }
`;

/** Colours of value freshness: amber over 2 cycles, red over 5, dashes where invalid. */
/** A line over every view of a ship that wants somebody, with the way to her; whose line it is says its colours. */
export const overView = css`
  .line {
    display: flex;
    align-items: center;
    gap: 0.75rem;
    padding: 0.25rem 1rem;
    font-weight: 600;
    font-size: max(0.9375rem, 11px);
  }
  .said {
    flex: 1;
    min-width: 0;
  }
  .line button {
    min-height: max(2.25rem, 28px);
  }
`;

export const looks = css`
  .late {
    color: var(--alert-warning-text-color);
  }
  .stale,
  .invalid {
    color: var(--stale-text, var(--base-red-500));
  }
  .absent {
    color: var(--faint);
  }
`;

export const STEP_COLOURS: Record<string, string> = {
  L0: "var(--alert-running-color)", L1: "var(--alert-caution-color)", L2: "var(--alert-warning-color)",
  L3: "var(--alert-alarm-color)", L4: "var(--alert-alarm-color)", L5: "var(--alert-alarm-color)",
  L6: "var(--alert-alarm-color)",
};

export const ON_STEP_COLOURS: Record<string, string> = {
  L0: "var(--on-running-active-color)", L1: "var(--on-caution-active-color)", L2: "var(--on-warning-active-color)",
  L3: "var(--on-alarm-active-color)", L4: "var(--on-alarm-active-color)", L5: "var(--on-alarm-active-color)",
  L6: "var(--on-alarm-active-color)",
};
