// Drag and drop, a list of what was chosen, the limits before sending, and progress while sending.
const form = document.getElementById('upload');
const input = form.querySelector('input[type=file]');
const drop = form.querySelector('[data-drop]');
const list = form.querySelector('.chosen');
const error = form.querySelector('[data-error]');
const progress = form.querySelector('.progress');
const limits = {
  files: Number(form.dataset.maxFiles), file: Number(form.dataset.maxFile), all: Number(form.dataset.maxRequest),
};

function size(bytes) {
  return bytes < 1e6 ? `${Math.ceil(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
}

function say(text) {
  error.textContent = text;
  error.hidden = !text;
}

function problem(files) {
  const total = files.reduce((sum, file) => sum + file.size, 0);
  const large = files.find((file) => file.size > limits.file);
  if (files.length > limits.files) return `${files.length} files are too many at once; at most ${limits.files} go in one upload.`;
  if (large) return `“${large.name}” is larger than ${size(limits.file)}, the limit for one file. Leave it out.`;
  if (total > limits.all) return `Together these files are larger than ${size(limits.all)}. Send them in two uploads.`;
  return '';
}

function show() {
  const files = [...input.files];
  list.replaceChildren(...files.slice(0, 50).map((file) => {
    const item = document.createElement('li');
    const name = document.createElement('span');
    const bytes = document.createElement('span');
    name.textContent = file.name;
    bytes.textContent = size(file.size);
    item.classList.toggle('bad', file.size > limits.file);
    item.append(name, bytes);
    return item;
  }));
  if (files.length > 50) {
    const rest = document.createElement('li');
    rest.textContent = `and ${files.length - 50} more`;
    list.append(rest);
  }
  say(problem(files));
}

form.querySelector('.dropword').hidden = false;
input.addEventListener('change', show);
for (const name of ['dragenter', 'dragover']) {
  drop.addEventListener(name, (event) => { event.preventDefault(); drop.classList.add('over'); });
}
for (const name of ['dragleave', 'drop']) {
  drop.addEventListener(name, () => drop.classList.remove('over'));
}
drop.addEventListener('drop', (event) => {
  event.preventDefault();
  input.files = event.dataTransfer.files;
  show();
});

form.addEventListener('submit', (event) => {
  event.preventDefault();
  const wrong = problem([...input.files]);
  if (wrong) return say(wrong);
  const button = form.querySelector('button');
  const bar = progress.querySelector('progress');
  const far = progress.querySelector('.far');
  const request = new XMLHttpRequest();
  request.open('POST', form.action);
  request.responseType = 'document';
  request.upload.addEventListener('progress', (sent) => {
    bar.value = sent.loaded / sent.total;
    far.textContent = `${size(sent.loaded)} of ${size(sent.total)}`;
  });
  request.addEventListener('load', () => {
    if (request.status === 200) { location.href = request.responseURL; return; }
    button.disabled = false;
    progress.hidden = true;
    say(request.response?.querySelector('[role=alert], .lead')?.textContent ?? `The server refused the files (${request.status}). Nothing was stored.`);
  });
  request.addEventListener('error', () => {
    button.disabled = false;
    progress.hidden = true;
    say('The connection broke before everything was sent. Nothing was stored; try again.');
  });
  button.disabled = true;
  progress.hidden = false;
  say('');
  request.send(new FormData(form));
});
