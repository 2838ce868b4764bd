// What is behind a link for customers: one device, one purpose, and nothing else.

import { el, field, fill, form, write } from './dom.js';
import { languages, long, speak, speaks, t } from './words.js';

const SECRET = location.pathname.split('/').filter(Boolean).pop();
const BASE = new URL(`${SECRET}/`, location.href);
/** How often it is looked whether somebody has scanned, in milliseconds. */
const PAUSE = 2000;

let shown = '';
let until = 0;
let ahead = 0;
let over = false;
let timer;

const code = el('div', { class: 'qr' });
const left = el('p', { class: 'muted small number', id: 'countdown' });
const said = el('div', { role: 'status', id: 'state' });
const more = el('section', { class: 'panel', hidden: true });
const typed = el('div', { 'aria-live': 'polite' });

async function ask(path, body) {
  let response;
  try {
    response = await fetch(new URL(path, BASE), {
      method: body === undefined ? 'GET' : 'POST',
      headers: body === undefined ? {} : { 'Content-Type': 'application/json' },
      body: body === undefined ? undefined : JSON.stringify(body),
      credentials: 'omit',
      cache: 'no-store',
    });
  } catch {
    throw new Error(t('error.unreachable'));
  }
  const date = Date.parse(response.headers.get('Date'));
  if (date) ahead = date - Date.now();
  const answer = await response.json().catch(() => ({}));
  if (response.ok) return answer.data ?? answer;
  const error = new Error(typeof answer.error === 'string' ? answer.error : t('error.status', { status: response.status }));
  error.status = response.status;
  throw error;
}

function frame() {
  const choice = el('select', {
    'aria-label': t('language'),
    on: {
      change: async () => {
        await speak(choice.value);
        shown = '';
        frame();
        look();
      },
    },
  }, Object.entries(languages).map(([key, name]) => el('option', { value: key, selected: key === speaks() }, name)));
  const number = el('input', { name: 'phone', type: 'tel', required: true, autocomplete: 'tel', placeholder: '+55 11 99999-9999' });
  document.title = t('link.title');
  fill(document.body, el('main', { id: 'main' },
    el('div', { class: 'head' }, el('h1', {}, t('link.title')), choice), el('p', {}, t('link.about')), said,
    el('div', { class: 'two', id: 'ways' },
      el('section', { class: 'panel', 'aria-labelledby': 'by-qr' }, el('h2', { id: 'by-qr' }, t('qr.title')), code, el('div', { class: 'qr' }, left)),
      el('div', { class: 'stack' },
        el('section', { class: 'panel' }, el('h2', {}, t('steps.title')),
          el('ol', { class: 'steps' }, [1, 2, 3, 4].map((step) => el('li', {}, t(`steps.${step}`))))),
        el('section', { class: 'panel' }, el('h2', {}, t('code.title')), el('p', { class: 'muted' }, t('code.steps')),
          form({ id: 'paircode' }, async () => {
            show(await ask('code', { phone: number.value }));
            return t('code.done');
          }, field(t('code.number'), number, t('code.hint')), el('button', { type: 'submit' }, t('code.go'))), typed))),
    more));
}

function end(text, kind) {
  over = true;
  clearTimeout(timer);
  document.getElementById('ways').hidden = true;
  more.hidden = true;
  said.className = `note ${kind}`;
  write(said, text);
}

async function look(again) {
  clearTimeout(timer);
  if (over) return;
  try {
    show(await ask(again ? 'state?again=true' : 'state'));
  } catch (error) {
    if (error.status === 404) {
      end(t('link.gone'), 'bad');
      return;
    }
    said.className = 'note';
    write(said, error.message);
  }
  if (!over) timer = setTimeout(look, PAUSE);
}

function show(now) {
  if (now.paired) {
    end(t('link.done'), 'good');
    return;
  }
  said.className = '';
  write(said, '');
  const failed = now.state === 'failed';
  const scan = now.qr?.code ?? '';
  until = scan ? Date.parse(now.qr.expires_at) : 0;
  const key = `${now.state} ${scan}`;
  if (key !== shown) {
    shown = key;
    if (scan) {
      fill(code, el('img', { src: now.qr.image, alt: t('qr.alt'), id: 'qr', width: '288', height: '288' }));
    } else {
      const words = { starting: 'link.starting', passkey: 'qr.scanned', failed: 'passkey.failed' }[now.state] ?? 'link.starting';
      fill(code, el('div', { class: 'blank' }, el('div', { class: 'stack' }, el('p', {}, t(words)),
        failed && el('button', { class: 'first', on: { click: () => look(true) } }, t('qr.again')))));
    }
  }
  const pair = now.pair_code;
  if (typed.dataset.code !== (pair?.code ?? '')) {
    typed.dataset.code = pair?.code ?? '';
    fill(typed, pair && el('p', { class: 'code', id: 'typed' }, pair.code));
  }
  check(now.passkey);
  tick();
}

function check(passkey) {
  const key = passkey ? `${passkey.state} ${passkey.code ?? ''}` : '';
  more.hidden = !passkey;
  if (more.dataset.key === key) return;
  more.dataset.key = key;
  if (!passkey) return;
  const parts = [el('h2', {}, t('passkey.title')), el('p', {}, t(`passkey.${passkey.state}`))];
  if (passkey.state === 'requested') {
    const answer = el('textarea', { name: 'answer', required: true, class: 'mono' });
    parts.push(el('p', {}, t('passkey.how')), el('textarea', { readonly: true, class: 'mono', 'aria-label': t('passkey.options'), value: JSON.stringify(passkey.request_options) }),
      form({}, async () => {
        let given;
        try {
          given = JSON.parse(answer.value);
        } catch {
          throw new Error(t('passkey.nojson'));
        }
        await ask('passkey', given);
        return t('passkey.sent');
      }, field(t('passkey.answer'), answer), el('button', { class: 'first', type: 'submit' }, t('passkey.send'))));
  } else if (passkey.state === 'confirmation') {
    parts.push(el('p', { class: 'code' }, passkey.code), form({}, async () => {
      await ask('passkey/confirm', { code: passkey.code });
      return t('passkey.confirmed');
    }, el('button', { class: 'first', type: 'submit' }, t('passkey.same'))));
  } else if (passkey.state === 'failed') {
    parts.push(el('p', { class: 'note bad' }, passkey.reason));
  }
  fill(more, parts);
}

function tick() {
  const rest = until - Date.now() - ahead;
  write(left, !until || over ? '' : rest > 0 ? t('qr.left', { seconds: Math.ceil(rest / 1000) }) : t('qr.renewing'));
}

frame();
look();
setInterval(tick, 1000);
