// Keys n and p go from risk to risk, on into the next part; the opened passage gets the focus.
const risky = [...document.querySelectorAll('.passage.risky')];
const opened = document.querySelector('[data-opened]');
const print = document.querySelector('[data-print]');
let at = opened ? risky.indexOf(opened) : -1;

function beyond(direction) {
  const link = document.querySelector(direction > 0 ? '[data-next-risk]' : '[data-previous-risk]');
  if (link) link.click();
}

function nearest(direction) {
  // Without a place yet, begin from what is on the screen.
  const after = risky.findIndex((one) => one.getBoundingClientRect().top > 10);
  if (direction > 0) return after < 0 ? risky.length : after;
  return (after < 0 ? risky.length : after) - 1;
}

function go(direction) {
  const next = at < 0 ? nearest(direction) : at + direction;
  if (next < 0 || next >= risky.length) return beyond(direction);
  risky[at]?.classList.remove('at');
  at = next;
  risky[at].classList.add('at');
  risky[at].tabIndex = -1;
  risky[at].focus({ preventScroll: true });
  risky[at].scrollIntoView({ block: 'start' });
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, select, textarea')) return;
  if (event.key === 'n') go(1);
  else if (event.key === 'p') go(-1);
  else return;
  event.preventDefault();
});

// A link to a passage on this page scrolls there without loading it again.
document.addEventListener('click', (event) => {
  const link = event.target.closest('.guide a');
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const hash = (link.href.baseVal ?? link.href).split('#')[1];
  const target = hash && document.getElementById(hash);
  if (!target) return;
  event.preventDefault();
  history.pushState(null, '', `#${hash}`);
  at = risky.indexOf(target);
  target.tabIndex = -1;
  target.focus({ preventScroll: true });
  target.scrollIntoView({ block: 'start' });
});

if (print) {
  print.hidden = false;
  print.addEventListener('click', () => window.print());
}
if (opened && location.hash) {
  opened.focus({ preventScroll: true });
  opened.scrollIntoView({ block: 'start' });
}
