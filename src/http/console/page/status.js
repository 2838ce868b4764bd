// Statuses: post one and see it as a phone shows it; how far it is, and who has seen it.

import { at, get, post, remove } from './api.js';
import { ask, el, field, fill, form, write } from './dom.js';
import { live } from './live.js';
import { count, moment, t } from './words.js';
import { crumbs, missing } from './device.js';

const COLORS = ['#1E6E4F', '#1D4F8A', '#6B2F7A', '#8A3B12'];
/** The largest picture that is offered, in bytes. */
const LARGEST = 16 * 1024 * 1024;

/** The words of what was posted from this tab: the API keeps none. */
function kept(device, change) {
  const key = `wutsd.statuses.${device}`;
  try {
    const list = JSON.parse(sessionStorage.getItem(key) ?? '[]');
    if (!change) return list;
    const next = change(list).slice(0, 50);
    sessionStorage.setItem(key, JSON.stringify(next));
    return next;
  } catch {
    return change ? change([]) : [];
  }
}

export function status(main, { me, id }) {
  const of = { device_id: id };
  const head = el('div', {});
  const story = el('div', { class: 'story c0', 'aria-label': t('story.preview'), role: 'img' });
  const list = el('div', { class: 'stack', id: 'statuses' });
  let over = false;
  let color = 0;
  let picture;
  let address;

  const text = el('textarea', { name: 'text', maxlength: '700', on: { input: preview } });
  const file = el('input', { type: 'file', accept: 'image/jpeg,image/png,image/webp', on: { change: take } });
  const swatches = COLORS.map((value, index) => el('button', {
    type: 'button', class: `swatch c${index}`, 'aria-label': t('story.color', { n: index + 1 }), 'aria-pressed': String(index === 0),
    on: {
      click: () => {
        color = index;
        swatches.forEach((swatch, other) => swatch.setAttribute('aria-pressed', String(other === index)));
        preview();
      },
    },
  }));

  async function take() {
    picture = undefined;
    if (address) URL.revokeObjectURL(address);
    address = undefined;
    const chosen = file.files[0];
    if (chosen && chosen.size <= LARGEST) {
      address = URL.createObjectURL(chosen);
      picture = chosen;
    } else if (chosen) {
      file.value = '';
      write(said, t('story.large'));
    }
    preview();
  }

  function preview() {
    story.className = `story c${color}`;
    if (address) fill(story, el('img', { src: address, alt: '' }), text.value && el('p', { class: 'caption' }, text.value));
    else fill(story, el('p', {}, text.value || t('story.empty')));
  }

  const said = el('p', { class: 'muted small' });
  const compose = form({ id: 'post' }, async () => {
    if (!picture && !text.value.trim()) throw new Error(t('story.nothing'));
    const made = picture
      ? await post(at('/status/media', of), { data: await base64(picture), caption: text.value || undefined })
      : await post(at('/status/text', of), { text: text.value, background_color: COLORS[color] });
    const posted = made.message_id ?? made.job_id;
    kept(id, (known) => [{ id: posted, text: text.value || t('story.picture') }, ...known]);
    text.value = '';
    file.value = '';
    take();
    add(posted, true);
    return t('story.posted');
  }, field(t('story.text'), text), field(t('story.file'), file, t('story.file.hint')),
  el('div', { class: 'row', role: 'group', 'aria-label': t('story.colors') }, swatches), said,
  el('button', { class: 'first', type: 'submit' }, t('story.go')));

  const other = el('input', { name: 'id', required: true, spellcheck: 'false' });
  const look = form({}, async () => {
    await get(`/status/${encodeURIComponent(other.value.trim())}`);
    add(other.value.trim(), true);
    other.value = '';
    return '';
  }, field(t('story.id'), other), el('button', { type: 'submit' }, t('story.look')));

  const ways = el('div', { class: 'two' },
    el('section', { class: 'panel', 'aria-labelledby': 'compose' }, el('h2', { id: 'compose' }, t('story.title')), compose),
    el('section', { class: 'panel' }, el('h2', {}, t('story.preview')), story),
    el('section', { class: 'panel', 'aria-labelledby': 'posted' }, el('h2', { id: 'posted' }, t('story.list')), list, look));
  if (me.scopes && !me.scopes.includes('send')) ways.firstElementChild.hidden = true;
  fill(main, head, ways);
  preview();

  function add(message, first) {
    const words = kept(id).find((known) => known.id === message)?.text;
    const card = el('article', { class: 'stack', 'data-status': message });
    list.querySelector(`[data-status="${CSS.escape(message)}"]`)?.remove();
    if (first) list.prepend(card);
    else list.append(card);
    write(empty, '');
    follow(card, message, words);
  }

  const empty = el('p', { class: 'muted' }, t('story.none'));
  list.after(empty);
  get(`/devices/${encodeURIComponent(id)}/statuses`)
    .then(({ statuses }) => statuses.forEach((known) => add(known.message_id)))
    .catch(() => kept(id).forEach((known) => add(known.id)));

  async function follow(card, message, words) {
    const state = el('b', { class: 'state' }, '…');
    const far = el('span', { class: 'muted' });
    const views = el('ul', { class: 'list lines small' });
    const drop = el('button', { class: 'plain danger', on: { click: () => take_back(message, () => follow(card, message, words)) } }, t('story.drop'));
    fill(card, el('div', { class: 'head' }, el('div', {}, state, ' ', far), drop), words && el('div', { class: 'bubble' }, words), views);
    for (let pause = 700, begun = Date.now(); Date.now() - begun < 900000; pause = Math.min(pause * 1.2, 6000)) {
      try {
        const now = await get(`/status/${encodeURIComponent(message)}`);
        write(state, t(`story.state.${now.state}`));
        state.className = now.state === 'failed' ? 'state bad' : 'state';
        const seen = await get(`/status/${encodeURIComponent(message)}/views?limit=100`);
        write(far, [t('story.far', { sent: count(now.sent_to), all: count(now.recipients), got: count(seen.counts.delivered), seen: count(seen.counts.viewed) }), now.failure].filter(Boolean).join(' · '));
        fill(views, seen.views.filter((view) => view.viewed_at).map((view) => el('li', {}, el('b', {}, view.name ?? `+${(view.pn ?? view.lid ?? '').split('@')[0]}`), ' ', el('span', { class: 'muted' }, t('story.seen', { at: moment(view.viewed_at) })))));
        if (['failed', 'deleted'].includes(now.state)) { drop.hidden = true; return; }
      } catch (error) {
        if (error.status === 401) return;
        if (error.status === 404) {
          write(state, t('story.gone'));
          kept(id, (known) => known.filter((one) => one.id !== message));
          drop.hidden = true;
          return;
        }
      }
      await new Promise((resolve) => { setTimeout(resolve, pause); });
      if (over || !state.isConnected) return;
    }
  }

  async function take_back(message, then) {
    const done = await ask({
      title: t('story.drop'), yes: t('story.drop'), no: t('cancel'), danger: true, body: el('p', {}, t('story.drop.does')),
      answer: () => remove(`/status/${encodeURIComponent(message)}`),
    });
    if (done) then();
  }

  let title;
  function update() {
    const device = live.devices.get(id);
    ways.hidden = !device || me.kind === 'master';
    if (missing(head, device)) { title = undefined; return; }
    if (title === device.name) return;
    title = device.name;
    fill(head, crumbs(device, t('status.title', { name: device.name })), me.kind === 'master' && el('p', { class: 'note' }, t('master.only')));
    document.title = `${t('status.title', { name: device.name })} · wutsd`;
  }

  update();
  return { update, end: () => { over = true; if (address) URL.revokeObjectURL(address); } };
}

function base64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result);
    reader.onerror = () => reject(new Error(t('story.unreadable')));
    reader.readAsDataURL(file);
  });
}
