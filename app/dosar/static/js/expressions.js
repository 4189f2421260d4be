// The rules of a form, from the tree the page carries. The twin of app/language/evaluating.py:
// tests/language/expressions.json holds both to the same results. null is a missing answer.

const DATE = /^([12]\d{3})(?:-(\d\d)(?:-(\d\d)(?:T.*)?)?)?$/;
const LARGEST = 1e15;

// an amount of money: { amount, currency }; amounts in two currencies are never compared or counted together
const isMoney = (x) => typeof x === "object" && x !== null && "currency" in x;
const bare = (x) => (isMoney(x) ? x.amount : x);
const currencyOf = (x) => (isMoney(x) ? x.currency : null);
const currenciesOf = (values) => [...new Set(values.map(currencyOf).filter(Boolean))];
const priced = (amount, currency) => (amount === null || !currency ? amount : { amount, currency });

const number = (x) => (typeof x === "number" && Math.abs(x) < LARGEST ? x : null);
const whole = (x) => (Number.isInteger(x) && Math.abs(x) < 1e5 ? x : null);
const given = (x) => x !== null && x !== undefined && x !== "" && !(Array.isArray(x) && !x.length);
const flat = (values) => values.flat().filter(given);

// half away from zero, as on paper; fifteen digits are all a binary number holds for certain
function round(money, places = 6) {
  const x = bare(money);
  if (number(x) === null || whole(places) === null || places < 0 || places > 6) return null;
  const shift = 10 ** places;
  const shifted = Number((Math.abs(x) * shift).toPrecision(15));
  if (shifted > Number.MAX_SAFE_INTEGER) return Number(x.toPrecision(15));
  return (Math.sign(x) * Math.round(shifted)) / shift + 0;
}

const arithmetic = (work) => (a, b) => (number(a) === null || number(b) === null ? null : round(work(a, b)));
const added = (work) => (a, b) => {
  const found = currenciesOf([a, b]);
  return found.length > 1 ? null : priced(arithmetic(work)(bare(a), bare(b)), found[0]);
};
const plus = added((a, b) => a + b);
const times = (a, b) => (currencyOf(a) && currencyOf(b) ? null
  : priced(arithmetic((c, d) => c * d)(bare(a), bare(b)), currencyOf(a) ?? currencyOf(b)));

function divided(a, b) {
  if (bare(b) === 0 || (currencyOf(b) && currencyOf(a) !== currencyOf(b))) return null;
  return priced(arithmetic((c, d) => c / d)(bare(a), bare(b)), currencyOf(b) ? null : currencyOf(a));
}

const firstDay = (text) => (text + "-01-01".slice(text.length - 4)).slice(0, 10);

function pair(left, right) {
  if (currenciesOf([left, right]).length > 1) return null;
  const [a, b] = [bare(left), bare(right)];
  if (typeof a !== typeof b || !given(a) || !given(b) || typeof a === "object") return null;
  if (typeof a === "number") return number(a) === null || number(b) === null ? null : [a, b];
  const days = typeof a === "string" && DATE.test(a) && DATE.test(b) && !(a.includes("T") && b.includes("T"));
  return days ? [firstDay(a), firstDay(b)] : [a, b];
}

function equal(a, b) {
  const both = pair(a, b);
  return both && both[0] === both[1];
}

function less(a, b) {
  const both = pair(a, b);
  return both && typeof both[0] !== "boolean" ? both[0] < both[1] : null;
}

const not = (x) => (typeof x === "boolean" ? !x : null);
const decided = (x, values) => (values.includes(x) ? x : values.every((one) => one === !x) ? !x : null);

function among(x, values) {
  if (!given(x) || Array.isArray(x) || !Array.isArray(values)) return null;
  return values.some((one) => equal(x, one));
}

function extreme(better, values) {
  const all = flat(values);
  if (!all.length || currenciesOf(all).length > 1 || all.some((one) => better(one, all[0]) === null)) return null;
  return all.reduce((best, one) => (better(one, best) ? one : best));
}

// [year, month from 0, day] of a date, a partial date or a time
function day(text) {
  if (typeof text !== "string" || !DATE.test(text)) return null;
  const [y, m, d] = firstDay(text).split("-").map(Number);
  return iso(y, m - 1, d) === firstDay(text) ? [y, m - 1, d] : null;
}

function iso(y, m, d) {
  const date = new Date(Date.UTC(y, m, d));
  const year = date.getUTCFullYear();
  return year >= 1000 && year < 3000 ? date.toISOString().slice(0, 10) : null;
}

const between = (work) => (a, b) => {
  const [first, last] = [day(a), day(b)];
  return first && last && work(first, last);
};
const months = between((a, b) => (b[0] - a[0]) * 12 + b[1] - a[1] - (b[2] < a[2] ? 1 : 0));
const days = between((a, b) => (Date.UTC(...b) - Date.UTC(...a)) / 864e5);

function age(birth, on) {
  const full = months(birth, on);
  return full === null || full < 0 ? null : Math.floor(full / 12);
}

function later(text, n, moved) {
  const start = day(text);
  return start && whole(n) !== null ? iso(...moved(start)) : null;
}

const daysIn = (y, m) => new Date(Date.UTC(y, m + 1, 0)).getUTCDate();

const OPERATIONS = {
  and: (...values) => decided(false, values),
  or: (...values) => decided(true, values),
  not,
  "==": equal,
  "<": less,
  "<=": (a, b) => not(less(b, a)),
  in: among,
  "+": plus,
  "-": added((a, b) => a - b),
  "*": times,
  "/": divided,
  list: (...values) => values,
  answered: given,
  round: (x, places) => priced(round(x, places), currencyOf(x)),
  sum: (...values) => flat(values).reduce(plus, 0),
  count: (...values) => flat(values).length,
  count_of: (values, wanted) => flat([values]).filter((one) => equal(one, wanted) === true).length,
  min: (...values) => extreme(less, values),
  max: (...values) => extreme((a, b) => less(b, a), values),
  age,
  year: (text) => day(text)?.[0] ?? null,
  days_between: days,
  months_between: months,
  add_days: (text, n) => later(text, n, ([y, m, d]) => [y, m, d + n]),
  add_months: (text, n) => later(text, n, ([y, m, d]) => [y, m + n, Math.min(d, daysIn(y, m + n))]),
};

/** What a part of a rule sees, money with its currency. */
export function evaluate(tree, answers, today) {
  if (!Array.isArray(tree)) return tree;
  const [operator, ...rest] = tree;
  if (operator === "today") return today;
  if (operator === "name") return answers[rest[0]] ?? null;
  if (operator === "column") {
    const rows = answers[rest[0]];
    return Array.isArray(rows) ? rows.map((row) => row?.[rest[1]] ?? null) : [];
  }
  return OPERATIONS[operator](...rest.map((part) => evaluate(part, answers, today)));
}

/** What a rule says about these answers; today as "2026-07-01". */
export function value(tree, answers, today) {
  const result = bare(evaluate(tree, answers, today));
  if (result === "" || result === undefined) return null;
  return typeof result === "number" ? number(result) : result;
}
