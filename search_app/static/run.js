// While a run goes on, the page is read again every second and only its content is exchanged.
async function refresh() {
  let going = true;
  try {
    const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
    if (answer.ok) {
      const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html');
      going = 'active' in fresh.body.dataset;
      const kept = document.activeElement?.getAttribute('href');
      document.getElementById('main').replaceChildren(...fresh.getElementById('main').childNodes);
      if (kept) document.querySelector(`main a[href="${CSS.escape(kept)}"]`)?.focus({ preventScroll: true });
    }
  } catch { /* the server restarts: ask again */ }
  if (going) setTimeout(refresh, 1000);
}

setTimeout(refresh, 1000);
