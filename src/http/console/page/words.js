// What the console says, in the reader's language.

/** Only the one that is spoken is fetched. */
const LANGUAGES = { en: () => import('./en.js'), 'pt-BR': () => import('./pt-br.js') };
const KEY = 'wutsd.language';

function chosen() {
  try {
    const kept = localStorage.getItem(KEY);
    if (kept in LANGUAGES) return kept;
  } catch { /* A browser may keep nothing. */ }
  const wanted = navigator.languages ?? [navigator.language];
  for (const language of wanted) {
    if (/^pt\b/i.test(language)) return 'pt-BR';
    if (/^en\b/i.test(language)) return 'en';
  }
  return 'en';
}

let language = chosen();
let known = (await LANGUAGES[language]()).words;
document.documentElement.lang = language;

export const languages = { en: 'English', 'pt-BR': 'Português (Brasil)' };
export const speaks = () => language;

export async function speak(other) {
  known = (await LANGUAGES[other]()).words;
  language = other;
  document.documentElement.lang = other;
  try {
    localStorage.setItem(KEY, other);
  } catch { /* Then it holds for this page only. */ }
}

/** The words for a key, with what is to stand in them. */
export function t(key, values) {
  const words = known[key] ?? key;
  return words.replace(/\{(\w+)\}/g, (_, name) => values?.[name] ?? '');
}

/** The words for a key that may have none. */
export function maybe(key) {
  return known[key];
}

/** How long, in the two largest units that matter. */
export function long(milliseconds) {
  const seconds = Math.max(0, Math.round(milliseconds / 1000));
  const units = [[86400, 'unit.day'], [3600, 'unit.hour'], [60, 'unit.minute'], [1, 'unit.second']];
  const first = units.findIndex(([size]) => seconds >= size);
  if (first < 0) return t('unit.second', { n: 0 });
  const [size, name] = units[first];
  const text = t(name, { n: Math.floor(seconds / size) });
  const next = units[first + 1];
  const rest = next ? Math.floor((seconds % size) / next[0]) : 0;
  return rest > 0 ? `${text} ${t(next[1], { n: rest })}` : text;
}

export function moment(time) {
  if (!time) return '';
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' }).format(new Date(time));
}

export function count(number) {
  return new Intl.NumberFormat(language).format(number);
}

/** A number as people read it. */
export const phone = (digits) => (digits ? `+${digits}` : '');
