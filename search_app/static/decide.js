// Decisions on labels without leaving the page, and their keys; without this file the forms are sent as they are.
const status = document.querySelector('[data-decided]');

function exchange(old, html) {
  if (!old || !html) return null;
  const made = document.createElement('template');
  made.innerHTML = html.trim();
  const fresh = made.content.firstElementChild;
  old.replaceWith(fresh);
  return fresh;
}

function tell(words, failed = false) {
  if (!status) return;
  status.textContent = words;
  status.className = failed ? 'notice error floating' : 'hidden';
}

// Words speak for a label until it is dismissed, and again when that is taken back.
function remark(around, denied) {
  for (const words of around?.querySelectorAll('[data-speaks]') ?? []) {
    const left = JSON.parse(words.dataset.speaks).filter(([label]) => !denied.includes(label));
    words.className = left.length ? left[0][1] : '';
    if (words.hasAttribute('title')) words.title = left.map(([, , title]) => title).join(', ');
  }
}

async function send(form, button) {
  const body = new URLSearchParams(new FormData(form));
  if (button?.name) body.set(button.name, button.value);
  const key = body.get('passage');
  form.setAttribute('aria-busy', 'true');
  let answer;
  try {
    const response = await fetch(form.action, { method: 'POST', body, headers: { Accept: 'application/json' } });
    answer = await response.json();
    if (!response.ok) throw new Error(answer.error?.message ?? response.statusText);
  } catch (error) {
    form.removeAttribute('aria-busy');
    return tell(`Not saved: ${error.message}. Nothing was changed; try again.`, true);
  }
  exchange(document.querySelector(`[data-correct="${key}"]`), answer.correct);
  const fresh = exchange(document.querySelector(`[data-judged="${key}"]`), answer.judged);
  remark(fresh?.closest('.hit, .passage'), answer.denied);
  (fresh?.querySelector(`[value="undo:${answer.act}"]`) ?? fresh?.querySelector('button'))?.focus({ preventScroll: true });
  tell(answer.said);
}

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!form.closest('.judged, .correct') || form.getAttribute('aria-busy')) return;
  event.preventDefault();
  send(form, event.submitter);
});

function place() {
  const focused = document.activeElement?.closest('.hit, .passage');
  return focused ?? document.querySelector('.hit.at, .passage.at, .passage.opened');
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, select, textarea')) return;
  if (!['c', 'd', 'e', 'u'].includes(event.key)) return;
  const focused = document.activeElement;
  const button = focused?.dataset?.key === event.key ? focused : place()?.querySelector(`[data-key="${event.key}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
  if (event.key === 'e') button.closest('details').querySelector('select, input:not([type="hidden"])')?.focus();
});
