// The menus close by Escape, by a press beside them and when the focus leaves them. Without this file they close by their own buttons.
"use strict";

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of document.querySelectorAll("details.account-menu[open]")) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

const closeWhatIsLeft = (event) => {
  for (const menu of document.querySelectorAll("details.account-menu[open]")) {
    if (!menu.contains(event.target)) menu.open = false;
  }
};
document.addEventListener("click", closeWhatIsLeft);

document.addEventListener("focusin", (event) => {
  closeWhatIsLeft(event);
  const menu = document.getElementById("menu");
  if (menu?.hidePopover && menu.matches(":popover-open") && !menu.contains(event.target)) menu.hidePopover();
});
