// A drawing of boxes, lines and words. Colours are the site's variables, so one in a page follows
// its light and dark.

/** All drawings are so wide. */
export const WIDTH = 700;

export const BRAND = 'var(--vp-c-brand-2, #5672cd)';
export const PALE = 'var(--vp-c-default-soft, #8e96aa40)';
export const GREY = 'var(--vp-c-text-3, #8e96aa)';
export const TEXT = 'var(--vp-c-text-1, currentColor)';
/** On what is in colour. */
export const WHITE = 'var(--vp-c-white, #fff)';

const escaped = (text) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');

export class Picture {
  parts = [];

  /** @param {string | undefined} title shown when one points at it */
  box(x, y, width, height, fill, title, stroke = GREY) {
    const says = title === undefined ? '' : `<title>${escaped(title)}</title>`;
    const place = `x="${round(x)}" y="${round(y)}"`;
    const size = `width="${round(width)}" height="${round(height)}" rx="2"`;
    this.parts.push(`<rect ${place} ${size} fill="${fill}" stroke="${stroke}">${says}</rect>`);
  }

  line(x1, y1, x2, y2, stroke = GREY, dashed = false) {
    const way = `x1="${round(x1)}" y1="${round(y1)}" x2="${round(x2)}" y2="${round(y2)}"`;
    const dash = dashed ? ' stroke-dasharray="3 3"' : '';
    this.parts.push(`<line ${way} stroke="${stroke}"${dash} />`);
  }

  /** @param {'start' | 'middle' | 'end'} anchor */
  text(x, y, text, anchor = 'start', size = 11, fill = TEXT) {
    const place = `x="${round(x)}" y="${round(y)}" text-anchor="${anchor}" font-size="${size}"`;
    this.parts.push(`<text ${place} fill="${fill}">${escaped(text)}</text>`);
  }

  svg(height, label) {
    const box = `viewBox="0 0 ${WIDTH} ${Math.ceil(height)}"`;
    const says = `role="img" aria-label="${label}" font-family="system-ui, sans-serif"`;
    const content = this.parts.join('');
    return `<svg xmlns="http://www.w3.org/2000/svg" ${box} ${says}>${content}</svg>`;
  }
}

const round = (value) => Math.round(value * 10) / 10;
