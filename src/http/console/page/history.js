// What has happened to a device, the newest first; and links by which a customer pairs it.

import { at, get, post, remove } from './api.js';
import { announce, ask, el, field, fill } from './dom.js';
import { maybe, moment, t } from './words.js';

export function history(place, id) {
  const list = el('ol', { class: 'list lines long', id: 'history', tabindex: '0', 'aria-labelledby': 'history-title' });
  const on = el('button', { hidden: true, on: { click: () => load(next) } }, t('page.on'));
  let next;
  let turn = 0;
  fill(place, el('h2', { id: 'history-title' }, t('history.title')), list, on);

  async function load(before) {
    const mine = (turn += 1);
    const page = await get(at(`/devices/${id}/history`, before ? { limit: '50', before } : { limit: '20' }));
    if (mine !== turn) return;
    const lines = page.entries.map((entry) => {
      const reason = entry.reason && (maybe(`exit.${entry.reason}`) ?? maybe(`restriction.is.${entry.reason}`) ?? entry.words ?? entry.reason);
      const details = [reason, entry.code && t('history.code', { code: entry.code }), entry.until && t('history.until', { at: moment(entry.until) })].filter(Boolean);
      return el('li', { class: 'life' }, el('time', { class: 'muted small number', datetime: entry.at }, moment(entry.at)),
        el('div', {}, el('b', {}, t(`history.${entry.event}`)), details.length ? [' ', el('span', { class: 'muted' }, details.join(' · '))] : undefined));
    });
    if (before) list.append(...lines);
    else fill(list, lines.length ? lines : el('li', { class: 'muted' }, t('history.none')));
    next = page.next;
    on.hidden = !next;
  }

  load().catch((error) => fill(list, el('li', { class: 'bad' }, error.message)));
  return { again: () => load().catch(() => {}) };
}

export function links(place, id) {
  const list = el('ul', { class: 'list lines' });
  const path = `/devices/${id}/pairing-links`;
  fill(place, el('h2', {}, t('links.title')), el('p', { class: 'muted' }, t('links.about')),
    el('div', { class: 'row' }, el('button', { id: 'add-link', on: { click: create } }, t('links.add'))), list);

  async function load() {
    const answer = await get(path);
    fill(list, (answer.links ?? []).map((link) => el('li', { class: 'head' },
      el('span', {}, t(link.used ? 'links.used' : 'links.until', { at: moment(link.expires_at) })),
      el('button', { class: 'plain danger', on: { click: () => drop(link) } }, t('links.drop')))));
  }

  async function create() {
    const end = el('select', {}, [3600, 86400, 604800].map((seconds) => el('option', { value: seconds, selected: seconds === 86400 }, t(`links.end.${seconds}`))));
    const made = await ask({
      title: t('links.add'), yes: t('links.add'), no: t('cancel'), body: field(t('given.end'), end),
      answer: () => post(path, { expires_in: Number(end.value) }),
    });
    if (!made) return;
    const shown = el('input', { readonly: true, class: 'mono', value: made.url, id: 'new-link', on: { focus: () => shown.select() } });
    await ask({
      title: t('links.made'), yes: t('token.kept'), no: t('token.copy.not'),
      body: [field(t('links.is'), shown, t('links.once')), el('button', {
        type: 'button',
        on: {
          click: async () => {
            shown.select();
            await navigator.clipboard?.writeText(made.url).catch(() => {});
            announce(t('token.copied'));
          },
        },
      }, t('token.copy'))],
      answer: () => true,
    });
    load();
  }

  async function drop(link) {
    await remove(`${path}/${link.id}`);
    announce(t('links.dropped'));
    load();
  }

  load().catch((error) => fill(list, el('li', { class: 'bad' }, error.message)));
}
