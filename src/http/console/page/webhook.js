// Where a device's events go, what waits for it, and what could not be delivered.

import { at, get, post, remove } from './api.js';
import { announce, ask, el, field, fill, form, toggle } from './dom.js';
import { moment, t } from './words.js';

export function webhook(place, id, there, may) {
  const of = { device_id: id };
  const settings = el('div', { class: 'stack' });
  const list = el('div', { class: 'stack' });
  let state = 'dead';
  const tabs = ['dead', 'waiting'].map((name) => el('button', {
    class: 'chip', id: `letters-${name}`, on: { click: () => { state = name; load(); } },
  }, t(`letters.${name}`)));
  fill(place, el('h2', { id: 'webhook-title' }, t('hook.title')), settings,
    el('div', { class: 'head' }, el('div', { class: 'chips', role: 'group', 'aria-label': t('letters.which') }, tabs),
      el('button', { class: 'plain', on: { click: () => load() } }, t('refresh'))), list);

  async function show() {
    let hook;
    // Nobody is asked for what is known to be missing.
    if (there) {
      try {
        hook = (await get(at('/webhook', of))).webhook;
      } catch (error) {
        if (error.status !== 404) throw error;
      }
    }
    const known = hook && (await get('/webhook/events')).events;
    if (!hook) {
      fill(settings, el('p', { class: 'muted' }, t('hook.no')), may && el('div', { class: 'row' }, edit()));
      return;
    }
    const events = hook.enabled_events;
    const chosen = known && events.length >= known.length ? t('hook.all') : events.join(', ');
    fill(settings, el('dl', { class: 'facts' },
      el('dt', {}, t('hook.url')), el('dd', {}, el('code', {}, hook.webhook_url)),
      el('dt', {}, t('hook.on')), el('dd', {}, t(hook.enabled === false ? 'no' : 'yes')),
      el('dt', {}, t('hook.events')), el('dd', { class: 'small' }, chosen || '–')),
    may && el('div', { class: 'row' }, edit(hook), test(), drop()));
  }

  const test = () => el('button', {
    id: 'hook-test',
    on: {
      click: async () => {
        await post(at('/webhook/test', of));
        announce(t('hook.tested'));
        state = 'waiting';
        load();
      },
    },
  }, t('hook.test'));

  const edit = (hook) => el('button', {
    on: {
      click: async () => {
        const { events } = await get('/webhook/events');
        const chosen = new Set(hook?.enabled_events ?? events);
        const url = el('input', { type: 'url', required: true, value: hook?.webhook_url ?? '' });
        const secret = el('input', { autocomplete: 'off', spellcheck: 'false', class: 'mono' });
        const boxes = events.map((event) => toggle(event, chosen.has(event), event));
        const on = toggle(t('hook.on'), hook?.enabled !== false, 'on');
        const done = await ask({
          title: t('hook.edit'), yes: t('save'), no: t('cancel'),
          body: [field(t('hook.url'), url, t('hook.url.hint')), field(t('hook.secret'), secret, hook ? t('hook.secret.hint') : undefined), on,
            el('details', {}, el('summary', {}, t('hook.events')), el('div', { class: 'stack' }, boxes))],
          answer: async () => {
            const wanted = boxes.map((box) => box.querySelector('input')).filter((box) => box.checked).map((box) => box.name);
            const body = { webhook_url: url.value, enabled_events: wanted, enabled: on.querySelector('input').checked };
            if (secret.value) body.secret = secret.value;
            // What is not shown here stays as it is.
            for (const other of ['timeout', 'retry_attempts', 'headers']) if (hook?.[other] !== undefined) body[other] = hook[other];
            await post(at('/webhook', of), body);
          },
        });
        if (done) { announce(t('saved')); there = true; show(); }
      },
    },
  }, t(hook ? 'hook.change' : 'hook.set'));

  const drop = () => el('button', {
    class: 'danger',
    on: {
      click: async () => {
        const done = await ask({
          title: t('hook.drop'), yes: t('hook.drop'), no: t('cancel'), danger: true, body: el('p', {}, t('hook.drop.does')),
          answer: () => remove(at('/webhook', of)),
        });
        if (done) { there = false; show(); load(); }
      },
    },
  }, t('hook.drop'));

  async function load(after) {
    tabs.forEach((tab) => tab.setAttribute('aria-pressed', String(tab.id === `letters-${state}`)));
    const asked = state;
    let page;
    try {
      page = await get(at('/webhook/deliveries', { ...of, state, limit: '50', ...(after ? { after } : {}) }));
    } catch (error) {
      fill(list, el('p', { class: 'bad' }, error.message));
      return;
    }
    if (asked !== state) return;
    const letters = page.deliveries;
    if (!letters.length && !after) {
      fill(list, el('p', { class: 'muted' }, t(`letters.${state}.none`)));
      return;
    }
    const dead = may && state === 'dead';
    fill(list,
      dead && el('div', { class: 'row' },
        el('button', { id: 'replay-all', on: { click: () => change('post', '/webhook/deliveries/replay', 'letters.replayed') } }, t('letters.replay.all')),
        el('button', { class: 'danger', on: { click: clear } }, t('letters.delete.all'))),
      el('div', { class: 'scroll' }, el('table', { class: 'cards' },
        el('thead', {}, el('tr', {}, ['letters.event', 'letters.since', 'letters.error', dead && 'letters.do'].filter(Boolean).map((word) => el('th', { scope: 'col' }, t(word))))),
        el('tbody', {}, letters.map((letter) => el('tr', { 'data-letter': letter.id },
          el('td', {}, el('code', {}, letter.event)),
          el('td', { class: 'small' }, moment(letter.since)),
          el('td', { class: 'small words' }, letter.last_error ? t('letters.tried', { n: letter.attempts, error: letter.last_error }) : '–'),
          dead && el('td', { class: 'end' },
            el('button', { class: 'plain replay', 'aria-label': t('letters.replay.one', { event: letter.event }), on: { click: () => change('post', `/webhook/deliveries/${letter.id}/replay`, 'letters.replayed') } }, t('letters.replay')),
            el('button', { class: 'plain danger', 'aria-label': t('letters.delete.one', { event: letter.event }), on: { click: () => change('delete', `/webhook/deliveries/${letter.id}`, 'letters.deleted') } }, t('letters.delete')))))))),
      page.next && el('button', { on: { click: () => load(page.next) } }, t('page.on')));
  }

  async function change(method, path, done) {
    await (method === 'post' ? post(at(path, of)) : remove(at(path, of)));
    announce(t(done));
    load();
  }

  async function clear() {
    const done = await ask({
      title: t('letters.delete.all'), yes: t('letters.delete.all'), no: t('cancel'), danger: true, body: el('p', {}, t('letters.delete.does')),
      answer: () => remove(at('/webhook/deliveries', of)),
    });
    if (done) load();
  }

  show().catch((error) => fill(settings, el('p', { class: 'bad' }, error.message)));
  load();
}
