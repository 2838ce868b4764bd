// Tokens to give away: for one device or all, for what they are good, and for how long.

import { at, get, post, remove } from './api.js';
import { announce, ask, el, field, fill, toggle } from './dom.js';
import { live } from './live.js';
import { moment, t } from './words.js';
import { showToken } from './people.js';

const SCOPES = ['read', 'send', 'manage'];
const DAY = 86400;
const ENDS = [['1', DAY], ['7', 7 * DAY], ['30', 30 * DAY], ['365', 365 * DAY], ['never', 0]];

export function tokens(main, { me, id }) {
  const of = id && id !== me.user_id ? { user_id: id } : {};
  const list = el('div', {});
  fill(main, el('div', { class: 'head' }, el('h1', {}, t('nav.tokens')),
    el('button', { class: 'first', id: 'add-token', on: { click: create } }, t('given.add'))),
  el('p', { class: 'muted' }, t(of.user_id ? 'given.about.other' : 'given.about')), list);

  async function load() {
    const all = (await get(at('/tokens', of))).tokens;
    if (!all.length) {
      fill(list, el('div', { class: 'panel empty' }, el('p', {}, t('given.none'))));
      return;
    }
    const names = ['create.name', 'given.scopes', 'given.device', 'given.end', 'letters.do'];
    fill(list, el('div', { class: 'scroll' }, el('table', { class: 'cards' },
      el('thead', {}, el('tr', {}, names.map((word) => el('th', { scope: 'col' }, t(word))))),
      el('tbody', {}, all.map((token) => el('tr', { 'data-token': token.id },
        el('td', { class: 'name' }, token.name),
        el('td', {}, token.scopes.map((scope) => t(`scope.${scope}`)).join(', ')),
        el('td', {}, token.device_id ? live.devices.get(token.device_id)?.name ?? el('code', {}, token.device_id) : t('given.all')),
        el('td', { class: 'small' }, token.expires_at ? moment(token.expires_at) : t('given.never')),
        el('td', { class: 'end' }, el('button', { class: 'plain danger', 'aria-label': t('given.drop.of', { name: token.name }), on: { click: () => drop(token) } }, t('given.drop')))))))));
  }

  async function create() {
    const name = el('input', { required: true, maxlength: '100' });
    const own = [...live.devices.values()].filter((device) => device.user_id === (of.user_id ?? me.user_id));
    const device = el('select', {}, el('option', { value: '' }, t('given.all')), own.map((one) => el('option', { value: one.id }, one.name)));
    const end = el('select', {}, ENDS.map(([word, seconds]) => el('option', { value: seconds, selected: word === '30' }, t(`given.end.${word}`))));
    const scopes = SCOPES.map((scope) => toggle(t(`scope.${scope}.does`), scope === 'read', scope));
    const made = await ask({
      title: t('given.add'), yes: t('given.add'), no: t('cancel'),
      body: [field(t('create.name'), name, t('given.hint')), el('fieldset', {}, el('legend', {}, t('given.scopes')), scopes), field(t('given.device'), device), field(t('given.end'), end)],
      answer: () => {
        const chosen = scopes.map((box) => box.querySelector('input')).filter((box) => box.checked).map((box) => box.name);
        if (!chosen.length) throw new Error(t('given.nothing'));
        const body = { name: name.value, scopes: chosen, ...of };
        if (device.value) body.device_id = device.value;
        if (Number(end.value)) body.expires_in = Number(end.value);
        return post('/tokens', body);
      },
    });
    if (!made) return;
    await showToken(t('user.made.title', { email: made.name }), made.token);
    load();
  }

  async function drop(token) {
    const done = await ask({
      title: t('given.drop.of', { name: token.name }), yes: t('given.drop'), no: t('cancel'), danger: true, body: el('p', {}, t('given.drop.does')),
      answer: () => remove(`/tokens/${token.id}`),
    });
    if (done) {
      announce(t('letters.deleted'));
      load();
    }
  }

  load().catch((error) => fill(list, el('p', { class: 'bad' }, error.message)));
}
