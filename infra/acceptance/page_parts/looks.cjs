// What can be measured of looks, inside the page: texts that are too pale, and controls that nobody can name.

/** Texts that show with less contrast than 4.5 : 1 (3 : 1 where they are large), by WCAG's formula. */
function contrastOf() {
  const channels = (colour) => colour.match(/[\d.]+/g).map(Number);
  const luminance = (rgb) => {
    const linear = (part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4);
    const [r, g, b] = rgb.slice(0, 3).map((value) => linear(value / 255));
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (element) => {
    for (let one = element; one; one = one.parentElement) {
      const colour = channels(getComputedStyle(one).backgroundColor);
      if (colour.length < 4 || colour[3] === 1) return colour;
    }
    return [255, 255, 255];
  };
  const pale = [];
  for (const element of document.querySelectorAll("body *")) {
    const hasText = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!hasText || !element.checkVisibility() || element.closest("option, [aria-disabled=true]")) continue;
    const style = getComputedStyle(element);
    const [a, b] = [luminance(channels(style.color)), luminance(ground(element))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < (parseFloat(style.fontSize) >= 24 ? 3 : 4.5)) pale.push(`${element.tagName}.${element.className} ${ratio.toFixed(2)}`);
  }
  return pale;
}

/** Controls that a screen reader could only call a button or a field. */
function namelessIn() {
  const controls = [...document.querySelectorAll("button, a, input, textarea, select, summary")].filter((one) => one.checkVisibility());
  const label = (one) => [...(one.labels ?? [])].map((label) => label.textContent).join("");
  const name = (one) => one.getAttribute("aria-label") ?? (label(one) || one.textContent);
  return controls.filter((one) => !name(one).trim()).map((one) => one.outerHTML.slice(0, 120));
}

module.exports = { contrastOf, namelessIn };
