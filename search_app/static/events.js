// Tells the server how long a shown passage was in view, that it was copied, and that it was followed, in case
// its page never asks for the server: never its text.
// Events wait in localStorage until they have arrived; their ids make a repeat harmless.
const query = document.body.dataset.query;
const shown = [...document.querySelectorAll('[data-object]')];
const store = 'clausewatch-events';
const LEAST = 1000;
const MOST = 3_600_000;
const IDLE = 60_000;
const AGAIN = 30_000;
const FOLLOWED = { open: 'click', similar: 'similar' };
const inView = new Map();
let lastSign = Date.now();

function randomId() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}

function waiting() {
  try { return JSON.parse(localStorage.getItem(store)) ?? []; } catch { return []; }
}

function keep(events) {
  try { localStorage.setItem(store, JSON.stringify(events.slice(-200))); } catch { /* private mode: they are lost */ }
}

function add(name, element, more) {
  keep([...waiting(), {
    id: randomId(), action: name, query_id: query, object_id: element.dataset.object,
    position: Number(element.dataset.position), at: Date.now(), ...more,
  }]);
}

function payload(events) {
  return JSON.stringify(events.map(({ at, ...rest }) => ({ ...rest, age_ms: Math.max(0, Date.now() - at) })));
}

async function send() {
  const events = waiting().filter((one) => Date.now() - one.at < 7 * 24 * MOST).slice(0, 50);
  if (!events.length) return keep([]);
  try {
    const answer = await fetch('/events', { method: 'POST', body: payload(events), headers: { 'Content-Type': 'application/json' }, keepalive: true });
    if (answer.ok || answer.status === 400) {
      const sent = new Set(events.map((one) => one.id));
      keep(waiting().filter((one) => !sent.has(one.id)));
    }
  } catch { /* offline: they stay until a later try, on this page or the next */ }
}

function stop(element) {
  const began = inView.get(element);
  inView.delete(element);
  if (began === undefined) return;
  const time = Math.min(Math.round(Math.min(Date.now(), lastSign + IDLE) - began), MOST);
  if (time >= LEAST) add('dwell', element, { dwell_ms: time });
}

function start(element) {
  if (document.visibilityState === 'visible' && !inView.has(element)) inView.set(element, Date.now());
}

if (query && shown.length) {
  const visible = new Set();
  const observer = new IntersectionObserver((entries) => {
    for (const { target, isIntersecting } of entries) {
      if (isIntersecting) { visible.add(target); start(target); } else { visible.delete(target); stop(target); }
    }
  }, { threshold: 0.5 });
  shown.forEach((element) => observer.observe(element));
  for (const sign of ['pointermove', 'scroll', 'keydown']) {
    addEventListener(sign, () => { lastSign = Date.now(); }, { passive: true });
  }
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') { lastSign = Date.now(); visible.forEach(start); return; }
    [...inView.keys()].forEach(stop);
    const events = waiting().slice(0, 50);
    if (events.length) navigator.sendBeacon('/events', new Blob([payload(events)], { type: 'application/json' }));
  });
  document.addEventListener('copy', () => {
    const element = getSelection()?.anchorNode?.parentElement?.closest('[data-object]');
    if (element) { add('copy', element, {}); send(); }
  });
}
function follow(event) {
  const link = event.target.closest?.('a');
  const name = FOLLOWED[['open', 'similar'].find((one) => link?.classList.contains(one))];
  const element = link?.closest('[data-object]');
  if (!query || !name || !element || event.button > 1) return;
  add(name, element, {});
  send();
}

document.addEventListener('click', follow);
document.addEventListener('auxclick', follow);
addEventListener('online', send);
setInterval(() => { if (waiting().length) send(); }, AGAIN);
send();
