// Lists: on a phone every cell says its heading; 全选 ticks the rows.

function nameCells(root) {
  root.querySelectorAll("table.list").forEach((table) => {
    const heads = [...(table.tHead?.rows[0]?.cells ?? [])].map((cell) => cell.textContent.trim());
    [...table.tBodies].forEach((body) => [...body.rows].forEach((row) => [...row.cells].forEach((cell, index) => {
      const plain = !cell.dataset.label && !cell.matches(".title, .actions, .check, [colspan]");
      if (plain && heads[index]) cell.dataset.label = heads[index];
    })));
  });
}

nameCells(document);
document.addEventListener("htmx:load", (event) => nameCells(event.target.parentElement ?? document));

document.addEventListener("change", (event) => {
  const all = event.target.closest("input[data-check-all]");
  const table = event.target.closest("table");
  if (!table) return;
  const boxes = [...table.querySelectorAll("tbody input[type=checkbox]:not(:disabled)")];
  if (all) boxes.forEach((box) => { box.checked = all.checked; });
  const master = table.querySelector("input[data-check-all]");
  if (!master) return;
  const ticked = boxes.filter((box) => box.checked).length;
  master.checked = ticked > 0 && ticked === boxes.length;
  master.indeterminate = ticked > 0 && ticked < boxes.length;
});
