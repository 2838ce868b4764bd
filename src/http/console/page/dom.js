// Elements, made of text and never of markup: nothing that a server or a stranger has written can become code.

/** el('a', {href: '#/', class: 'x', on: {click: f}}, 'text', child, …) */
export function el(tag, attributes, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === undefined || value === null || value === false) continue;
    if (name === 'on') {
      for (const [event, handler] of Object.entries(value)) node.addEventListener(event, handler);
    } else if (name === 'value' || name === 'checked' || name === 'disabled' || name === 'hidden' || name === 'selected') {
      node[name] = value;
    } else {
      node.setAttribute(name, value === true ? '' : value);
    }
  }
  add(node, children);
  return node;
}

export function add(node, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== undefined && child !== null && child !== false) node.append(child);
  }
  return node;
}

export function fill(node, ...children) {
  node.replaceChildren();
  return add(node, children);
}

/** Changes a text only where it differs: a screen reader and a selection are left alone otherwise. */
export function write(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

let number = 0;

/** A label with its field, and what else there is to say about it. */
export function field(text, input, hint) {
  const label = el('label', {}, el('span', {}, text), input);
  if (hint) {
    const id = `hint-${(number += 1)}`;
    input.setAttribute('aria-describedby', id);
    label.append(el('span', { class: 'hint', id }, hint));
  }
  return label;
}

export function toggle(text, checked, name) {
  return el('label', { class: 'check' }, el('input', { type: 'checkbox', checked, name }), el('span', {}, text));
}

/** Brings the children of a list into this order; what stands right is not touched, so that it keeps the focus. */
export function arrange(parent, nodes) {
  const wanted = new Set(nodes);
  for (const child of [...parent.children]) {
    if (!wanted.has(child)) child.remove();
  }
  let place = parent.firstElementChild;
  for (const node of nodes) {
    if (node === place) {
      place = place.nextElementSibling;
    } else {
      parent.insertBefore(node, place);
    }
  }
}

/** Says something to everybody who looks or listens. */
export function announce(text) {
  const place = document.getElementById('toast');
  if (!place) return;
  place.textContent = text;
  clearTimeout(announce.timer);
  announce.timer = setTimeout(() => { place.textContent = ''; }, 6000);
}

/** Asks, in a dialog; what `answer` gets is the form. Its promise holds what `answer` returns, or nothing where it was left. */
export function ask({ title, body, yes, no, danger, answer }) {
  return new Promise((resolve) => {
    let result;
    const said = el('p', { class: 'said bad', role: 'alert' });
    const go = el('button', { class: danger ? 'danger' : 'first', type: 'submit' }, yes);
    const form = el('form', {
      on: {
        submit: async (event) => {
          event.preventDefault();
          go.disabled = true;
          said.textContent = '';
          try {
            result = (await answer(form)) ?? true;
            dialog.close();
          } catch (error) {
            said.textContent = error.message;
          } finally {
            go.disabled = false;
          }
        },
      },
    }, el('h2', { id: 'asked' }, title), body, said,
    el('div', { class: 'row' }, el('button', { type: 'button', on: { click: () => dialog.close() } }, no), go));
    const before = document.activeElement;
    const dialog = el('dialog', {
      'aria-labelledby': 'asked',
      on: {
        close: () => {
          dialog.remove();
          if (before?.isConnected) before.focus();
          resolve(result);
        },
      },
    }, form);
    document.body.append(dialog);
    dialog.showModal();
  });
}

/** A form whose button waits for what it has begun, and which says what went wrong. */
export function form(attributes, begin, ...children) {
  const said = el('p', { class: 'said', role: 'status' });
  const node = el('form', {
    ...attributes,
    on: {
      submit: async (event) => {
        event.preventDefault();
        const buttons = node.querySelectorAll('button[type="submit"]');
        buttons.forEach((button) => { button.disabled = true; });
        said.className = 'said muted';
        said.textContent = '…';
        try {
          const text = await begin(node);
          said.className = 'said good';
          said.textContent = text ?? '';
        } catch (error) {
          said.className = 'said bad';
          said.textContent = error.message;
        } finally {
          buttons.forEach((button) => { button.disabled = false; });
        }
      },
    },
  }, children, said);
  return node;
}
