// All settings within the file of a picture, with the drawing and every other picture that it was made from, which
// infotext does not hold. They are JSON in a text chunk of the PNG, whose keyword is "hypersd".

import { Sheet } from "./sheet.js";

const KEYWORD = "hypersd\0";
const SIGNATURE_BYTES = 8;
const AROUND_BYTES = 12; // A chunk has its length, its type and a checksum around its content.
const ascii = (text) => Uint8Array.from(text, (character) => character.charCodeAt(0));

/** The PNG with the settings in it. */
export async function keep(blob, state) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const json = JSON.stringify(state).replace(/[^\x20-\x7e]/g, (character) =>
    `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
  const content = ascii(`tEXt${KEYWORD}${json}`);
  const chunk = new Uint8Array(content.length + 8);
  const view = new DataView(chunk.buffer);
  view.setUint32(0, content.length - 4);
  chunk.set(content, 4);
  view.setUint32(content.length + 4, checksum(content));
  const end = bytes.length - AROUND_BYTES;
  return new Blob([bytes.subarray(0, end), chunk, bytes.subarray(end)], { type: blob.type });
}

/** The settings in a file, or null if it has none. */
export async function kept(blob) {
  const bytes = new Uint8Array(await blob.arrayBuffer());
  const view = new DataView(bytes.buffer);
  for (let at = SIGNATURE_BYTES; at + AROUND_BYTES <= bytes.length; at += AROUND_BYTES + view.getUint32(at)) {
    const content = bytes.subarray(at + 4, at + 8 + view.getUint32(at));
    if (!startsWith(content, `tEXt${KEYWORD}`)) continue;
    try {
      const state = JSON.parse(new TextDecoder("latin1").decode(content.subarray(4 + KEYWORD.length)));
      return isRight(state) ? await revived(state) : null;
    } catch {
      return null;
    }
  }
  return null;
}

/** Whether the page can work with settings that somebody may have changed; the rest is for the server to check. */
const isRight = ({ prompt, seed, size = "8x8", loras = [], controls = [] }) =>
  typeof prompt === "string" && /^\d{1,20}$/.test(seed) && /^\d{1,5}x\d{1,5}$/.test(size) &&
  [...loras, ...controls].every(({ name }) => typeof name === "string");

const startsWith = (bytes, text) => [...text].every((character, i) => bytes[i] === character.charCodeAt(0));

/** Makes sheets again of what stands for them. */
async function revived(value) {
  if (Array.isArray(value)) return Promise.all(value.map(revived));
  if (value === null || typeof value !== "object") return value;
  if (typeof value.sheet === "string") return Sheet.read(value);
  const entries = Object.entries(value).map(async ([key, each]) => [key, await revived(each)]);
  return Object.fromEntries(await Promise.all(entries));
}

/** The cyclic redundancy check of PNG (RFC 2083, appendix on sample code). */
function checksum(bytes) {
  let sum = 0xffffffff;
  for (const byte of bytes) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit++) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
  }
  return (sum ^ 0xffffffff) >>> 0;
}
