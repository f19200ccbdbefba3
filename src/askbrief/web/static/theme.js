// Before anything is drawn: the theme that this reader chose, if any.
try {
  const chosen = localStorage.getItem("theme");
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
} catch { /* nothing may be stored: the system's theme it is */ }
