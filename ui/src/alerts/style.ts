/** The look that strip and list have in common: colours by priority, the sign that flashes until acknowledged. */
import { AlertType } from "@oicl/openbridge-webcomponents/dist/types.js";
import { css } from "lit";
import type { Priority } from "./order";

export const ICON: Record<Priority, AlertType> = {
  "emergency alarm": AlertType.Alarm, alarm: AlertType.Alarm, warning: AlertType.Warning, caution: AlertType.Caution,
};

export const tones = css`
  .alarm, .emergency { background: var(--alert-alarm-container-background-color); border-color: var(--alert-alarm-container-border-color); }
  .warning { background: var(--alert-warning-container-background-color); border-color: var(--alert-warning-container-border-color); }
  .caution { background: var(--alert-caution-container-background-color); border-color: var(--alert-caution-container-border-color); }
  .emergency { border-left-width: 0.5rem !important; }
  obc-alert-icon { display: block; width: 2rem; height: 2rem; --obc-font-size: 2rem; }
  @media (prefers-reduced-motion: no-preference) {
    .open obc-alert-icon { animation: flash 1s steps(2, jump-none) infinite; } /* IEC 62923: flashing until acknowledged */
    @keyframes flash { from { opacity: 1; } to { opacity: 0.25; } }
  }
`;
