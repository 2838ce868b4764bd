// Pairing a device: a code to scan that renews itself, or one to type; what to do on the phone; how it ends.

import { at, get, post } from './api.js';
import { announce, el, field, fill, form, write } from './dom.js';
import { live } from './live.js';
import { long, t } from './words.js';
import { crumbs, missing } from './device.js';
import { scanners } from './phones.js';

export function pair(main, { me, id }) {
  const of = { device_id: id };
  const head = el('div', {});
  const code = el('div', { class: 'qr' });
  const clock = el('i');
  const left = el('p', { class: 'muted small number', id: 'countdown' });
  const said = el('p', { class: 'said', role: 'status', id: 'pairing' });
  const phones = el('div', { class: 'stack' });
  const passkey = el('section', { class: 'panel', hidden: true, 'aria-label': t('passkey.title') });
  let shown;
  let until = 0;
  let asking = false;
  let over = false;
  let paused = false;
  let seen = '';
  let begun = false;

  const number = el('input', { name: 'phone', type: 'tel', required: true, autocomplete: 'tel', placeholder: '+55 11 99999-9999' });
  const typed = el('div', { 'aria-live': 'polite' });
  const byNumber = form({ id: 'paircode' }, async () => {
    const made = (await post(at('/paircode', of), { phone: number.value })).data;
    fill(typed, el('p', { class: 'code', id: 'typed' }, made.code), el('p', { class: 'muted small' }, t('code.good', { time: long(made.expires_in * 1000) })));
    scanners(phones, me, { code: made.code, phone: made.phone });
    return t('code.done');
  }, field(t('code.number'), number, t('code.hint')), el('button', { type: 'submit' }, t('code.go')));

  fill(main, head,
    said,
    el('div', { class: 'two', id: 'ways' },
      el('section', { class: 'panel', 'aria-labelledby': 'by-qr' }, el('h2', { id: 'by-qr' }, t('qr.title')), code,
        el('div', { class: 'qr' }, el('div', { class: 'clock', 'aria-hidden': 'true' }, clock), left), phones),
      el('div', { class: 'stack' },
        el('section', { class: 'panel' }, el('h2', {}, t('steps.title')),
          el('ol', { class: 'steps' }, [1, 2, 3, 4].map((step) => el('li', {}, t(`steps.${step}`))))),
        el('section', { class: 'panel', 'aria-labelledby': 'by-code' }, el('h2', { id: 'by-code' }, t('code.title')),
          el('p', { class: 'muted' }, t('code.steps')), byNumber, typed))),
    passkey);

  function blank(text, again) {
    shown = undefined;
    fill(code, el('div', { class: 'blank' }, el('div', { class: 'stack' }, el('p', {}, text),
      again && el('button', { class: 'first', on: { click: () => { paused = false; ask(true); } } }, t('qr.again')))));
    left.textContent = '';
    clock.style.width = '0';
  }

  async function ask(refresh) {
    if (asking || over || paused) return;
    asking = true;
    try {
      const query = refresh ? { ...of, refresh: 'true' } : of;
      const made = (await get(at('/qr', query))).data;
      if (over) return;
      if (made.passkey) {
        blank(t('qr.scanned'));
        showPasskey(made.passkey);
        return;
      }
      until = Date.parse(made.expires_at);
      if (made.qr_code !== shown) {
        shown = made.qr_code;
        const total = Math.max(1, until - live.now());
        code.dataset.total = total;
        fill(code, el('img', { src: made.image, alt: t('qr.alt'), id: 'qr', width: '288', height: '288' }));
        scanners(phones, me, { qr: made.qr_code });
      }
    } catch (error) {
      if (over) return;
      paused = true;
      blank(error.status === 400 ? t('qr.already') : t('qr.failed', { reason: error.message }), error.status !== 400);
    } finally {
      asking = false;
      tick();
    }
  }

  function tick() {
    if (!shown || over) return;
    const rest = until - live.now();
    if (rest <= 0) {
      write(left, t('qr.renewing'));
      ask(false);
      return;
    }
    write(left, t('qr.left', { seconds: Math.ceil(rest / 1000) }));
    clock.style.width = `${Math.min(100, (rest / Number(code.dataset.total)) * 100)}%`;
  }

  let told = '';
  async function showPasskey(check) {
    passkey.hidden = false;
    const state = check.state;
    // Somebody may be writing into it.
    const now = `${state} ${check.code ?? ''} ${check.until ?? ''}`;
    if (told === now) return;
    told = now;
    const parts = [el('h2', {}, t('passkey.title')), el('p', {}, t(`passkey.${state}`)),
      state !== 'failed' && el('p', { class: 'muted small' }, t('passkey.until', { time: long(Date.parse(check.until) - live.now()) }))];
    if (state === 'requested') {
      const answer = el('textarea', { name: 'answer', required: true, class: 'mono' });
      parts.push(el('p', {}, t('passkey.how')), el('textarea', { readonly: true, class: 'mono', 'aria-label': t('passkey.options'), value: JSON.stringify(check.request_options) }),
        form({}, async () => {
          let given;
          try {
            given = JSON.parse(answer.value);
          } catch {
            throw new Error(t('passkey.nojson'));
          }
          await post(at('/pair/passkey', of), given);
          return t('passkey.sent');
        }, field(t('passkey.answer'), answer), el('button', { class: 'first', type: 'submit' }, t('passkey.send'))));
    } else if (state === 'confirmation') {
      parts.push(el('p', { class: 'code' }, check.code), form({}, async () => {
        await post(at('/pair/passkey/confirm', of), { code: check.code });
        return t('passkey.confirmed');
      }, el('button', { class: 'first', type: 'submit' }, t('passkey.same'))));
    } else if (state === 'failed') {
      parts.push(el('p', { class: 'note bad' }, check.reason), el('button', { on: { click: () => { passkey.hidden = true; paused = false; ask(true); } } }, t('qr.again')));
    }
    fill(passkey, parts);
  }

  async function lookAtPasskey() {
    const status = (await get(at('/status', of))).data;
    if (!over && status.passkey) {
      if (status.passkey.state !== 'failed') blank(t('qr.scanned'));
      else paused = true;
      showPasskey(status.passkey);
    }
  }

  function update() {
    const device = live.devices.get(id);
    if (missing(head, device)) return;
    fill(head, crumbs(device, t('pair.title', { name: device.name })));
    if (me.kind === 'master') {
      over = true;
      document.getElementById('ways').hidden = true;
      write(said, t('master.only'));
      said.className = 'note';
      return;
    }
    if (device.paired) {
      finish(device);
      return;
    }
    const now = `${device.phase} ${device.passkey} ${device.since}`;
    if (now === seen) return;
    const first = seen === '';
    seen = now;
    begun ||= device.phase === 'pairing';
    if (device.passkey) {
      lookAtPasskey();
      return;
    }
    if (device.phase === 'pairing' || first) {
      ask(false);
    } else if (begun && device.phase === 'disconnected') {
      begun = false;
      paused = true;
      blank(t('qr.ended'), true);
    } else if (device.phase === 'quarantined') {
      paused = true;
      blank(t('qr.noway', { reason: t(`exit.${device.last_exit}`) }), true);
    }
  }

  function finish(device) {
    if (!over) {
      over = true;
      document.getElementById('ways').hidden = true;
      passkey.hidden = true;
      announce(t('pair.done', { name: device.name }));
    }
    const connected = device.phase === 'connected';
    said.className = `note ${connected ? 'good' : 'calm'}`;
    const text = t(connected ? 'pair.connected' : 'pair.linking', { phone: device.phone ?? '' });
    if (said.dataset.text !== text) {
      said.dataset.text = text;
      fill(said, text, ' ', el('a', { href: `#/device/${id}` }, t('pair.next')));
    }
  }

  update();
  return { update, tick, end: () => { over = true; } };
}
