// Tells that a file is too large before it is sent: <input type="file" data-max-bytes="…">. Texts come with the script element.
"use strict";

const filesizeTexts = document.currentScript.dataset;
const MEGABYTE = 1024 * 1024;

function megabytes(bytes) {
  return (bytes / MEGABYTE).toLocaleString(document.documentElement.lang, { maximumFractionDigits: 1 });
}

function filesize(input) {
  const most = Number(input.dataset.maxBytes);
  const message = document.createElement("p");
  message.className = "err";
  message.setAttribute("role", "alert");
  input.after(message);

  const tooLarge = () => [...input.files].find((file) => file.size > most);

  input.addEventListener("change", () => {
    const file = tooLarge();
    message.textContent = file
      ? filesizeTexts.tooLarge.replace("{name}", () => file.name).replace("{size}", megabytes(file.size)).replace("{most}", megabytes(most))
      : "";
  });
  input.form?.addEventListener("submit", (event) => {
    if (!tooLarge()) return;
    event.preventDefault();
    input.focus();
  }, { capture: true });
}

document.querySelectorAll('input[type="file"][data-max-bytes]').forEach(filesize);
