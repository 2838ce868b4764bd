// All devices: who is not connected, why, since when, what happens next, and who must do what.

import { at, get, post } from './api.js';
import { announce, arrange, ask, el, field, fill, write } from './dom.js';
import { live } from './live.js';
import { count, long, maybe, moment, phone, t } from './words.js';

const PAGE = 100;
const PHASES = ['connected', 'connecting', 'pairing', 'waiting', 'quarantined', 'closing', 'disconnected'];
/** What needs somebody comes first. */
const ORDER = { quarantined: 1, waiting: 2, disconnected: 3, closing: 4, connecting: 5, pairing: 6, connected: 7 };

const state = { phase: 'all', text: '', page: 0 };

export function why(device) {
  if (device.phase === 'connected' || !device.last_exit) return '';
  return maybe(`exit.${device.last_exit}`) ?? device.last_exit;
}

/** What a person must do, in words. */
export function todo(device) {
  const words = [];
  if (device.action) words.push(maybe(`todo.${device.action}`) ?? device.action_required);
  const lock = device.restriction?.reach_out;
  if (lock) words.push(t('restriction.reach_out', { until: moment(lock.until) }));
  const limit = device.restriction?.new_chats;
  if (limit) words.push(t('restriction.new_chats', { used: limit.used ?? '?', total: limit.total ?? '?' }));
  return words.join(' ');
}

export function nextAttempt(device) {
  if (!device.next_attempt) return '';
  const left = Date.parse(device.next_attempt) - live.now();
  return left > 0 ? t('next.in', { time: long(left) }) : t('next.now');
}

export function since(device) {
  return t('since', { time: long(live.now() - Date.parse(device.since)) });
}

export function phase(device) {
  return el('span', { class: `phase ${device.phase}` }, t(`phase.${device.phase}`));
}

/** First what does not come back without somebody; that nobody has paired it yet is no trouble. */
function needs(device) {
  return device.action && device.action !== 'pair' ? 0 : ORDER[device.phase] ?? 9;
}

function selected() {
  const wanted = state.text.trim().toLowerCase();
  const devices = [...live.devices.values()].filter((device) => {
    if (state.phase === 'person' ? !device.action : state.phase !== 'all' && device.phase !== state.phase) return false;
    if (!wanted) return true;
    const words = [device.name, device.id, device.phone, device.user, device.tenant, device.last_exit, t(`phase.${device.phase}`)];
    return words.some((word) => word?.toLowerCase().includes(wanted));
  });
  return devices.sort((a, b) => needs(a) - needs(b) || a.name.localeCompare(b.name) || (a.id < b.id ? -1 : 1));
}

class Row {
  constructor(id, owners) {
    this.link = el('a', { href: `#/device/${id}` });
    this.owner = owners && el('div', { class: 'small muted' });
    this.state = el('span', { class: 'phase' });
    this.time = el('div', { class: 'small muted number' });
    const cell = (label, kind) => el('td', { class: kind, 'data-label': t(label) });
    this.phone = cell('col.phone', 'number');
    this.why = cell('col.why', 'words');
    this.next = cell('col.next', 'number');
    this.todo = cell('col.todo', 'todo');
    this.hook = cell('col.hook', 'number');
    this.node = el('tr', { 'data-device': id }, el('td', { class: 'name' }, this.link, this.owner), el('td', {}, this.state, this.time),
      this.why, this.next, this.todo, this.phone, this.hook);
  }

  update(device) {
    this.device = device;
    write(this.link, device.name);
    if (this.owner) write(this.owner, `${device.tenant} · ${device.user}`);
    const kind = `phase ${device.phase}`;
    if (this.state.className !== kind) this.state.className = kind;
    write(this.state, t(`phase.${device.phase}`));
    write(this.phone, phone(device.phone));
    write(this.why, why(device));
    write(this.todo, todo(device));
    this.tick();
  }

  tick() {
    write(this.time, since(this.device));
    write(this.next, nextAttempt(this.device));
    const waits = live.waiting[this.device.id];
    write(this.hook, waits ? t('hook.since', { time: long(live.now() - Date.parse(waits)) }) : '');
  }
}

export function fleet(main, { me }) {
  const rows = new Map();
  const owners = me.kind === 'master';
  const chips = el('div', { class: 'chips', role: 'group', 'aria-label': t('fleet.filter') });
  const search = el('input', {
    type: 'search', class: 'search', placeholder: t('fleet.search'), 'aria-label': t('fleet.search'), value: state.text,
    on: { input: () => { state.text = search.value; state.page = 0; update(); } },
  });
  const buttons = new Map(['all', 'person', ...PHASES].map((name) => {
    const number = el('b', {}, '0');
    const button = el('button', {
      class: 'chip', 'data-phase': name,
      on: { click: () => { state.phase = name; state.page = 0; update(); } },
    }, number, t(name === 'all' || name === 'person' ? `fleet.${name}` : `phase.${name}`));
    chips.append(button);
    return [name, { button, number }];
  }));
  const body = el('tbody');
  const head = ['col.name', 'col.state', 'col.why', 'col.next', 'col.todo', 'col.phone', 'col.hook'];
  const table = el('div', { class: 'scroll' }, el('table', { class: 'cards' },
    el('caption', { class: 'sr' }, t('fleet.title')),
    el('thead', {}, el('tr', {}, head.map((word) => el('th', { scope: 'col' }, t(word))))), body));
  const empty = el('div', { class: 'panel empty', hidden: true });
  const shown = el('span', { class: 'muted small', role: 'status' });
  const back = el('button', { on: { click: () => { state.page -= 1; update(); } } }, t('page.back'));
  const on = el('button', { on: { click: () => { state.page += 1; update(); } } }, t('page.on'));
  fill(main,
    el('div', { class: 'head' }, el('h1', {}, t('fleet.title')),
      !owners && el('button', { class: 'first', id: 'add', on: { click: create } }, t('fleet.add'))),
    el('div', { class: 'head' }, chips, search), table, empty, el('div', { class: 'row' }, shown, back, on));

  function counts() {
    const all = [...live.devices.values()];
    const number = (name) => {
      if (name === 'all') return all.length;
      return all.filter((device) => (name === 'person' ? device.action : device.phase === name)).length;
    };
    for (const [name, { button, number: place }] of buttons) {
      const found = number(name);
      write(place, count(found));
      button.hidden = found === 0 && name !== 'all' && state.phase !== name;
      button.setAttribute('aria-pressed', String(state.phase === name));
    }
  }

  function update() {
    counts();
    const devices = selected();
    const pages = Math.max(1, Math.ceil(devices.length / PAGE));
    state.page = Math.min(Math.max(0, state.page), pages - 1);
    const here = devices.slice(state.page * PAGE, (state.page + 1) * PAGE);
    const kept = new Set(here.map((device) => device.id));
    for (const id of rows.keys()) if (!kept.has(id)) rows.delete(id);
    arrange(body, here.map((device) => {
      if (!rows.has(device.id)) rows.set(device.id, new Row(device.id, owners));
      const row = rows.get(device.id);
      row.update(device);
      return row.node;
    }));
    table.hidden = here.length === 0;
    const first = state.page * PAGE;
    write(shown, here.length ? t('page.shown', { from: count(first + 1), to: count(first + here.length), all: count(devices.length) }) : '');
    back.hidden = on.hidden = pages === 1;
    back.disabled = state.page === 0;
    on.disabled = state.page === pages - 1;
    nothing(here.length === 0);
  }

  function nothing(is) {
    const kind = !is ? '' : !live.complete ? 'loading' : live.devices.size ? 'filtered' : owners ? 'owners' : 'none';
    empty.hidden = !is;
    if (empty.dataset.kind === kind) return;
    empty.dataset.kind = kind;
    if (kind === 'none') {
      fill(empty, el('h2', {}, t('empty.title')), el('ol', {}, ['empty.1', 'empty.2', 'empty.3'].map((word) => el('li', {}, t(word)))),
        el('button', { class: 'first', on: { click: create } }, t('fleet.add')));
    } else if (kind) {
      fill(empty, el('p', {}, t(`empty.${kind}`)));
    }
  }

  update();
  return { update, tick: () => rows.forEach((row) => row.tick()) };
}

async function create() {
  const name = el('input', { name: 'name', required: true, maxlength: '100', value: 'WhatsApp' });
  const made = await ask({
    title: t('create.title'), yes: t('create.go'), no: t('cancel'),
    body: field(t('create.name'), name, t('create.hint')),
    answer: async () => (await post('/devices', { name: name.value })).device,
  });
  if (!made) return;
  announce(t('create.done', { name: made.name }));
  location.hash = `#/device/${made.id}/pair`;
}

/** The device's status, as the API has it. */
export const statusOf = async (id) => (await get(at('/status', { device_id: id }))).data;
