"use strict";
// Reading works without this: it adds keys, copy buttons and the choice of a theme.

const typing = target => target.closest("input, textarea, select, [contenteditable]") !== null;

// ---- theme: as the system has it, or chosen

const button = document.getElementById("theme");
const dark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";
const label = () => { button.textContent = isDark() ? "Light" : "Dark"; };
button.addEventListener("click", () => {
  const chosen = isDark() ? "light" : "dark";
  document.documentElement.dataset.theme = chosen;
  try { localStorage.setItem("theme", chosen); } catch { /* it holds for this page */ }
  label();
});
dark.addEventListener("change", label);
label();
button.hidden = false;

// ---- copying: the text as it is, not as it is shown

for (const copy of document.querySelectorAll("button.copy")) {
  copy.hidden = false;
  const before = copy.innerHTML;
  copy.addEventListener("click", async () => {
    const source = document.getElementById(copy.dataset.copies);
    try {
      await navigator.clipboard.writeText(source.textContent);
      copy.textContent = "Copied";
    } catch { // not allowed, or no secure address: select it for Ctrl+C
      getSelection().selectAllChildren(source);
      copy.textContent = "Selected: press Ctrl+C";
    }
    setTimeout(() => { copy.innerHTML = before; }, 2000);
  });
}

// ---- keys

document.querySelector(".keys").hidden = false;
const steps = [...document.querySelectorAll("[data-step]")];
let current = -1;

function step(by) {
  if (!steps.length) {
    document.querySelector(by > 0 ? "a[rel=next]" : "a[rel=prev]")?.click();
    return;
  }
  document.querySelector("details.nearest")?.setAttribute("open", "");
  current = Math.min(Math.max(current + by, 0), steps.length - 1);
  steps[current].focus({ preventScroll: true });
  steps[current].scrollIntoView({ block: "nearest" });
}

document.addEventListener("keydown", event => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === "Escape" && typing(event.target)) { event.target.blur(); return; }
  if (typing(event.target)) return;
  if (event.key === "/") {
    const box = document.getElementById("find") ?? document.getElementById("q");
    if (box) { event.preventDefault(); box.focus(); box.select(); }
  } else if (event.key === "j") step(1);
  else if (event.key === "k") step(-1);
  else if (event.key === "Enter" && event.target.matches("[data-step]")) event.target.querySelector("[data-open]").click();
});

// ---- a browser that does not scroll to what is in focus from the beginning

addEventListener("load", () => {
  const here = document.getElementById("here");
  if (!here || location.hash) return;
  const box = here.getBoundingClientRect();
  if (box.top < 0 || box.bottom > innerHeight) here.scrollIntoView({ block: "center" });
});
