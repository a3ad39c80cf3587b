// A form with data-once is sent once, however fast the button is pressed. The server guards too.
"use strict";

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.once === undefined || event.defaultPrevented) return;
  if (form.dataset.once === "sent") {
    event.preventDefault();
    return;
  }
  form.dataset.once = "sent";
  // Afterwards, so that the pressed button's own name and value go along.
  setTimeout(() => { if (event.submitter) event.submitter.disabled = true; }, 0);
});

window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll('form[data-once="sent"]')) {
    form.dataset.once = "";
    for (const button of form.querySelectorAll("button:disabled")) button.disabled = false;
  }
});
