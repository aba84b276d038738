/** Chart symbols drawn here, in the palette in force: AIS target (acute triangle) and own ship (IEC 62288). */
import type { Map as Chart } from "maplibre-gl";
import { chartColours } from "./style";

/** A ship whose heading is not known is a circle (IEC 62288): nothing of her is drawn that would point somewhere. */
const CIRCLE = Array.from({ length: 24 }, (_, i): [number, number] => {
  const turn = (i * Math.PI) / 12;
  return [24 + 15 * Math.sin(turn), 24 - 15 * Math.cos(turn)];
});
const SIZE = 48; // device pixels at ratio 2: 24 px on screen

/** Put the symbols into `chart`, replacing those of another palette. */
export function putIcons(chart: Chart): void {
  const colours = chartColours();
  put(chart, "target", draw(colours.target, [[24, 4], [35, 42], [13, 42]], false));
  put(chart, "target-lost", draw(colours.target, [[24, 4], [35, 42], [13, 42]], false, [[[8, 10], [40, 38]], [[40, 10], [8, 38]]]));
  put(chart, "ship", draw(colours.own, [[24, 2], [33, 18], [33, 44], [15, 44], [15, 18]], true));
  put(chart, "ship-unturned", draw(colours.own, CIRCLE, true));
}

function put(chart: Chart, name: string, image: ImageData): void {
  if (chart.hasImage(name)) chart.updateImage(name, image);
  else chart.addImage(name, image, { pixelRatio: 2 });
}

/** A lost target is crossed out (IEC 62288). */
function draw(stroke: string, points: [number, number][], filled: boolean, crossed: [number, number][][] = []): ImageData {
  const canvas = document.createElement("canvas");
  canvas.width = SIZE;
  canvas.height = SIZE;
  const context = canvas.getContext("2d");
  if (!context) throw new Error("no canvas");
  context.beginPath();
  for (const [x, y] of points) context.lineTo(x, y);
  context.closePath();
  context.lineWidth = 4;
  context.lineJoin = "round";
  context.strokeStyle = stroke;
  context.fillStyle = stroke;
  context.globalAlpha = filled ? 0.45 : 0.12;
  context.fill();
  context.globalAlpha = 1;
  context.stroke();
  for (const stretch of crossed) {
    context.beginPath();
    for (const [x, y] of stretch) context.lineTo(x, y);
    context.stroke();
  }
  return context.getImageData(0, 0, SIZE, SIZE);
}
