// A kernel as text: how built packages and tests carry it.
//
// One ASCII character a byte, two for rare bytes: what repeats in the bytes repeats in the text, so
// gzip and brotli shrink it as they shrink the bytes. In base64 the same bytes look different at
// each third offset (docs/adr/0014-a-kernel-is-text-that-compresses.md).
//
// The digits are the 91 characters from # to ~ but \: no minifier has one to escape, and no
// server's or page's charset changes one. A value is a byte counted from 0xfe, the first byte of
// every atomic instruction:
//
//   digit 0 … 77     this value: bytes 0xfe … 0x4b
//   digit 78 … 88    30 more: bytes 0x6a … 0x74, the arithmetic of i32
//   digit 89, 90     78 + 91 · (digit − 89) + the next digit: all the others

const FIRST = 0xfe;

/** @param {Uint8Array} bytes */
export function toText(bytes) {
  const character = (digit) => String.fromCharCode(digit + (digit < 57 ? 35 : 36));
  let text = '';
  for (const byte of bytes) {
    const value = (byte - FIRST) & 0xff;
    const rest = value - 78;
    if (value < 78) text += character(value);
    else if (value >= 108 && value < 119) text += character(value - 30);
    else text += character(89 + Math.floor(rest / 91)) + character(rest % 91);
  }
  return text;
}

/**
 * The bytes of a text. Its source goes into each module, so it uses nothing of this file; workers
 * wait for it, so it makes no call and no array of numbers.
 */
export function fromText(text) {
  const bytes = new Uint8Array(text.length);
  let size = 0;
  for (let at = 0; at < text.length; at++) {
    let value = text.charCodeAt(at) - 35;
    if (value > 57) value--;
    if (value > 88) {
      const next = text.charCodeAt(++at) - 35;
      value = 78 + 91 * (value - 89) + (next > 57 ? next - 1 : next);
    } else if (value > 77) value += 30;
    bytes[size++] = value - 2;
  }
  return bytes.slice(0, size);
}

/**
 * The source of a module whose default export gives the bytes. A function, for it may be called
 * before the module has run: then the text may stand wherever it compresses best.
 */
export function moduleOf(bytes) {
  const text = `  return fromText("${toText(bytes)}");`;
  return `${fromText}\nexport default function kernel() {\n${text}\n}\n`;
}
