// Keys of the review: y or c, n or d, s, e, u; of a passage without a claim, y and e name a label. Everything works without this file.
document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest('input, select, textarea')) return;
  const target = [...document.querySelectorAll('.review [data-key]')].find((one) => one.dataset.key.split(' ').includes(event.key));
  if (!target) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  target.click();
  if (target.matches('summary')) target.closest('details').querySelector('input[name="other"]').focus();
});

// A question answered twice by a double press would answer the next one.
document.addEventListener('submit', (event) => {
  if (event.target.dataset.sent) event.preventDefault();
  event.target.dataset.sent = 'yes';
});
