// A password that the API takes: letters and digits without those that look alike.

const LETTERS = "abcdefghijkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789";
const LENGTH = 20;

export function generatePassword(random: (bytes: Uint8Array) => Uint8Array = (b) => crypto.getRandomValues(b)): string {
  let text = "";
  while (text.length < LENGTH) {
    for (const byte of random(new Uint8Array(LENGTH))) {
      // Bytes above the largest multiple would make some letters likelier.
      if (byte < 256 - (256 % LETTERS.length) && text.length < LENGTH) text += LETTERS[byte % LETTERS.length];
    }
  }
  return text;
}
