// The chat page: sends without reloading, keeps the conversation up to date, loses nothing that was typed.
// Everything works without this file too: the forms lead back to the page.
"use strict";

const byId = (id) => document.getElementById(id);
const lines = byId("lines"), writing = byId("writing"), text = byId("text"), files = byId("files");
const picked = byId("picked"), trouble = byId("trouble"), progress = byId("progress"), newer = byId("newer");
let chosen = [];      // files to be sent
let key = "";         // of the form as it stands; the same for a second try, a new one for new content
let busy = false;
let sent = false;     // from here: our own words are followed to the end, those of another tab are not

const freshKey = () =>
  Array.from(crypto.getRandomValues(new Uint8Array(16)), (b) => b.toString(16).padStart(2, "0")).join("");
const atEnd = () => window.innerHeight + window.scrollY > document.body.scrollHeight - 120;
const toEnd = () => window.scrollTo(0, document.body.scrollHeight);

function say(words) {
  trouble.textContent = words;
  trouble.hidden = !words;
}

// --- what arrives
let after = Number(lines.dataset.last);
let source;

function take(event) {
  const id = Number(event.lastEventId);
  if (id <= after) return;
  after = id;
  const made = document.createElement("template");
  made.innerHTML = event.data; // made and escaped by the server's template
  const line = made.content.querySelector("li");
  const follow = atEnd() || (sent && line.classList.contains("theirs"));
  if (follow) sent = false;
  byId("welcome").hidden = true;
  lines.append(line);
  if (follow) toEnd();
  else newer.hidden = false;
}

function listen() {
  source = new EventSource(`/chat/stream?after=${after}`);
  source.onmessage = take;
  source.onopen = () => (byId("offline").hidden = true);
  source.onerror = () => {
    byId("offline").hidden = false;
    if (source.readyState === EventSource.CLOSED) setTimeout(listen, 5000);
  };
}
listen();
window.addEventListener("pagehide", () => source.close());
window.addEventListener("pageshow", (event) => event.persisted && listen());
// a photo that was refused has only its name
lines.addEventListener("error", (event) => event.target.closest(".sent") && event.target.remove(), true);
newer.onclick = toEnd;
window.addEventListener("scroll", () => { if (atEnd()) newer.hidden = true; }, { passive: true });

// --- what is sent
function post(form) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest(); // fetch cannot tell how far an upload is
    request.open("POST", "/chat");
    request.setRequestHeader("Accept", "application/json");
    request.upload.onprogress = (event) => {
      progress.hidden = !chosen.length;
      progress.value = event.loaded / event.total;
    };
    request.onload = () => {
      if (request.status === 204) return resolve();
      let words = "";
      try { words = JSON.parse(request.responseText).error; } catch { /* a proxy's own page */ }
      reject(new Error(words || trouble.dataset.unsent));
    };
    request.onerror = () => reject(new Error(trouble.dataset.unsent));
    request.send(form);
  });
}

async function deliver(form) {
  if (busy) return false;
  busy = sent = true;
  document.body.classList.add("busy");
  try {
    await post(form);
    say("");
    return true;
  } catch (problem) {
    say(problem.message);
    return false;
  } finally {
    busy = false;
    progress.hidden = true;
    document.body.classList.remove("busy");
  }
}

async function sendWritten() {
  key = key || freshKey();
  const form = new FormData();
  form.set("csrf", writing.elements.csrf.value);
  form.set("key", key);
  form.set("text", text.value);
  for (const file of chosen) form.append("files", file);
  if (!(await deliver(form))) return false;
  text.value = "";
  chosen = [];
  changed();
  return true;
}

writing.addEventListener("submit", async (event) => {
  event.preventDefault();
  if (text.value.trim() || chosen.length) await sendWritten();
  text.focus();
});

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form === writing || !event.submitter || "reload" in form.dataset) return;
  event.preventDefault();
  const body = new FormData(form);
  body.set(event.submitter.name, event.submitter.value);
  // files that were picked belong before 写好了: nobody means to leave them behind
  if (chosen.length && !(await sendWritten())) return;
  body.set("key", freshKey());
  await deliver(body);
});

// --- what is being written
function changed() {
  key = "";
  sessionStorage.setItem("draft", text.value);
  text.style.height = "auto";
  text.style.height = `${Math.min(text.scrollHeight, 200)}px`;
  picked.replaceChildren(...chosen.map(pickedFile));
}

function pickedFile(file) {
  const item = document.createElement("li");
  if (file.type.startsWith("image/")) {
    const preview = new Image();
    preview.alt = "";
    preview.src = URL.createObjectURL(file);
    preview.onload = () => URL.revokeObjectURL(preview.src);
    item.append(preview);
  }
  const name = document.createElement("span");
  name.textContent = file.name;
  const remove = document.createElement("button");
  remove.type = "button";
  remove.className = "quiet";
  remove.textContent = picked.dataset.remove;
  remove.onclick = () => { chosen = chosen.filter((one) => one !== file); changed(); };
  item.append(name, remove);
  return item;
}

function pick(list) {
  const { most, bytes, many, big } = picked.dataset;
  const tooBig = [...list].filter((file) => file.size > Number(bytes));
  const all = [...chosen, ...[...list].filter((file) => file.size <= Number(bytes))];
  chosen = all.slice(0, Number(most));
  const left = all.length - chosen.length;
  say([
    ...tooBig.map((file) => big.replace("{name}", () => file.name)),
    ...(left ? [many.replace("{count}", left)] : []),
  ].join("\n"));
  changed();
}

text.value = text.value || sessionStorage.getItem("draft") || "";
text.addEventListener("input", changed);
files.addEventListener("change", () => { pick(files.files); files.value = ""; });
text.addEventListener("paste", (event) => {
  if (event.clipboardData.files.length) { event.preventDefault(); pick(event.clipboardData.files); }
});
text.addEventListener("keydown", (event) => {
  // 229: an input method is still composing (Safari says so only this way)
  if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
  event.preventDefault();
  writing.requestSubmit();
});

// --- light or dark
const theme = byId("theme");
const systemDark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (document.documentElement.dataset.theme || (systemDark.matches ? "dark" : "light")) === "dark";
function nameTheme() {
  theme.querySelector("span").textContent = isDark() ? theme.dataset.light : theme.dataset.dark;
  theme.hidden = false;
}
theme.onclick = () => {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  document.cookie = `theme=${document.documentElement.dataset.theme}; path=/; max-age=31536000; samesite=lax`;
  nameTheme();
};
systemDark.addEventListener("change", nameTheme);
nameTheme();
changed();
toEnd();
