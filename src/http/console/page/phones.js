// The simulated phones of the sandbox: who scans, what they have received, and a word from one to another.

import { get, post } from './api.js';
import { add, announce, el, field, fill, form } from './dom.js';
import { phone as shown, t } from './words.js';

const all = async () => (await get('/console/sandbox/phones')).accounts;

/** Buttons with which a simulated phone scans this code, or has it typed in. */
export async function scanners(place, me, { qr, code, phone }) {
  if (!me.sandbox) return;
  const accounts = await all().catch(() => []);
  const go = (path, body, who) => async (event) => {
    const button = event.currentTarget;
    button.disabled = true;
    try {
      await post(path, body);
      announce(t('phones.scanned', { name: who }));
    } catch (error) {
      announce(error.message);
    } finally {
      button.disabled = false;
    }
  };
  const buttons = code
    ? [el('button', { class: 'scan', on: { click: go('/console/sandbox/code', { phone, code }, shown(phone)) } }, t('phones.type', { phone: shown(phone) }))]
    : accounts.slice(0, 12).map((account) => el('button', {
      class: 'scan', 'data-phone': account.phone, on: { click: go('/console/sandbox/scan', { qr, account: account.phone }, account.name) },
    }, t('phones.scan', { name: account.name || shown(account.phone) })));
  if (!code) buttons.push(el('button', { class: 'scan', on: { click: go('/console/sandbox/scan', { qr }, t('phones.new')) } }, t('phones.scan', { name: t('phones.new') })));
  fill(place, el('h3', {}, t('phones.here')), el('p', { class: 'muted small' }, t('phones.hint')), el('div', { class: 'row' }, buttons));
}

export function phones(main, { me }) {
  const list = el('div', { class: 'two' });
  fill(main, el('div', { class: 'head' }, el('h1', {}, t('nav.phones')), el('button', { on: { click: () => load() } }, t('refresh'))),
    el('p', { class: 'muted' }, t('phones.about')), list);
  if (!me.sandbox) {
    fill(list, el('p', {}, t('nothing.here')));
    return undefined;
  }

  async function load() {
    const accounts = await all();
    fill(list);
    for (const account of accounts.slice(0, 60)) add(list, [card(account, accounts)]);
  }

  function card(account, accounts) {
    const inbox = el('ul', { class: 'list', 'aria-live': 'polite' });
    const look = async () => {
      const { messages } = await get(`/console/sandbox/phones/${account.phone}/inbox`);
      const letters = messages.slice(-20).reverse();
      fill(inbox, letters.length ? letters.map((letter) => el('li', { class: 'bubble' },
        el('span', { class: 'muted small' }, `${letter.chat?.startsWith('status@') ? t('phones.status') : letter.kind} · ${letter.from?.split('@')[0].split(':')[0]} `),
        el('span', {}, letter.text ?? letter.caption ?? ''))) : el('li', { class: 'muted' }, t('phones.empty')));
    };
    const to = el('select', { 'aria-label': t('phones.to') }, accounts.filter((other) => other.phone !== account.phone)
      .sort((a, b) => b.devices.length - a.devices.length)
      .map((other) => el('option', { value: other.phone }, other.name || shown(other.phone))));
    const text = el('input', { required: true, value: t('phones.hello') });
    const write = form({}, async () => {
      await post('/console/sandbox/inbound', { from: account.phone, to: to.value, text: text.value });
      return t('phones.written');
    }, el('div', { class: 'row' }, to), field(t('try.text'), text), el('button', { type: 'submit' }, t('phones.write')));
    look().catch((error) => fill(inbox, el('li', { class: 'bad' }, error.message)));
    const linked = account.devices.map((device) => t(device.connected ? 'phones.linked.on' : 'phones.linked.off', { jid: device.jid.split('@')[0] }));
    return el('section', { class: 'panel phone', 'data-phone': account.phone },
      el('div', { class: 'head' }, el('h2', {}, account.name || shown(account.phone)), el('span', { class: 'muted number' }, shown(account.phone))),
      el('p', { class: 'small muted' }, linked.length ? linked.join(', ') : t('phones.none')),
      el('div', { class: 'head' }, el('h3', {}, t('phones.inbox')), el('button', { class: 'plain', on: { click: look } }, t('refresh'))), inbox,
      el('details', {}, el('summary', {}, t('phones.write.open')), write));
  }

  load().catch((error) => fill(list, el('p', { class: 'bad' }, error.message)));
  return undefined;
}
