// Where the console begins: who is there, which page, and what stands around it.

import { call, ended, get } from './api.js';
import { announce, el, fill } from './dom.js';
import { live } from './live.js';
import { languages, speak, speaks, t } from './words.js';
import { login } from './login.js';
import { fleet } from './fleet.js';

/** Each with the pattern of its address, and fetched when it is wanted. A page returns what is to be called when devices
    change, every second, and at its end. */
const PAGES = [
  [/^\/$/, () => fleet],
  [/^\/device\/([\w-]+)$/, async () => (await import('./device.js')).device],
  [/^\/device\/([\w-]+)\/pair$/, async () => (await import('./pair.js')).pair],
  [/^\/device\/([\w-]+)\/status$/, async () => (await import('./status.js')).status],
  [/^\/tokens(?:\/([\w-]+))?$/, async () => (await import('./tokens.js')).tokens],
  [/^\/people$/, async () => (await import('./people.js')).people],
  [/^\/phones$/, async () => (await import('./phones.js')).phones],
];

let me;
let page;
let pulse;

async function begin() {
  try {
    const who = (await get('/console/session')).data;
    if (who.kind === 'nobody') {
      leave();
      return;
    }
    me = who;
    enter();
  } catch (error) {
    leave(error.message);
  }
}

function leave(said) {
  shows += 1;
  page?.end?.();
  page = undefined;
  me = undefined;
  live.forget();
  document.title = t('login.title');
  login(document.body, said, (who) => {
    me = who;
    enter();
  }, () => leave());
}

function enter() {
  live.start();
  frame();
  show();
}

async function logOut() {
  await call('DELETE', '/console/session').catch(() => {});
  location.hash = '#/';
  leave();
}

function links() {
  const all = [['#/', 'nav.fleet']];
  if (me.kind === 'master' || (me.role !== 'user' && !me.scopes)) all.push(['#/people', me.kind === 'master' ? 'nav.tenants' : 'nav.people']);
  if (me.kind === 'user' && !me.scopes) all.push(['#/tokens', 'nav.tokens']);
  if (me.sandbox) all.push(['#/phones', 'nav.phones']);
  return all;
}

function frame() {
  pulse = el('span', { class: 'pulse off', id: 'pulse', role: 'status' }, t('live.connecting'));
  const choice = el('select', {
    'aria-label': t('language'),
    on: {
      change: async () => {
        await speak(choice.value);
        frame();
        show();
      },
    },
  }, Object.entries(languages).map(([code, name]) => el('option', { value: code, selected: code === speaks() }, name)));
  const limits = me.scopes && ` · ${t('me.limited', { scopes: me.scopes.map((scope) => t(`scope.${scope}`)).join(', ') })}`;
  const who = me.kind === 'master' ? t('me.master') : `${t(`role.${me.role}`)}${limits ?? ''}`;
  fill(document.body,
    el('a', { class: 'skip', href: '#main', on: { click: (event) => { event.preventDefault(); document.getElementById('main').focus(); } } }, t('skip')),
    el('header', { class: 'top' }, el('div', { class: 'bar' },
      el('a', { class: 'brand', href: '#/' }, el('img', { src: 'console/icon.svg', alt: '' }), 'wutsd'),
      el('nav', { class: 'main', 'aria-label': t('nav') }, links().map(([href, word]) => el('a', { href }, t(word)))),
      el('div', { class: 'me' }, pulse, el('span', { class: 'wide' }, who), choice,
        el('button', { class: 'plain', id: 'logout', on: { click: logOut } }, t('logout.console'))))),
    el('main', { id: 'main', tabindex: '-1' }),
    el('div', { id: 'toast', class: 'toast', role: 'status', 'aria-live': 'polite' }));
  beat();
}

let shows = 0;

async function show() {
  if (!me) return;
  const turn = (shows += 1);
  page?.end?.();
  page = undefined;
  const path = location.hash.replace(/^#/, '') || '/';
  const main = document.getElementById('main');
  const found = PAGES.map(([pattern, make]) => [pattern.exec(path), make]).find(([match]) => match);
  fill(main);
  for (const link of document.querySelectorAll('nav.main a')) {
    const here = link.getAttribute('href') === `#${path}` || (link.getAttribute('href') === '#/' && path.startsWith('/device'));
    if (here) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  if (!found) {
    fill(main, el('p', {}, t('nothing.here')));
    return;
  }
  let make;
  try {
    make = await found[1]();
  } catch {
    if (turn === shows) fill(main, el('p', { class: 'note' }, t('error.unreachable')));
    return;
  }
  // Somebody may have gone elsewhere meanwhile.
  if (turn !== shows || !me) return;
  page = make(main, { me, id: found[0][1] }) ?? {};
  const title = main.querySelector('h1')?.textContent;
  document.title = title ? `${title} · wutsd` : 'wutsd';
}

function beat() {
  if (!pulse) return;
  pulse.className = live.connected ? 'pulse' : 'pulse off';
  // What was told last is no more than that.
  document.body.classList.toggle('stale', live.complete && !live.connected);
  const text = t(live.connected ? 'live.on' : live.complete ? 'live.off' : 'live.connecting');
  if (pulse.textContent !== text) pulse.textContent = text;
}

window.addEventListener('hashchange', () => {
  show();
  document.getElementById('main')?.focus();
  window.scrollTo(0, 0);
});
live.addEventListener('change', () => {
  beat();
  page?.update?.();
});
// Another tab may have logged out, and in as somebody else; and roles change.
live.addEventListener('back', async () => {
  const who = (await get('/console/session').catch(() => undefined))?.data;
  if (!who || !me) return;
  if (who.kind === 'nobody') leave(t('login.ended'));
  else if (['kind', 'user_id', 'role'].some((part) => who[part] !== me[part]) || String(who.scopes) !== String(me.scopes)) location.reload();
});
ended.addEventListener('ended', () => {
  if (me) leave(t('login.ended'));
});
setInterval(() => page?.tick?.(), 1000);
window.addEventListener('unhandledrejection', (event) => announce(event.reason?.message ?? t('error.unreachable')));

begin();
