/**
 * What of the page as it stands is cut off or covered, as sentences; for tests in a browser (tests/e2e).
 * Walks the composed tree: every text and control must lie within the window and whatever clips it, and be what a pointer at its middle meets.
 * What scrolls within its own panel is not cut, and what is shortened with an ellipsis says so itself.
 */
(() => {
  const SLACK_PX = 2; // rounding of fractions
  const parentOf = (node) => node.assignedSlot ?? node.parentElement ?? (node.getRootNode() instanceof ShadowRoot ? node.getRootNode().host : null);
  const within = (node, ancestor) => {
    for (let at = node; at; at = parentOf(at)) if (at === ancestor) return true;
    return false;
  };
  const at = (x, y) => {
    let found = document.elementFromPoint(x, y);
    while (found?.shadowRoot) {
      const inner = found.shadowRoot.elementFromPoint(x, y);
      if (!inner || inner === found) break;
      found = inner;
    }
    return found;
  };
  const named = (node) => node.dataset?.testid ?? `${node.localName} "${(node.textContent ?? "").trim().slice(0, 40)}"`;
  const texts = [];
  const walk = (root) => {
    for (const node of root.querySelectorAll("*")) {
      if (node.shadowRoot) walk(node.shadowRoot);
      if (node.localName === "style" || node.closest("svg")) continue;
      if (!node.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
      const isControl = ["button", "input", "select", "textarea"].includes(node.localName);
      const own = [...node.childNodes].filter((child) => child.nodeType === Node.TEXT_NODE && child.data.trim());
      if (isControl) texts.push([node, node.getBoundingClientRect()]);
      for (const child of own) {
        const range = document.createRange();
        range.selectNodeContents(child);
        texts.push([node, range.getBoundingClientRect()]);
      }
    }
  };
  walk(document);
  const faults = [];
  for (const [node, box] of texts) {
    if (box.width < 1 || box.height < 1) continue;
    let scrolls = false;
    let isOut = false;
    let shown = { left: box.left, top: box.top, right: box.right, bottom: box.bottom };
    for (let up = node; up && !isOut; up = parentOf(up)) {
      const style = getComputedStyle(up);
      const clip = up.getBoundingClientRect();
      if (style.display === "contents") continue;
      for (const [axis, low, high] of [["overflowX", "left", "right"], ["overflowY", "top", "bottom"]]) {
        if (style[axis] === "visible" || up === document.documentElement || up === document.body) continue;
        if (style[axis] === "auto" || style[axis] === "scroll") scrolls = true;
        else if (!scrolls && style.textOverflow !== "ellipsis" && style.webkitLineClamp === "none" && (box[low] < clip[low] - SLACK_PX || box[high] > clip[high] + SLACK_PX)) {
          faults.push(`cut: ${named(node)} by ${named(up).slice(0, 30)} ${axis} ${Math.round(box[low] - clip[low])} ${Math.round(clip[high] - box[high])}`);
        }
        shown[low] = Math.max(shown[low], clip[low]);
        shown[high] = Math.min(shown[high], clip[high]);
      }
      isOut = shown.right - shown.left < 1 || shown.bottom - shown.top < 1;
    }
    if (isOut) continue;
    if (!scrolls && (box.left < -SLACK_PX || box.top < -SLACK_PX || box.right > innerWidth + SLACK_PX || box.bottom > innerHeight + SLACK_PX)) faults.push(`outside the window: ${named(node)}`);
    const [x, y] = [(shown.left + shown.right) / 2, (shown.top + shown.bottom) / 2];
    if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) continue;
    const top = at(x, y);
    if (top && !within(top, node) && !within(node, top) && getComputedStyle(node).pointerEvents !== "none") faults.push(`covered: ${named(node)} by ${named(top)}`);
  }
  const { scrollWidth, scrollHeight } = document.documentElement;
  if (scrollWidth > innerWidth || scrollHeight > innerHeight) faults.push(`the page scrolls: ${scrollWidth} x ${scrollHeight}`);
  return [...new Set(faults)];
})()
