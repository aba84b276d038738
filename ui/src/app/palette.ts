/** The four palettes of OpenBridge, one switch for the whole page. */
export const PALETTES = ["bright", "day", "dusk", "night"] as const;
export type Palette = (typeof PALETTES)[number];

const STORED = "farhelm-palette";
export const PALETTE_CHANGED = "farhelm-palette-changed";

export function currentPalette(): Palette {
  const set = document.documentElement.dataset["obcTheme"];
  return PALETTES.find((palette) => palette === set) ?? "dusk";
}

export function setPalette(palette: Palette): void {
  localStorage.setItem(STORED, palette);
  wearPalette(palette);
}

/** Show a palette without choosing it for this browser: a replay wears that of then. */
export function wearPalette(palette: string): void {
  document.documentElement.dataset["obcTheme"] = PALETTES.find((known) => known === palette) ?? "dusk";
  window.dispatchEvent(new Event(PALETTE_CHANGED));
}

/** Take up the palette that was last chosen in this browser. */
export function restorePalette(): void {
  const stored = localStorage.getItem(STORED);
  wearPalette(stored ?? "dusk");
}

/** Return the colour that a CSS variable has in the palette in force. */
export function colour(variable: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(variable).trim() || "#888";
}
