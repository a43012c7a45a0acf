// 楼盘表: one house opened in a dialog: all that is known of it, and where houses are chosen 保存房屋, 取消, 关闭.
//
// A double click, Enter, or the button 房屋详情 (for fingers) opens the house last walked to.

const BUTTONS = [["save", "保存房屋", "btn btn-primary"], ["cancel", "取消", "btn btn-plain"], ["close", "关闭", "btn btn-plain"]];

function open(table, cell) {
  const dialog = dialogOf(table);
  const saved = table.saved.has(cell.dataset.id);
  dialog.querySelector(".confirm-text").replaceChildren(...table.factsOf(cell));
  dialog.querySelector("[data-bt-kept]").textContent = table.selectable ? (saved ? "本户已保存。" : "本户未保存。") : "";
  const may = { save: table.mayMark(cell) && !saved, cancel: saved, close: true };
  dialog.querySelectorAll("[data-bt-one]").forEach((button) => { button.disabled = !may[button.dataset.btOne]; });
  dialog.onclick = (event) => {
    const button = event.target.closest("[data-bt-one]");
    if (!button) return;
    if (button.dataset.btOne !== "close") table.saveOne(cell, button.dataset.btOne === "save");
    dialog.close();
  };
  dialog.onclose = () => table.walkTo(cell);
  dialog.showModal();
}

function dialogOf(table) {
  const known = table.querySelector("dialog[data-bt-dialog]");
  if (known) return known;
  const dialog = document.createElement("dialog");
  dialog.className = "confirm bt-dialog";
  dialog.dataset.btDialog = "";
  dialog.setAttribute("aria-label", "房屋信息");
  const body = document.createElement("div");
  body.className = "confirm-body";
  const text = document.createElement("div");
  text.className = "confirm-text";
  const kept = document.createElement("p");
  kept.className = "soft mb-0";
  kept.dataset.btKept = "";
  body.append(text, kept);
  const foot = document.createElement("div");
  foot.className = "confirm-foot";
  for (const [what, words, classes] of BUTTONS) {
    if (what !== "close" && !table.selectable) continue;
    const button = document.createElement("button");
    button.type = "button";
    button.className = classes;
    button.textContent = words;
    button.dataset.btOne = what;
    foot.append(button);
  }
  dialog.append(body, foot);
  table.append(dialog);
  return dialog;
}

document.addEventListener("dblclick", (event) => {
  const cell = event.target.closest(".bt-cell");
  const table = cell?.closest("building-table");
  if (!table) return;
  open(table, cell);
});

document.addEventListener("keydown", (event) => {
  const cell = event.key === "Enter" && event.target.closest(".bt-cell");
  if (cell) open(cell.closest("building-table"), cell);
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-bt-open]");
  const table = button?.closest("building-table");
  const cell = table?.querySelector('.bt-cell[tabindex="0"]');
  if (cell) open(table, cell);
});
