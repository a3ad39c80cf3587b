// Counts the budget while it is written: <form data-budget>. Sums, difference and share follow the cells, and a block of
// cells pasted from a spreadsheet is laid out from the cell it was pasted in. The button “Count again” does it without this file.
"use strict";

const budgetTexts = document.currentScript.dataset;
const AMOUNT = /^(\d{1,3}(?:[\s\u00a0\u202f\u2009]\d{3})+|\d+)(?:[.,](\d{1,2}))?$/;
const LARGEST_DIGITS = 12;

function ore(text) {
  const cleaned = text.trim().replace(/(kronor|kr\.?|sek|:-)$/i, "").trim();
  if (!cleaned) return 0;
  const match = AMOUNT.exec(cleaned);
  if (!match) return null;
  const kronor = match[1].replace(/\D/g, "");
  if (kronor.length > LARGEST_DIGITS) return null;
  return Number(kronor) * 100 + Number((match[2] || "").padEnd(2, "0"));
}

function krona(amount) {
  const whole = Math.floor((Math.abs(amount) + 50) / 100);
  const grouped = String(whole).replace(/\B(?=(\d{3})+$)/g, "\u00a0");
  return amount < 0 && whole ? `\u2212${grouped}` : grouped;
}

function budget(form) {
  const cells = () => form.querySelectorAll("input[data-year]");

  function sums() {
    const found = new Map();
    const add = (key, amount) => found.set(key, (found.get(key) || 0) + amount);
    for (const input of cells()) {
      const amount = ore(input.value) || 0;
      const { year, group } = input.dataset;
      const side = group.split(".")[0];
      const line = input.closest("[data-line]").dataset.line;
      const inKind = form.elements.namedItem(`${line}_in_kind`)?.checked;
      add(line, amount);
      for (const key of [group, side]) { add(`${key}:${year}`, amount); add(`${key}:total`, amount); }
      if (side === "costs" && !inKind) add("base", amount);
      for (const column of [year, "total"]) add(`gap:${column}`, side === "costs" ? amount : -amount);
    }
    return found;
  }

  function show() {
    const found = sums();
    for (const cell of form.querySelectorAll("[data-sum]")) cell.textContent = krona(found.get(cell.dataset.sum) || 0);
    for (const cell of form.querySelectorAll(".gap [data-sum]")) cell.classList.toggle("off", Boolean(found.get(cell.dataset.sum)));
    const base = found.get("base") || 0;
    const share = base ? (found.get("financing.grant:total") || 0) * 100 / base : null;
    const figures = {
      costs: krona(found.get("costs:total") || 0),
      financing: krona(found.get("financing:total") || 0),
      gap: krona(found.get("gap:total") || 0),
      share: share === null ? "–" : `${share.toFixed(1).replace(".", ",")}\u00a0%`,
    };
    for (const place of document.querySelectorAll("[data-figure]")) place.textContent = figures[place.dataset.figure];
  }

  function judge(input) {
    const unreadable = ore(input.value) === null;
    mark(input, unreadable ? budgetTexts.unreadable : "");
  }

  function mark(input, text) {
    const cell = input.closest("td");
    let error = cell.querySelector(".err");
    cell.classList.toggle("wrong", Boolean(text));
    if (!text) {
      error?.remove();
      input.removeAttribute("aria-invalid");
      input.removeAttribute("aria-describedby");
      return;
    }
    if (!error) {
      error = document.createElement("span");
      error.className = "err";
      error.id = `err_${input.name}`;
      cell.append(error);
    }
    if (error.textContent !== text) error.textContent = text;
    input.setAttribute("aria-invalid", "true");
    input.setAttribute("aria-describedby", error.id);
  }

  function takeChecks(checks) {
    const texts = new Map();
    for (const link of checks.querySelectorAll("[data-field]")) {
      const name = link.dataset.field;
      texts.set(name, [texts.get(name), link.lastElementChild.textContent].filter(Boolean).join(" "));
    }
    for (const input of cells()) mark(input, texts.get(input.name) || "");
  }

  // How a spreadsheet shows nought in a column of money.
  const nought = /^[\s\u00a0]*[-\u2013\u2014\u2212][\s\u00a0]*(kr)?[\s\u00a0]*$/;

  function layOut(event) {
    const first = event.target.closest?.("input[data-year]");
    const text = event.clipboardData?.getData("text/plain") || "";
    if (!first || !/[\t\n]./.test(text)) return;
    event.preventDefault();
    const rows = [...form.querySelectorAll("[data-line]")];
    const from = rows.indexOf(first.closest("[data-line]"));
    const at = [...first.closest("tr").querySelectorAll("input[data-year]")].indexOf(first);
    text.replace(/\r?\n$/, "").split(/\r?\n/).forEach((line, down) => {
      const inputs = rows[from + down]?.querySelectorAll("input[data-year]") || [];
      line.split("\t").forEach((value, right) => { if (inputs[at + right]) inputs[at + right].value = nought.test(value) ? "" : value.trim(); });
    });
    first.dispatchEvent(new Event("input", { bubbles: true }));
  }

  function move(event) {
    const input = event.target.closest?.("input[data-year]");
    if (!input || !["ArrowUp", "ArrowDown"].includes(event.key) || event.altKey || event.ctrlKey) return;
    const column = [...cells()].filter((cell) => cell.dataset.year === input.dataset.year);
    const next = column[column.indexOf(input) + (event.key === "ArrowDown" ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
    next.select();
  }

  form.addEventListener("input", show);
  form.addEventListener("change", (event) => { if (event.target.dataset.year) judge(event.target); });
  form.addEventListener("paste", layOut);
  form.addEventListener("keydown", move);
  const checks = document.getElementById("checks");
  if (checks) new MutationObserver(() => takeChecks(checks)).observe(checks, { childList: true });
  show();
}

document.querySelectorAll("form[data-budget]").forEach(budget);
// After “Add line” the page comes back at the new line: the writing goes on there, once the browser has scrolled to it.
window.addEventListener("load", () => setTimeout(() => {
  if (location.hash.startsWith("#line-")) document.getElementById(location.hash.slice(1))?.querySelector(".budget-text")?.focus();
}, 0));
