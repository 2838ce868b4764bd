// One device: where it stands, what can be done with it, its webhook, and a try at sending.

import { at, get, patch, post, remove } from './api.js';
import { announce, ask, el, field, fill, form, write } from './dom.js';
import { live } from './live.js';
import { long, moment, phone, t } from './words.js';
import { nextAttempt, since, todo, why } from './fleet.js';
import { history, links } from './history.js';
import { webhook } from './webhook.js';

export function crumbs(device, title) {
  return el('div', { class: 'head' }, el('div', { class: 'stack' },
    el('p', { class: 'crumb' }, el('a', { href: '#/' }, t('fleet.title')), title !== device.name && [' / ', el('a', { href: `#/device/${device.id}` }, device.name)]),
    el('h1', {}, title)));
}

/** Says so where there is no such device, or none is known yet. */
export function missing(place, device) {
  if (device) return false;
  fill(place, el('div', { class: 'head' }, el('h1', {}, t(live.complete ? 'device.none' : 'live.connecting'))),
    live.complete && el('a', { href: '#/' }, t('fleet.title')));
  return true;
}

export function device(main, { me, id }) {
  const of = { device_id: id };
  const master = me.kind === 'master';
  const may = (scope) => !me.scopes || me.scopes.includes(scope);
  const head = el('div', {});
  const rest = el('div', { class: 'panels', hidden: true });
  const state = el('span', { class: 'phase', id: 'phase' });
  const time = el('span', { class: 'muted number' });
  const reason = el('dd', { id: 'why' });
  const next = el('dd', { class: 'number' });
  const must = el('p', { class: 'note', id: 'todo' });
  const number = el('dd', { class: 'number' });
  const seen = el('dd');
  const owner = el('dd');
  const hook = el('dd');
  const row = (word, node) => [el('dt', {}, t(word)), node];
  const facts = el('dl', { class: 'facts' }, row('col.why', reason), row('col.next', next), row('col.phone', number), row('device.seen', seen),
    row('device.owner', owner), row('col.hook', hook), row('device.id', el('dd', {}, el('code', {}, id))));
  const act = (name, kind, doing) => el('button', { class: kind, id: `do-${name}`, on: { click: doing } }, t(`do.${name}`));
  const name = () => live.devices.get(id)?.name ?? '';

  /** Each button asks first, and says what it does. */
  const sure = (what, danger, doing) => async () => {
    const done = await ask({
      title: t(`do.${what}.title`, { name: name() }), yes: t(`do.${what}`), no: t('cancel'), danger,
      body: el('p', {}, t(`do.${what}.does`)),
      answer: async () => { await doing(); return true; },
    });
    if (done) announce(t(`do.${what}.done`, { name: name() }));
    return done;
  };
  const rename = async () => {
    const input = el('input', { required: true, maxlength: '100', value: name() });
    await ask({
      title: t('do.rename'), yes: t('do.rename'), no: t('cancel'), body: field(t('create.name'), input),
      answer: async () => {
        await patch(`/devices/${id}`, { name: input.value });
        const known = live.devices.get(id);
        if (known) known.name = input.value.trim();
        live.changed();
      },
    });
  };
  const forget = async () => {
    const done = await sure('delete', true, () => remove(at(`/devices/${id}`, { for_good: 'true' })))();
    if (done) location.hash = '#/';
  };
  const link = el('a', { class: 'button first', href: `#/device/${id}/pair`, id: 'do-pair' }, t('do.pair'));
  const connect = act('connect', 'first', sure('connect', false, () => post(at('/connect', of))));
  const disconnect = act('disconnect', '', sure('disconnect', false, () => post(at('/disconnect', of))));
  const logout = act('logout', 'danger', sure('logout', true, () => post(at('/logout', of))));
  const actions = el('div', { class: 'row', role: 'group', 'aria-label': t('device.actions') }, link, connect, disconnect,
    act('rename', '', rename), logout, act('delete', 'danger', forget));
  const hooks = el('section', { class: 'panel', id: 'webhook', 'aria-labelledby': 'webhook-title' });
  const past = el('section', { class: 'panel', 'aria-labelledby': 'history-title' });
  const handed = el('section', { class: 'panel', hidden: true });
  const tries = el('section', { class: 'panel', 'aria-labelledby': 'try-title' });
  fill(rest, el('div', { class: 'two' }, el('section', { class: 'panel', 'aria-label': t('device.state') },
    el('div', { class: 'row' }, state, time), must, facts, master ? el('p', { class: 'muted' }, t('master.only')) : may('manage') && actions),
  !master && [past, tries, handed, hooks]));
  fill(main, head, rest);

  let loaded = false;
  let timeline;
  let linked = false;
  let seenAs = '';
  let title = '';

  function update() {
    const device = live.devices.get(id);
    rest.hidden = !device;
    if (missing(head, device)) { title = ''; return; }
    if (title !== device.name) {
      title = device.name;
      fill(head, crumbs(device, device.name));
      document.title = `${device.name} · wutsd`;
    }
    if (!loaded && !master) {
      loaded = true;
      webhook(hooks, id, device.webhook, may('manage'));
      trial(tries, device);
      timeline = history(past, id);
    }
    if (!device.paired && !master && may('manage') && !linked) {
      linked = true;
      links(handed, id);
    }
    handed.hidden = device.paired || !may('manage');
    const now = `${device.phase} ${device.last_exit} ${device.since}`;
    if (seenAs && seenAs !== now) timeline?.again();
    seenAs = now;
    const kind = `phase ${device.phase}`;
    if (state.className !== kind) state.className = kind;
    write(state, t(`phase.${device.phase}`));
    write(reason, why(device) || '–');
    write(number, device.phone ? phone(device.phone) : t('device.unpaired'));
    write(seen, device.last_seen ? moment(device.last_seen) : '–');
    write(owner, `${device.tenant} · ${device.user}`);
    const words = todo(device);
    write(must, words);
    must.hidden = !words;
    tries.hidden = !device.paired || !may('send');
    const up = ['connected', 'connecting', 'pairing'].includes(device.phase);
    link.hidden = device.paired;
    connect.hidden = !device.paired || up;
    disconnect.hidden = device.phase === 'disconnected';
    logout.hidden = !device.paired || device.phase !== 'connected';
    tick();
  }

  function tick() {
    const device = live.devices.get(id);
    if (!device) return;
    write(time, since(device));
    write(next, nextAttempt(device) || '–');
    const waits = live.waiting[id];
    write(hook, waits ? t('hook.since', { time: long(live.now() - Date.parse(waits)) }) : t('hook.none'));
  }

  update();
  return { update, tick, end: () => { loaded = false; tries.dispatchEvent(new Event('over')); } };
}

/** A test text, and a way to the statuses. */
function trial(place, device) {
  const to = el('input', { name: 'to', type: 'tel', required: true, placeholder: '+55 11 99999-9999' });
  const text = el('textarea', { name: 'text', required: true, maxlength: '4096', value: t('try.hello') });
  const sent = el('ul', { class: 'list lines', 'aria-live': 'polite', id: 'sent' });
  let over = false;
  place.addEventListener('over', () => { over = true; });
  fill(place, el('div', { class: 'head' }, el('h2', { id: 'try-title' }, t('try.title')),
    el('a', { href: `#/device/${device.id}/status` }, t('status.link'))),
  form({ id: 'try' }, async () => {
    const made = await post(at('/send/text', { device_id: device.id }), { number: to.value, text: text.value });
    const message = made.message_id ?? made.data?.message_id ?? made.job_id;
    const state = el('b', {}, t('message.pending'));
    sent.prepend(el('li', { 'data-message': message }, state, ' ', el('span', { class: 'muted' }, t('try.to', { to: to.value })), el('div', { class: 'bubble' }, text.value)));
    watch(message, state, () => over || !state.isConnected);
    return t('try.done');
  }, field(t('try.number'), to), field(t('try.text'), text), el('button', { class: 'first', type: 'submit' }, t('try.go'))), sent);
}

/** Shows what becomes of a message, for ten minutes or until its last state. */
async function watch(message, place, over) {
  for (let pause = 700, begun = Date.now(); Date.now() - begun < 600000; pause = Math.min(pause * 1.2, 5000)) {
    try {
      const now = await get(`/messages/${encodeURIComponent(message)}/status`);
      const known = now.data ?? now;
      write(place, t(`message.${known.status}`));
      place.className = known.status === 'failed' ? 'bad' : '';
      if (['read', 'played', 'failed'].includes(known.status)) return;
    } catch (error) {
      if (error.status === 401) return;
    }
    await new Promise((resolve) => { setTimeout(resolve, pause); });
    if (over()) return;
  }
}
