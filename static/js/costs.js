// The sum of the request follows what is typed: <form data-cost-rows data-elsewhere="öre on other pages">.
// The button “Save and count again” does it without this file.
"use strict";

const SIGNED = /^([-\u2212\u2013]?)\s*(\d{1,3}(?:[\s\u00a0\u202f\u2009]\d{3})+|\d{1,12})(?:[.,](\d{1,2}))?$/;

function oreOf(text) {
  const match = SIGNED.exec(text.trim().replace(/(kronor|kr\.?|sek|:-)$/i, "").trim());
  if (!match) return 0;
  const amount = Number(match[2].replace(/\D/g, "")) * 100 + Number((match[3] || "").padEnd(2, "0"));
  return match[1] ? -amount : amount;
}

function kronaText(amount) {
  const whole = Math.floor((Math.abs(amount) + 50) / 100);
  const grouped = String(whole).replace(/\B(?=(\d{3})+$)/g, "\u00a0");
  return `${amount < 0 && whole ? "\u2212" : ""}${grouped}\u00a0kr`;
}

for (const form of document.querySelectorAll("form[data-cost-rows]")) {
  const show = () => {
    let sum = Number(form.dataset.elsewhere);
    for (const input of form.querySelectorAll("input.amount")) {
      const removed = input.closest("tr").querySelector("input[type=checkbox]")?.checked;
      if (!removed) sum += oreOf(input.value);
    }
    form.querySelector("[data-cost-sum]").textContent = kronaText(sum);
  };
  form.addEventListener("input", show);
  form.addEventListener("change", show);
}
