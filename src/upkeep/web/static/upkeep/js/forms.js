// Forms: a button with data-confirm asks in its dialog first; a form is not sent twice.

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-confirm]");
  const dialog = button && document.getElementById(button.dataset.confirm);
  if (!dialog) return;
  event.preventDefault();
  dialog.addEventListener("close", () => {
    if (dialog.returnValue === "yes") button.form.requestSubmit(withoutConfirm(button));
    button.focus();
  }, { once: true });
  dialog.returnValue = "";
  dialog.showModal();
});

// The form must be sent as if by this very button (its name and value), but without asking again.
function withoutConfirm(button) {
  const id = button.dataset.confirm;
  delete button.dataset.confirm;
  setTimeout(() => { button.dataset.confirm = id; });
  return button;
}

document.addEventListener("click", (event) => {
  const dialog = event.target.closest("dialog");
  if (!dialog) return;
  if (event.target.closest("[data-dialog-yes]")) dialog.close("yes");
  else if (event.target.closest("[data-dialog-no]") || event.target === dialog) dialog.close("no");
});

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post") return;
  if (form.dataset.sending) { event.preventDefault(); return; }
  form.dataset.sending = "yes";
  event.submitter?.setAttribute("aria-busy", "true");
});

// Coming back with the browser's arrow shows the page as it was left: it may be sent again.
window.addEventListener("pageshow", () => {
  document.querySelectorAll("form[data-sending]").forEach((form) => {
    delete form.dataset.sending;
    form.querySelectorAll("[aria-busy]").forEach((button) => button.removeAttribute("aria-busy"));
  });
});
