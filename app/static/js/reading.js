// Plain values out of what people type, as the server reads them: "27.3.98", "1.234,5", "da".

const MONTHS = {
  ian: 1, jan: 1, feb: 2, mar: 3, apr: 4, mai: 5, may: 5, iun: 6, jun: 6, iul: 7, jul: 7, aug: 8,
  sep: 9, oct: 10, noi: 11, nov: 11, dec: 12,
};

const two = (number) => String(number).padStart(2, "0");
const folded = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function century(year, today) {
  if (year.length > 2) return Number(year);
  const full = Math.floor(Number(today.slice(0, 4)) / 100) * 100 + Number(year);
  return full > Number(today.slice(0, 4)) + 10 ? full - 100 : full;
}

function isDay(year, month, day) {
  const made = new Date(Date.UTC(year, month - 1, day));
  return made.getUTCMonth() === month - 1 && made.getUTCDate() === day;
}

/** "27.3.98", "27 martie 1998", "martie 1998", "1998" → "1998-03-27", "1998-03", "1998"; else null. */
export function date(text, today) {
  const words = folded(text).replace(/[a-z]+/g, (word) => ` ${MONTHS[word.slice(0, 3)] ?? "?"} `).trim();
  let parts = words.split(/[\s./,-]+/);
  if (parts.length === 1 && /^\d{8}$/.test(words)) parts = [words.slice(0, 2), words.slice(2, 4), words.slice(4)];
  if (parts.length > 3 || parts.some((part) => !/^\d{1,4}$/.test(part))) return null;
  if (parts.length > 1 && parts[0].length === 4) parts.reverse();
  const year = parts.at(-1);
  if (year.length === 3 || year.length === 1 || (parts.length === 1 && year.length !== 4)) return null;
  const [month, day] = [parts.at(-2), parts.at(-3)].map((part) => part && Number(part));
  const full = century(year, today);
  if (month !== undefined && (month < 1 || month > 12)) return null;
  if (day !== undefined && !isDay(full, month, day)) return null;
  return [full, month && two(month), day && two(day)].filter((part) => part !== undefined).join("-");
}

/** "1.234,5" and "1234.5" → 1234.5; null when it is no number. A lone dot or comma before three digits
 * groups thousands where the language says so. */
export function number(text, language) {
  let digits = text.replace(/[\s\u00a0\u202f']/g, "");
  const [group, point] = language === "en" ? [",", "."] : [".", ","];
  const last = Math.max(digits.lastIndexOf("."), digits.lastIndexOf(","));
  if (digits.includes(".") && digits.includes(",")) {
    const mark = digits[last];
    digits = digits.replaceAll(mark === "." ? "," : ".", "").replace(mark, ".");
  } else if (new RegExp(`^-?\\d{1,3}(\\${group}\\d{3})+$`).test(digits)) {
    digits = digits.replaceAll(group, "");
  } else {
    digits = digits.replace(point, ".").replace(group, ".");
  }
  return /^-?\d+(\.\d+)?$/.test(digits) ? Number(digits) : null;
}

const YES = new Set(["yes", "true", "1", "da"]);

/** How each kind of value is read from the texts chosen or typed under one name. */
export const readers = {
  text: (texts) => texts.find((text) => text.trim())?.trim() ?? null,
  number: (texts, sheet) => number(texts[0] ?? "", sheet.language),
  date: (texts, sheet) => date(texts[0] ?? "", sheet.today),
  yes_no: (texts) => (texts[0] ? YES.has(texts[0]) : null),
  list: (texts) => (texts.some(Boolean) ? texts.filter(Boolean) : null),
  none: () => null,
};

/** A date as people say it, "27 martie 1998", as far as it is known. */
export function spoken(iso, language) {
  const [year, month, day] = iso.split("-").map(Number);
  const shown = { year: "numeric", ...(month && { month: "long" }), ...(day && { day: "numeric" }) };
  return new Intl.DateTimeFormat(language === "en" ? "en-GB" : language, { ...shown, timeZone: "UTC" })
    .format(new Date(Date.UTC(year, (month || 1) - 1, day || 1)));
}
