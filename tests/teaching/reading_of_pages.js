// What lies behind a text is asked of the page itself: whatever is drawn at its middle, from the top downward.
const parsed = (colour) => {
  const parts = (colour.match(/[\d.]+/g) || []).map(Number);
  return { rgb: parts.slice(0, 3), alpha: parts.length > 3 ? parts[3] : parts.length === 3 ? 1 : 0 };
};
const opacityOf = (element) => {
  let opacity = 1;
  for (let one = element; one; one = one.parentElement) opacity *= Number(getComputedStyle(one).opacity);
  return opacity;
};
const over = (rgb, alpha, under) => rgb.map((part, place) => alpha * part + (1 - alpha) * under[place]);
const luminance = (rgb) => {
  const linear = rgb.map((part) => part / 255).map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
  return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2];
};
const ratio = (one, other) => {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
};
const isDrawn = (element) => element instanceof SVGGeometryElement;
// The colour that an element lays over what is behind it.
const layer = (element) => {
  const style = getComputedStyle(element);
  const paint = parsed(isDrawn(element) ? (style.fill === 'none' ? '' : style.fill) : element instanceof SVGElement ? '' : style.backgroundColor);
  const alpha = paint.alpha * (isDrawn(element) ? Number(style.fillOpacity) : 1) * opacityOf(element);
  return { rgb: paint.rgb, alpha };
};
const background = (x, y, owner) => {
  const stack = document.elementsFromPoint(x, y).filter((one) => !(one instanceof SVGTextContentElement));
  const from = owner instanceof SVGElement ? 0 : Math.max(stack.indexOf(owner), 0);
  let behind = [255, 255, 255];
  for (const one of stack.slice(from).reverse()) {
    const { rgb, alpha } = layer(one);
    if (alpha > 0) behind = over(rgb, alpha, behind);
  }
  return behind;
};
const contrastAt = (owner, box, text) => {
  const x = box.left + box.width / 2, y = box.top + box.height / 2;
  if (x < 0 || y < 0 || x >= innerWidth || y >= innerHeight) return null;
  const style = getComputedStyle(owner);
  const ink = parsed(owner instanceof SVGElement ? style.fill : style.color);
  const behind = background(x, y, owner);
  const seen = over(ink.rgb, ink.alpha * opacityOf(owner), behind);
  return [ratio(seen, behind), text.trim().slice(0, 400), seen.map(Math.round).join(), behind.map(Math.round).join()];
};
const isVisible = (element) => element.checkVisibility({ opacityProperty: true, visibilityProperty: true });
const contrasts = () => {
  const found = [];
  const take = (owner, boxes, text) => {
    owner.scrollIntoView({ block: 'center', behavior: 'instant' });
    const box = boxes().find((one) => one.width > 1 && one.height > 1);
    const one = box && contrastAt(owner, box, text);
    if (one) found.push(one);
  };
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const owner = node.parentElement;
    if (!node.textContent.trim() || owner.closest('script, style, noscript, option') || !isVisible(owner)) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    take(owner, () => [...range.getClientRects()], node.textContent);
  }
  for (const owner of document.querySelectorAll('select, input:not([type=range])')) {
    if (isVisible(owner)) take(owner, () => [owner.getBoundingClientRect()], owner.value);
  }
  scrollTo(0, 0);
  return found;
};
const labelled = (element) => (element.getAttribute('aria-labelledby') || '').split(' ').map((id) => document.getElementById(id)?.textContent || '').join(' ');
const nameOf = (element) => [element.getAttribute('aria-label'), labelled(element), ...[...(element.labels || [])].map((one) => one.textContent), element.matches('a, button, summary') ? element.textContent : ''].join(' ');
const nameless = () => [...document.querySelectorAll('a[href], button, input, select, textarea, summary, [role=img], [role=application], [role=slider], [tabindex="0"]')]
  // a name of signs alone is none
  .filter((one) => isVisible(one) && !one.closest('[aria-hidden=true]') && !/\p{L}/u.test(nameOf(one)))
  .map((one) => one.outerHTML.slice(0, 160));
