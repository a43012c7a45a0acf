// 维修支取任务单: buildings are ticked all at once, and totals that are no longer true are shown so before anything is saved.

document.querySelectorAll("[data-order-form]").forEach((form) => {
  const boxes = [...form.querySelectorAll("input[name=building]:not(:disabled)")];
  const total = form.elements.total;
  const asSaved = () => `${boxes.filter((box) => box.checked && Number(box.dataset.saved)).map((box) => box.value)}`;
  const before = { chosen: asSaved(), total: total.value };

  form.addEventListener("click", (event) => {
    const { tick } = event.target.dataset;
    if (!tick) return;
    event.preventDefault();
    for (const box of boxes) box.checked = tick === "all" || !box.checked;
    form.dispatchEvent(new Event("input", { bubbles: true }));
  });
  form.addEventListener("input", tell);
  tell();

  function tell() {
    const chosen = asSaved() !== before.chosen;
    const amount = total.value !== before.total;
    for (const box of boxes) box.closest(".order-card").classList.toggle("is-chosen", box.checked);
    for (const one of form.querySelectorAll("[data-total]")) {
      const filled = one.querySelector("output").textContent !== "—";
      one.dataset.server ??= String(one.classList.contains("is-stale"));
      const changed = chosen || (amount && one.dataset.total === "standard");
      one.classList.toggle("is-stale", one.dataset.server === "true" || (filled && changed));
    }
    const stale = [...form.querySelectorAll("[data-total]")].some((one) => one.classList.contains("is-stale") && one.dataset.server === "false");
    form.querySelector("[data-stale-note]").hidden = !stale;
  }
});
