/** Makes the sounds of `sounds.ts` by WebAudio. A browser lets no page sound before somebody has touched it: that is said. */
import type { AlertJson } from "../protocols.gen";
import { due, NOTHING_HEARD, pattern, type Heard, type Pattern } from "./sounds";

const GAIN = 0.4; // of full scale; the loudspeaker's own knob does the rest
const EDGE_S = 0.01; // without it each beep begins and ends with a click

export class Sounder {
  private context: AudioContext | null = null;
  private heard: Heard = NOTHING_HEARD;
  /** Patterns begun since the page was opened, by priority: what a test or a duty technician looks at. */
  readonly played: Record<string, number> = {};

  constructor() {
    for (const act of ["pointerdown", "keydown"] as const) window.addEventListener(act, this.wake, { capture: true, passive: true });
  }

  /** False while the browser keeps the page silent: nobody has touched it yet. */
  get isAwake(): boolean {
    return this.context?.state === "running";
  }

  /** Take the alerts of this moment and sound what is due. */
  look(alerts: readonly AlertJson[], nowMs: number): void {
    const { priority, heard } = due(alerts, this.heard, nowMs);
    this.heard = heard;
    if (priority === null) return;
    const sound = pattern(priority);
    if (sound === null) return;
    this.played[priority] = (this.played[priority] ?? 0) + 1;
    document.documentElement.dataset["sound"] = `${priority} ${this.played[priority]}`;
    this.play(sound);
  }

  private readonly wake = (): void => {
    this.context ??= new AudioContext();
    if (this.context.state !== "running") void this.context.resume();
  };

  private play(sound: Pattern): void {
    const { context } = this;
    if (context === null || context.state !== "running") return;
    const start = context.currentTime + EDGE_S;
    for (const beep of sound.beeps) {
      const tone = context.createOscillator();
      const level = context.createGain();
      const from = start + beep.atS;
      tone.frequency.value = beep.pitchHz;
      level.gain.setValueAtTime(0, from);
      level.gain.linearRampToValueAtTime(GAIN, from + EDGE_S);
      level.gain.setValueAtTime(GAIN, from + beep.lengthS - EDGE_S);
      level.gain.linearRampToValueAtTime(0, from + beep.lengthS);
      tone.connect(level).connect(context.destination);
      tone.start(from);
      tone.stop(from + beep.lengthS);
    }
  }
}
