// The rules of a form, from the tree the page carries. The twin of app/dosar/language/rules/evaluation.py:
// tests/language/expressions.json holds both to the same results. null is a missing answer.

const DATE = /^([12]\d{3})(?:-(\d\d)(?:-(\d\d)(?:T.*)?)?)?$/;
const LARGEST = 1e15;

// an amount of money: { amount, currency }; amounts in two currencies are never compared or counted together
const isMoney = (x) => typeof x === "object" && x !== null && "currency" in x;
const amountOf = (x) => (isMoney(x) ? x.amount : x);
const currencyOf = (x) => (isMoney(x) ? x.currency : null);
const currenciesOf = (values) => [...new Set(values.map(currencyOf).filter(Boolean))];
const withCurrency = (amount, currency) => (amount === null || !currency ? amount : { amount, currency });

const number = (x) => (typeof x === "number" && Math.abs(x) < LARGEST ? x : null);
const wholeNumber = (x) => (Number.isInteger(x) && Math.abs(x) < 1e5 ? x : null);
const isAnswered = (x) => x !== null && x !== undefined && x !== "" && !(Array.isArray(x) && !x.length);
const answeredValues = (values) => values.flat().filter(isAnswered);

// half away from zero, as on paper; fifteen digits are all a binary number holds for certain
function round(money, places = 6) {
  const x = amountOf(money);
  if (number(x) === null || wholeNumber(places) === null || places < 0 || places > 6) return null;
  const shift = 10 ** places;
  const shifted = Number((Math.abs(x) * shift).toPrecision(15));
  if (shifted > Number.MAX_SAFE_INTEGER) return Number(x.toPrecision(15));
  return (Math.sign(x) * Math.round(shifted)) / shift + 0;
}

const arithmetic = (work) => (a, b) => (number(a) === null || number(b) === null ? null : round(work(a, b)));
const onAmounts = (work) => (a, b) => {
  const found = currenciesOf([a, b]);
  return found.length > 1 ? null : withCurrency(arithmetic(work)(amountOf(a), amountOf(b)), found[0]);
};
const plus = onAmounts((a, b) => a + b);
const multiply = (a, b) => (currencyOf(a) && currencyOf(b) ? null
  : withCurrency(arithmetic((c, d) => c * d)(amountOf(a), amountOf(b)), currencyOf(a) ?? currencyOf(b)));

function divide(a, b) {
  if (amountOf(b) === 0 || (currencyOf(b) && currencyOf(a) !== currencyOf(b))) return null;
  return withCurrency(arithmetic((c, d) => c / d)(amountOf(a), amountOf(b)), currencyOf(b) ? null : currencyOf(a));
}

const firstDay = (text) => (text + "-01-01".slice(text.length - 4)).slice(0, 10);

function comparablePair(left, right) {
  if (currenciesOf([left, right]).length > 1) return null;
  const [a, b] = [amountOf(left), amountOf(right)];
  if (typeof a !== typeof b || !isAnswered(a) || !isAnswered(b) || typeof a === "object") return null;
  if (typeof a === "number") return number(a) === null || number(b) === null ? null : [a, b];
  const days = typeof a === "string" && DATE.test(a) && DATE.test(b) && !(a.includes("T") && b.includes("T"));
  return days ? [firstDay(a), firstDay(b)] : [a, b];
}

function isEqual(a, b) {
  const pair = comparablePair(a, b);
  return pair && pair[0] === pair[1];
}

function isLess(a, b) {
  const pair = comparablePair(a, b);
  return pair && typeof pair[0] !== "boolean" ? pair[0] < pair[1] : null;
}

const not = (x) => (typeof x === "boolean" ? !x : null);
const decideLogic = (x, values) => (values.includes(x) ? x : values.every((item) => item === !x) ? !x : null);

function isAmong(x, values) {
  if (!isAnswered(x) || Array.isArray(x) || !Array.isArray(values)) return null;
  return values.some((item) => isEqual(x, item));
}

function bestOf(better, values) {
  const all = answeredValues(values);
  if (!all.length || currenciesOf(all).length > 1 || all.some((item) => better(item, all[0]) === null)) return null;
  return all.reduce((best, item) => (better(item, best) ? item : best));
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

function shiftDate(text, n, shift) {
  const start = day(text);
  return start && wholeNumber(n) !== null ? iso(...shift(start)) : null;
}

const daysIn = (y, m) => new Date(Date.UTC(y, m + 1, 0)).getUTCDate();

const OPERATIONS = {
  and: (...values) => decideLogic(false, values),
  or: (...values) => decideLogic(true, values),
  not,
  "==": isEqual,
  "<": isLess,
  "<=": (a, b) => not(isLess(b, a)),
  in: isAmong,
  "+": plus,
  "-": onAmounts((a, b) => a - b),
  "*": multiply,
  "/": divide,
  list: (...values) => values,
  answered: isAnswered,
  round: (x, places) => withCurrency(round(x, places), currencyOf(x)),
  sum: (...values) => answeredValues(values).reduce(plus, 0),
  count: (...values) => answeredValues(values).length,
  count_of: (values, wanted) => answeredValues([values]).filter((item) => isEqual(item, wanted) === true).length,
  min: (...values) => bestOf(isLess, values),
  max: (...values) => bestOf((a, b) => isLess(b, a), values),
  age,
  year: (text) => day(text)?.[0] ?? null,
  days_between: days,
  months_between: months,
  add_days: (text, n) => shiftDate(text, n, ([y, m, d]) => [y, m, d + n]),
  add_months: (text, n) => shiftDate(text, n, ([y, m, d]) => [y, m + n, Math.min(d, daysIn(y, m + n))]),
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
  const result = amountOf(evaluate(tree, answers, today));
  if (result === "" || result === undefined) return null;
  return typeof result === "number" ? number(result) : result;
}
