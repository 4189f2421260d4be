// Plain values out of what people type, read as app/dosar/fields reads it: "27.3.98", "martie 1998", "1.234,5".

/** What the page says of its languages: their codes, and the words for days near today. */
const pageLanguages = document.querySelector("[data-languages]")?.dataset;
const LANGUAGES = pageLanguages?.languages.split(" ") ?? [];
const DAY_WORDS = JSON.parse(pageLanguages?.dayWords ?? "{}");
const ROMAN = ["i", "ii", "iii", "iv", "v", "vi", "vii", "viii", "ix", "x", "xi", "xii"];
const YEARS_AHEAD = 10;
const YEARS_AHEAD_OF_A_BIRTH = 0;
const YEARS_TO_A_LEAP_DAY = 8;

const HYPHENS = "‐‑‒–—―−﹣－";
const MINUS = new RegExp(`[${HYPHENS}]`, "g");
const SEPARATORS = new RegExp(`[\\s.,/\\-${HYPHENS}]+`);
const INVISIBLE = /[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffc]/g;
/** The text without the characters nobody sees. */
const visible = (text) => text.replace(INVISIBLE, "");

const twoDigits = (number) => String(number).padStart(2, "0");
export const folded = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().trim();

/** The name of a month: as it stands beside a day, or alone. */
function monthName(month, language, beside = true, length = "long") {
  const shown = { month: length, ...(beside && { day: "numeric" }), timeZone: "UTC" };
  const parts = new Intl.DateTimeFormat(language, shown).formatToParts(new Date(Date.UTC(2001, month - 1, 1)));
  return parts.find(({ type }) => type === "month").value;
}

/** Every month with its names in every language. */
const MONTHS = ROMAN.map((_, index) => LANGUAGES.flatMap((language) => (
  [monthName(index + 1, language), monthName(index + 1, language, true, "short")].map((name) => folded(name).replace(/\.$/, ""))
)));

function monthOf(part) {
  if (/^\d{1,2}$/.test(part)) return Number(part);
  if (ROMAN.includes(part)) return ROMAN.indexOf(part) + 1;
  const meant = MONTHS.flatMap((names, index) => (names.some((name) => name.startsWith(part)) ? [index + 1] : []));
  return part.length >= 3 && meant.length === 1 ? meant[0] : null;
}

/** A year of two digits lies a few years ahead at most: a plan looks forward, a birth date back. */
function yearOf(part, today, person) {
  if (!/^(\d\d|\d{4})$/.test(part)) return null;
  const latest = Number(today.slice(0, 4)) + (person ? YEARS_AHEAD_OF_A_BIRTH : YEARS_AHEAD);
  const year = part.length === 4 ? Number(part) : latest - ((latest - Number(part)) % 100);
  return year >= 1900 && year <= 2100 ? year : null;
}

function isDay(year, month, day) {
  const made = new Date(Date.UTC(year, month - 1, day));
  return made.getUTCMonth() === month - 1 && made.getUTCDate() === day;
}

/** Year, month and day as far as they are given, whichever way round they were written; six or eight digits
 * are day, month and year: the number keys of a telephone have no full stop. */
function partsOf(text) {
  const parts = text.replace(/^(\d\d)(\d\d)(\d\d|\d{4})$/, "$1 $2 $3").split(SEPARATORS).filter(Boolean);
  const worded = parts.length === 2 || parts.length === 3;
  if (worded && /^\p{L}+$/u.test(parts[0]) && /^\d{1,2}$/.test(parts[1])) {
    [parts[0], parts[1]] = [parts[1], parts[0]];
  }
  return /^\d{4}$/.test(parts[0]) ? parts : parts.reverse();
}

/** Of a day without a year the nearest one, or the last one of what is past. */
function nearestDay(monthPart, dayPart, today, past) {
  const now = Date.parse(today);
  const [from, month] = [Number(today.slice(0, 4)) - YEARS_TO_A_LEAP_DAY, monthOf(monthPart)];
  const years = Array.from({ length: 2 * YEARS_TO_A_LEAP_DAY + 1 }, (_, index) => from + index);
  const days = years.filter((year) => isDay(year, month, Number(dayPart)))
    .map((year) => `${year}-${twoDigits(month)}-${twoDigits(Number(dayPart))}`).filter((day) => !past || day <= today);
  const far = (day) => Math.abs(Date.parse(day) - now);
  return days.reduce((best, day) => (best === null || far(day) < far(best) ? day : best), null);
}

/** A day, a month or a year as its ISO beginning, with the time when one follows; null when it is none. A birth,
 * and what is past, is never in the future. */
export function date(typed, today, person = false, past = false) {
  const read = dateOf(typed, today, person, past);
  return read && (person || past) && firstDay(read) > today ? null : read;
}

const firstDay = (read) => `${read.slice(0, 10)}${"-01-01".slice(read.slice(0, 10).length - 4)}`;

function dateOf(typed, today, person, past) {
  const timed = /^(.*\d.*?)[\s,T]+(\d{1,2}):(\d\d)$/.exec(visible(typed).trim());
  if (timed) {
    const day = date(timed[1], today, person, past);
    return day?.length === 10 ? `${day}T${twoDigits(timed[2])}:${timed[3]}` : null;
  }
  const text = folded(visible(typed));
  if (text in DAY_WORDS) {
    return new Date(Date.parse(today) + DAY_WORDS[text] * 864e5).toISOString().slice(0, 10);
  }
  const parts = partsOf(text);
  if (!person && parts.length === 2 && parts[0].length !== 4 && /^\d{1,2}$/.test(parts[1]) && monthOf(parts[0]) !== null) {
    return nearestDay(parts[0], parts[1], today, past);
  }
  const [yearPart, monthPart, dayPart, ...rest] = parts;
  const year = yearPart && (dayPart || yearPart.length === 4) ? yearOf(yearPart, today, person) : null;
  if (year === null || rest.length) return null;
  if (!monthPart) return String(year);
  const month = monthOf(monthPart);
  if (!(month >= 1 && month <= 12)) return null;
  if (!dayPart) return `${year}-${twoDigits(month)}`;
  return /^\d{1,2}$/.test(dayPart) && isDay(year, month, Number(dayPart)) ? `${year}-${twoDigits(month)}-${twoDigits(Number(dayPart))}` : null;
}

const pattern = (mark, group) => new RegExp(
  `^([+-]?)((?:\\d{1,3}(?:(?:\\${group}\\d{3})+|(?: \\d{3})+)|\\d+)?)(?:\\${mark}(\\d+))?$`,
);
const COMMA = pattern(",", ".");
const POINT = pattern(".", ",");

const hasPoint = (language) => (
  new Intl.NumberFormat(language).formatToParts(1.5).find(({ type }) => type === "decimal").value === "."
);

/** A number as the language writes it, else the other way round: "1.234,5", "1234.5"; null for none. */
export function number(typed, language) {
  const text = visible(typed).trim().replace(/\s/g, " ").replace(MINUS, "-");
  const [ownPattern, other] = hasPoint(language) ? [POINT, COMMA] : [COMMA, POINT];
  const found = /\d/.test(text) && (ownPattern.exec(text) ?? other.exec(text));
  return found ? Number(`${found[1]}${found[2].replace(/[., ]/g, "") || 0}.${found[3] ?? 0}`) : null;
}

const CURRENCY_WORDS = JSON.parse(pageLanguages?.currencyWords ?? "{}");
const isCurrency = (word) => Intl.supportedValuesOf("currency").includes(word.toUpperCase());

/** An amount, and the currencies that a word beside it may mean: "500 lei", "20 €", "1.234,50 MDL". */
export function money(typed, language) {
  const [, before, amount, after] = /^(€?)\s*(.*?)\s*(?:\bde )?(€|\p{L}*)$/su.exec(visible(typed).trim());
  const word = before + after;
  const meant = CURRENCY_WORDS[word.toLowerCase()] ?? (isCurrency(word) ? [word.toUpperCase()] : []);
  return { amount: number(meant.length ? amount : typed, language), meant };
}

/** The amount with its currency: what a word beside it says, else the one chosen. */
function amountWithCurrency([typed = "", chosen = ""], language) {
  const { amount, meant } = money(typed, language);
  if (amount === null) return null;
  return { amount, currency: meant.length && !meant.includes(chosen) ? meant[0] : chosen };
}

/** How each kind of value is read from the texts chosen or typed under one name. */
export const readers = {
  text: (texts) => texts.map((text) => visible(text).trim()).find(Boolean) ?? null,
  number: (texts, sheet, question) => (
    "money" in question ? amountWithCurrency(texts, sheet.language) : number(texts[0] ?? "", sheet.language)
  ),
  date: (texts, sheet, question) => date(texts[0] ?? "", sheet.today, "person" in question, "past" in question),
  yes_no: (texts) => (texts[0] ? texts[0] === "yes" : null),
  list: (texts) => (texts.some(Boolean) ? texts.filter(Boolean) : null),
  none: () => null,
};

/** A date as people say it, "27 martie 1998", as far as it is known. */
export function spoken(iso, language) {
  const [year, month, day] = iso.slice(0, 10).split("-").map(Number);
  const words = [day, month && monthName(month, language, Boolean(day)), year].filter(Boolean).join(" ");
  return iso.length > 10 ? `${words}, ${iso.slice(11, 16)}` : words;
}

/** "28 de ani" on this day. */
export function age(iso, sheet) {
  const years = Number(sheet.today.slice(0, 4)) - Number(iso.slice(0, 4)) - (sheet.today.slice(5) < iso.slice(5) ? 1 : 0);
  return new Intl.NumberFormat(sheet.language, { style: "unit", unit: "year", unitDisplay: "long" }).format(years);
}
