// Users of a tenant, for whoever has charge of them; tenants, for whoever runs the daemon.

import { get, post, put, remove } from './api.js';
import { announce, ask, el, field, fill } from './dom.js';
import { moment, t } from './words.js';

const ROLES = ['admin', 'manager', 'user'];

export function people(main, { me }) {
  return me.kind === 'master' ? tenants(main) : users(main, me);
}

/** A token at the one moment when it can be shown. */
export function showToken(title, token) {
  const shown = el('input', { readonly: true, class: 'mono', value: token, id: 'new-token', on: { focus: () => shown.select() } });
  return ask({
    title, yes: t('token.kept'), no: t('token.copy.not'),
    body: [field(t('token.is'), shown, t('token.once')), el('button', {
      type: 'button',
      on: {
        click: async () => {
          shown.select();
          await navigator.clipboard?.writeText(token).catch(() => {});
          announce(t('token.copied'));
        },
      },
    }, t('token.copy'))],
    answer: () => true,
  });
}

function options(chosen, roles) {
  return roles.map((role) => el('option', { value: role, selected: role === chosen }, t(`role.${role}`)));
}

function table(words, rows) {
  return el('div', { class: 'scroll' }, el('table', { class: 'cards' },
    el('thead', {}, el('tr', {}, words.map((word) => el('th', { scope: 'col' }, t(word))))), el('tbody', {}, rows)));
}

function newUser() {
  return {
    email: el('input', { type: 'email', required: true, autocomplete: 'username' }),
    password: el('input', { type: 'password', required: true, minlength: '8', autocomplete: 'new-password' }),
  };
}

function users(main, me) {
  const admin = me.role === 'admin';
  const list = el('div', {});
  fill(main, el('div', { class: 'head' }, el('h1', {}, t('nav.people')),
    admin && el('button', { class: 'first', id: 'add-user', on: { click: create } }, t('user.add'))), list);

  async function load() {
    if (!admin) {
      fill(list, el('p', { class: 'note calm' }, t('user.manager')), byId());
      return;
    }
    const { users: all } = await get('/users');
    fill(list, table(['user.email', 'user.role', 'user.state', 'user.made', 'letters.do'], all.map(row)));
  }

  /** Managers may not list, but have charge of users whose id they know. */
  function byId() {
    const id = el('input', { required: true, spellcheck: 'false' });
    const found = el('div', {});
    return el('div', { class: 'panel' }, el('form', {
      on: {
        submit: async (event) => {
          event.preventDefault();
          try {
            const user = (await get(`/users/${encodeURIComponent(id.value.trim())}`)).data;
            fill(found, table(['user.email', 'user.role', 'user.state', 'user.made', 'letters.do'], [row(user)]));
          } catch (error) {
            fill(found, el('p', { class: 'bad' }, error.message));
          }
        },
      },
    }, field(t('user.id'), id), el('button', { type: 'submit' }, t('story.look'))), found);
  }

  function row(user) {
    const oneself = user.id === me.user_id;
    const role = el('select', {
      'aria-label': t('user.role.of', { email: user.email }),
      on: { change: () => promote(user, role) },
    }, options(user.role, ROLES));
    return el('tr', { 'data-user': user.id },
      el('td', { class: 'name' }, user.email, oneself && el('span', { class: 'muted' }, ` (${t('user.you')})`)),
      el('td', {}, role),
      el('td', { class: user.active ? 'good' : 'muted' }, t(user.active ? 'user.active' : 'user.inactive')),
      el('td', { class: 'small' }, moment(user.created_at)),
      el('td', { class: 'end' }, el('a', { href: `#/tokens/${user.id}` }, t('nav.tokens')), !oneself && [
        el('button', { class: 'plain', 'aria-label': t(user.active ? 'user.stop.of' : 'user.start.of', { email: user.email }), on: { click: () => activate(user) } }, t(user.active ? 'user.stop' : 'user.start')),
        el('button', { class: 'plain danger', 'aria-label': t('user.drop.of', { email: user.email }), on: { click: () => drop(user) } }, t('user.drop'))]));
  }

  async function promote(user, choice) {
    const done = await ask({
      title: t('user.role.title', { email: user.email }), yes: t('save'), no: t('cancel'),
      body: el('p', {}, t('user.role.does', { role: t(`role.${choice.value}`) })),
      answer: () => post(`/users/${user.id}/promote`, { new_role: choice.value }),
    });
    if (done) load();
    else choice.value = user.role;
  }

  async function activate(user) {
    const done = await ask({
      title: t(user.active ? 'user.stop.of' : 'user.start.of', { email: user.email }), yes: t(user.active ? 'user.stop' : 'user.start'), no: t('cancel'),
      danger: user.active, body: el('p', {}, t(user.active ? 'user.stop.does' : 'user.start.does')),
      answer: () => put(`/users/${user.id}`, { active: !user.active }),
    });
    if (done) load();
  }

  async function drop(user) {
    const done = await ask({
      title: t('user.drop.of', { email: user.email }), yes: t('user.drop'), no: t('cancel'), danger: true, body: el('p', {}, t('user.drop.does')),
      answer: () => remove(`/users/${user.id}`),
    });
    if (done) load();
  }

  async function create() {
    const { email, password } = newUser();
    const role = el('select', {}, options('user', ROLES));
    const made = await ask({
      title: t('user.add'), yes: t('user.add'), no: t('cancel'),
      body: [field(t('user.email'), email), field(t('user.password'), password, t('user.password.hint')), field(t('user.role'), role)],
      answer: async () => (await post('/users', { email: email.value, password: password.value, role: role.value })).user,
    });
    if (!made) return;
    await showToken(t('user.made.title', { email: made.email }), made.token);
    load();
  }

  load().catch((error) => fill(list, el('p', { class: 'bad' }, error.message)));
}

function tenants(main) {
  const list = el('div', {});
  fill(main, el('div', { class: 'head' }, el('h1', {}, t('nav.tenants')),
    el('button', { class: 'first', id: 'add-tenant', on: { click: create } }, t('tenant.add'))), list);

  async function load() {
    const answer = await get('/tenants');
    const all = answer.tenants ?? answer.data ?? [];
    if (!all.length) {
      fill(list, el('div', { class: 'panel empty' }, el('p', {}, t('tenant.none'))));
      return;
    }
    fill(list, table(['tenant.name', 'user.made', 'tenant.id', 'letters.do'], all.map((tenant) => el('tr', { 'data-tenant': tenant.id },
      el('td', { class: 'name' }, tenant.name), el('td', { class: 'small' }, moment(tenant.created_at)), el('td', {}, el('code', {}, tenant.id)),
      el('td', { class: 'end' }, el('button', { class: 'plain danger', 'aria-label': t('tenant.drop.of', { name: tenant.name }), on: { click: () => drop(tenant) } }, t('tenant.drop')))))));
  }

  async function drop(tenant) {
    const typed = el('input', { required: true, autocomplete: 'off' });
    const done = await ask({
      title: t('tenant.drop.of', { name: tenant.name }), yes: t('tenant.drop'), no: t('cancel'), danger: true,
      body: [el('p', {}, t('tenant.drop.does')), field(t('tenant.drop.type', { name: tenant.name }), typed)],
      answer: () => {
        if (typed.value !== tenant.name) throw new Error(t('tenant.drop.differs'));
        return remove(`/global/tenants/${tenant.id}`);
      },
    });
    if (done) load();
  }

  async function create() {
    const name = el('input', { required: true, maxlength: '200' });
    const { email, password } = newUser();
    const made = await ask({
      title: t('tenant.add'), yes: t('tenant.add'), no: t('cancel'),
      body: [field(t('tenant.name'), name), field(t('tenant.email'), email), field(t('user.password'), password, t('user.password.hint'))],
      answer: () => post('/register', { tenant_name: name.value, email: email.value, password: password.value, role: 'admin' }),
    });
    if (!made) return;
    await showToken(t('user.made.title', { email: made.user.email }), made.token);
    load();
  }

  load().catch((error) => fill(list, el('p', { class: 'bad' }, error.message)));
}
