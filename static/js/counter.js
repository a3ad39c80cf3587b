// Counts words (data-count-words="200") or signs (maxlength) under a field. Seen at once; read out only after
// a pause and only near the limit. Texts come with the script element.
"use strict";

const counterTexts = document.currentScript.dataset;
const NEAR = 0.8;
const READ_AFTER = 1500;

function counter(field) {
  const inWords = field.dataset.countWords !== undefined;
  const most = Number(inWords ? field.dataset.countWords : field.maxLength);
  const always = inWords || field.matches("textarea");
  const seen = document.createElement("p");
  const heard = document.createElement("p");
  let timer = 0;
  seen.className = "counter";
  seen.setAttribute("aria-hidden", "true");
  heard.className = "visually-hidden";
  heard.setAttribute("aria-live", "polite");
  field.after(seen, heard);

  function text(used) {
    const kind = inWords ? "words" : "signs";
    const words = used > most ? counterTexts[`${kind}Over`] : counterTexts[kind];
    return words.replace("{used}", used).replace("{most}", most).replace("{over}", used - most);
  }

  function count() {
    const used = inWords ? (field.value.match(/\S+/g) || []).length : field.value.length;
    const near = used >= most * NEAR;
    seen.hidden = !always && !near;
    seen.textContent = text(used);
    seen.classList.toggle("over", used > most);
    clearTimeout(timer);
    timer = setTimeout(() => { heard.textContent = near && document.activeElement === field ? text(used) : ""; }, READ_AFTER);
  }

  field.addEventListener("input", count);
  count();
}

document.querySelectorAll("[data-count-words], textarea[maxlength], input[maxlength]").forEach(counter);
