// Shows beside its field what the sums say about a wrong amount. Without this file the button “Räkna om” does the same.
"use strict";

function clearWrong() {
  for (const field of document.querySelectorAll('#cases [aria-invalid="true"]')) {
    field.removeAttribute("aria-invalid");
    field.removeAttribute("aria-describedby");
  }
  for (const message of document.querySelectorAll("#cases .err")) message.remove();
}

function showWrong(row) {
  const field = document.getElementById(`b${row.dataset.wrong}`);
  if (!field) return;
  const message = document.createElement("p");
  message.className = "err";
  message.id = `e${row.dataset.wrong}`;
  message.textContent = row.querySelector("span").textContent;
  field.setAttribute("aria-invalid", "true");
  field.setAttribute("aria-describedby", message.id);
  field.after(message);
}

document.addEventListener("htmx:afterSwap", () => {
  clearWrong();
  document.querySelectorAll("#sums [data-wrong]").forEach(showWrong);
});
