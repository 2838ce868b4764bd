// Whoever comes shows a token.

import { call } from './api.js';
import { el, field, fill, form } from './dom.js';
import { languages, speak, speaks, t } from './words.js';

export function login(body, said, entered, again) {
  const token = el('input', { name: 'token', type: 'password', autocomplete: 'current-password', required: true, spellcheck: 'false' });
  const choice = el('select', {
    'aria-label': t('language'),
    on: {
      change: async () => {
        await speak(choice.value);
        again();
      },
    },
  }, Object.entries(languages).map(([code, name]) => el('option', { value: code, selected: code === speaks() }, name)));
  fill(body, el('main', { class: 'login', id: 'main' },
    el('div', { class: 'brand' }, el('img', { src: 'console/icon.svg', alt: '' }), el('h1', {}, 'wutsd')),
    said && el('p', { class: 'note', role: 'alert' }, said),
    el('div', { class: 'panel' }, form({ id: 'login' }, async () => {
      const answer = await call('POST', '/console/session', { token: token.value });
      token.value = '';
      entered(answer.data);
    },
    el('input', { type: 'text', autocomplete: 'username', value: 'wutsd', hidden: true, readonly: true }),
    field(t('login.token'), token, t('login.hint')),
    el('button', { class: 'first', type: 'submit' }, t('login.go')))),
    el('div', { class: 'row small muted' }, choice, el('a', { href: 'docs' }, t('login.docs')))));
  token.focus();
}
