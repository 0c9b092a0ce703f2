// Makes a screenshot a PNG with a palette: a page has few colours besides the edges of its letters.
// Source: the PNG specification (ISO/IEC 15948): chunks, filters, colour types 2, 3 and 6.
import { deflateSync, inflateSync } from "node:zlib";

const SIGNATURE = Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]);
const COLOURS_MAX = 256;
const COMMON = 192;
const CRC = Uint32Array.from({ length: 256 }, (_, n) => {
  let c = n;
  for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1;
  return c;
});

function crc(bytes) {
  let c = 0xffffffff;
  for (const byte of bytes) c = CRC[(c ^ byte) & 255] ^ (c >>> 8);
  return (c ^ 0xffffffff) >>> 0;
}

export function withPalette(png) {
  const { width, height, pixels } = decode(png);
  const { palette, indexes } = quantize(pixels);
  const rows = Buffer.alloc((width + 1) * height); // filter 0 before each row
  for (let y = 0; y < height; y++) Buffer.from(indexes.buffer, y * width, width).copy(rows, y * (width + 1) + 1);
  const header = Buffer.alloc(13);
  header.writeUInt32BE(width, 0);
  header.writeUInt32BE(height, 4);
  header.set([8, 3, 0, 0, 0], 8);
  return Buffer.concat([SIGNATURE, chunk("IHDR", header), chunk("PLTE", Buffer.from(palette)), chunk("IDAT", deflateSync(rows, { level: 9 })), chunk("IEND", Buffer.alloc(0))]);
}

// { width, height, pixels: 0xrrggbb, of which the lowest two bits are missing in each colour }
export function decode(png) {
  let at = 8;
  let width = 0;
  let height = 0;
  let channels = 3;
  const data = [];
  while (at < png.length) {
    const length = png.readUInt32BE(at);
    const type = png.toString("latin1", at + 4, at + 8);
    const body = png.subarray(at + 8, at + 8 + length);
    if (type === "IHDR") {
      width = body.readUInt32BE(0);
      height = body.readUInt32BE(4);
      channels = body[9] === 6 ? 4 : 3;
    }
    if (type === "IDAT") data.push(body);
    at += length + 12;
  }
  const raw = inflateSync(Buffer.concat(data));
  const stride = width * channels;
  const lines = Buffer.alloc(stride * height);
  for (let y = 0; y < height; y++) unfilter(raw, y * (stride + 1), lines, y * stride, stride, channels);
  const pixels = new Uint32Array(width * height);
  for (let n = 0; n < pixels.length; n++) {
    const p = n * channels;
    // Six bits of each channel: nobody sees the difference.
    pixels[n] = ((lines[p] & 0xfc) << 16) | ((lines[p + 1] & 0xfc) << 8) | (lines[p + 2] & 0xfc);
  }
  return { width, height, pixels };
}

function unfilter(raw, from, lines, to, stride, channels) {
  const filter = raw[from];
  for (let x = 0; x < stride; x++) {
    const left = x >= channels ? lines[to + x - channels] : 0;
    const up = to > 0 ? lines[to + x - stride] : 0;
    const corner = x >= channels && to > 0 ? lines[to + x - stride - channels] : 0;
    lines[to + x] = raw[from + 1 + x] + [0, left, up, (left + up) >> 1, paeth(left, up, corner)][filter];
  }
}

function paeth(a, b, c) {
  const p = a + b - c;
  const [pa, pb, pc] = [Math.abs(p - a), Math.abs(p - b), Math.abs(p - c)];
  return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
}

// The commonest colours, and of the rarer ones those that are least like any of them (a small red mark stays
// red); the others become the nearest of those.
function quantize(pixels) {
  const counts = new Map();
  for (const colour of pixels) counts.set(colour, (counts.get(colour) ?? 0) + 1);
  const sorted = [...counts].sort((a, b) => b[1] - a[1]).map(([colour]) => colour);
  const kept = sorted.slice(0, COMMON);
  const rest = sorted.slice(COMMON).map((colour) => ({ colour, far: distance(colour, kept[nearest(kept, colour)]) }));
  while (kept.length < COLOURS_MAX && rest.length > 0) {
    const most = rest.reduce((best, one, n) => (one.far > rest[best].far ? n : best), 0);
    const [{ colour }] = rest.splice(most, 1);
    kept.push(colour);
    for (const one of rest) one.far = Math.min(one.far, distance(one.colour, colour));
  }
  const index = new Map(kept.map((colour, n) => [colour, n]));
  for (const { colour } of rest) index.set(colour, nearest(kept, colour));
  const indexes = new Uint8Array(pixels.length);
  for (let n = 0; n < pixels.length; n++) indexes[n] = index.get(pixels[n]);
  // A channel's lost bits are filled so that white stays white.
  const palette = kept.flatMap((c) => [c >> 16, (c >> 8) & 255, c & 255].map((v) => v | (v >> 6)));
  return { palette, indexes };
}

function distance(a, b) {
  return ((a >> 16) - (b >> 16)) ** 2 + (((a >> 8) & 255) - ((b >> 8) & 255)) ** 2 + ((a & 255) - (b & 255)) ** 2;
}

function nearest(kept, colour) {
  let best = 0;
  let least = Infinity;
  kept.forEach((other, n) => {
    const far = distance(other, colour);
    if (far < least) [least, best] = [far, n];
  });
  return best;
}

function chunk(type, body) {
  const head = Buffer.alloc(8);
  head.writeUInt32BE(body.length, 0);
  head.write(type, 4, "latin1");
  const tail = Buffer.alloc(4);
  tail.writeUInt32BE(crc(Buffer.concat([head.subarray(4), body])), 0);
  return Buffer.concat([head, body, tail]);
}
