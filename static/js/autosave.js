// Saves a draft while it is written: <form data-autosave-url="…" data-autosave-status="#saved">.
// The form's own button saves too, so nothing is lost without this file. Texts come with the script element.
"use strict";

const autosaveTexts = document.currentScript.dataset;
const PAUSE = 2000;
const AGAIN = 10000;

// What was typed on a slow line before this file came, or what the browser has put back, is not what the page was sent with.
function differs(field) {
  if (field.disabled || !field.name) return false;
  if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
  if (field.tagName === "SELECT") {
    const sent = [...field.options].some((option) => option.defaultSelected);
    return sent ? [...field.options].some((option) => option.selected !== option.defaultSelected) : field.selectedIndex > 0;
  }
  return field.matches("textarea, input:not([type=file], [type=hidden])") && field.value !== field.defaultValue;
}

function autosave(form) {
  const status = document.querySelector(form.dataset.autosaveStatus);
  let dirty = false;
  let saving = false;
  let stopped = false;
  let timer = 0;

  function say(text, link) {
    if (!status) return;
    status.textContent = text;
    if (!link) return;
    const anchor = document.createElement("a");
    anchor.href = link;
    anchor.textContent = autosaveTexts.conflictLink;
    status.append(" ", anchor);
  }

  function later(pause) {
    clearTimeout(timer);
    if (!stopped) timer = setTimeout(save, pause);
  }

  function content() {
    const data = new FormData(form);
    for (const [name, value] of [...data]) if (value instanceof File) data.delete(name);
    return data;
  }

  function take(answer) {
    const revision = form.elements.namedItem("revision");
    if (revision && answer.revision !== undefined) revision.value = answer.revision;
    const checks = document.getElementById("checks");
    if (checks && answer.checks_html !== undefined) checks.innerHTML = answer.checks_html;
    if (answer.conflict) {
      stopped = true;
      say(autosaveTexts.conflict, answer.url);
    } else {
      say(answer.saved || "");
    }
  }

  async function send(leaving) {
    const response = await fetch(form.dataset.autosaveUrl, {
      method: "POST",
      body: content(),
      headers: { "X-Autosave": "1", Accept: "application/json" },
      credentials: "same-origin",
      keepalive: leaving,
    });
    const json = (response.headers.get("Content-Type") || "").includes("json");
    if (response.status === 401 || response.redirected) {
      stopped = true;
      dirty = true;
      say(autosaveTexts.loggedOut);
    } else if (json) {
      take(await response.json());
    } else {
      dirty = true;
      say(autosaveTexts.failed);
      later(AGAIN);
    }
  }

  async function save(leaving = false) {
    if (!dirty || saving || stopped) return;
    clearTimeout(timer);
    saving = true;
    dirty = false;
    say(autosaveTexts.saving);
    try {
      await send(leaving);
    } catch {
      dirty = true;
      say(autosaveTexts.offline);
      later(AGAIN);
    }
    saving = false;
    if (dirty && !stopped) later(PAUSE);
  }

  function changed(event) {
    if (event.target.type === "file") return;
    dirty = true;
    later(PAUSE);
  }

  form.addEventListener("input", changed);
  form.addEventListener("change", changed);
  form.addEventListener("submit", (event) => {
    if (event.defaultPrevented) return;
    stopped = true;
    dirty = false;
    clearTimeout(timer);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden") save(true);
  });
  window.addEventListener("online", () => save());
  window.addEventListener("pageshow", (event) => {
    if (event.persisted) stopped = false;
  });
  window.addEventListener("beforeunload", (event) => {
    if (dirty || (saving && !stopped)) event.preventDefault();
  });
  if ([...form.elements].some(differs)) {
    dirty = true;
    later(PAUSE);
  }
}

document.querySelectorAll("form[data-autosave-url]").forEach(autosave);
