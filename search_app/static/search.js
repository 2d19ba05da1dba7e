// Ticking a filter asks again at once; the focus stays where it was.
const form = document.getElementById('search');
const place = 'clausewatch-focus';

function nameOf(control) {
  return `${control.name}=${control.value}`;
}

for (const control of document.querySelectorAll('[data-submit]')) {
  control.addEventListener('change', () => {
    sessionStorage.setItem(place, control.tagName === 'SELECT' ? control.name : nameOf(control));
    form.requestSubmit();
  });
}

form.addEventListener('formdata', (event) => {
  // The address holds what was asked and nothing else.
  for (const [name, value] of [...event.formData.entries()]) {
    if (value === '' || (name === 'mode' && value === 'hybrid') || (name === 'sort' && value === 'relevance')) event.formData.delete(name);
  }
});

const last = sessionStorage.getItem(place);
sessionStorage.removeItem(place);
if (last) {
  const control = [...document.querySelectorAll('[data-submit]')].find((one) => nameOf(one) === last || one.name === last);
  if (control) {
    const more = control.closest('details');
    if (more) more.open = true;
    control.focus({ preventScroll: true });
  }
}
