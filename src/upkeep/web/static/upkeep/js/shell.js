// The shell: the user menu closes when one clicks elsewhere or presses Escape; an error summary is read first.

const menus = () => document.querySelectorAll("details[data-closes-outside][open]");

document.addEventListener("click", (event) => {
  menus().forEach((menu) => { if (!menu.contains(event.target)) menu.open = false; });
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  menus().forEach((menu) => { menu.open = false; menu.querySelector("summary").focus(); });
});

document.querySelector("[data-focus-first]")?.focus();

// 打印 buttons.
document.addEventListener("click", (event) => {
  if (event.target.closest("[data-print]")) window.print();
});
