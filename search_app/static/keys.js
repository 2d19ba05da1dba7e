// Keys of every page, and times in the reader's own zone. Everything works without this file.
const box = document.getElementById('q');
const items = [...document.querySelectorAll('.hit')];
let at = -1;

function typing(event) {
  return event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, select, textarea, [contenteditable]');
}

function moveTo(next) {
  if (!items.length) return;
  items[at]?.classList.remove('at');
  at = Math.min(Math.max(next, 0), items.length - 1);
  items[at].classList.add('at');
  items[at].querySelector('a.open').focus({ preventScroll: true });
  items[at].scrollIntoView({ block: 'nearest' });
}

function current() {
  const focused = document.activeElement?.closest('.hit');
  return focused ? items.indexOf(focused) : at;
}

const actions = {
  '/': () => { box?.focus(); box?.select(); return Boolean(box); },
  '?': () => { location.href = '/help#keys'; },
  j: () => moveTo(current() + 1),
  k: () => moveTo(current() - 1),
  s: () => (items[current()] ?? document.querySelector('.passage.at, .passage.opened'))?.querySelector('a.similar')?.click(),
};

document.addEventListener('keydown', (event) => {
  if (event.key === 'Escape' && event.target === box) return box.blur();
  if (typing(event) || !(event.key in actions)) return;
  if (actions[event.key]() !== false) event.preventDefault();
});

for (const time of document.querySelectorAll('time[datetime]')) {
  const moment = new Date(time.dateTime);
  time.title = time.textContent;
  time.textContent = moment.toLocaleString(undefined, { dateStyle: 'long', timeStyle: 'short' });
}
