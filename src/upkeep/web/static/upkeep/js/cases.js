// Case pages: drafts save themselves, a chosen picture uploads at once, a move that needs a reason asks for it.

const WAIT_MS = 1500;

document.querySelectorAll("form[data-autosave]").forEach((form) => {
  const note = form.querySelector(".autosave-note");
  let timer = 0;
  form.addEventListener("input", () => {
    clearTimeout(timer);
    timer = setTimeout(save, WAIT_MS);
  });
  form.addEventListener("submit", () => clearTimeout(timer));

  async function save() {
    const body = new FormData(form);
    for (const box of form.querySelectorAll("input[type=password]")) body.delete(box.name);
    body.set("action", "autosave");
    try {
      const answer = await fetch(location.href, { method: "POST", body, redirect: "manual" });
      const time = new Date().toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit" });
      note.textContent = answer.status === 204 ? `草稿已自动保存 ${time}` : "";
    } catch {
      note.textContent = "网络中断，草稿尚未保存";
    }
  }
});

document.addEventListener("change", (event) => {
  if (event.target.matches("[data-submit-on-choose]") && event.target.files.length) event.target.form.requestSubmit();
});

document.addEventListener("click", (event) => {
  const button = event.target.closest("[data-needs]");
  const box = button && button.form.elements[button.dataset.needs];
  if (!box || box.value.trim()) return;
  event.preventDefault();
  box.setCustomValidity("请写明理由");
  box.reportValidity();
  box.addEventListener("input", () => box.setCustomValidity(""), { once: true });
});

// A table of boxes: Enter and the arrows go to the same column of another row, as in a spreadsheet.
document.addEventListener("keydown", (event) => {
  const table = event.target.closest("[data-row-table]");
  if (!table || event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
  const step = { Enter: event.shiftKey ? -1 : 1, ArrowDown: 1, ArrowUp: -1 }[event.key];
  if (!step || (event.target.tagName === "SELECT" && event.key !== "Enter")) return;
  const cell = event.target.closest("td");
  const row = cell.parentElement;
  const beside = step > 0 ? row.nextElementSibling : row.previousElementSibling;
  event.preventDefault();
  const box = beside && beside.cells[cell.cellIndex].querySelector("input:not([type=hidden]), select");
  if (!box) return;
  box.focus();
  if (box.select) box.select();
});

// The first wrong cell of the table is brought into sight.
const wrongBox = document.querySelector("[data-row-table] [aria-invalid]");
if (wrongBox) wrongBox.focus();

// A drafted building: the boxes of floors, columns and units pick their houses; the number picked is told.
document.querySelectorAll("[data-pick-form]").forEach((form) => {
  const houses = [...form.querySelectorAll("input[name=house]")];
  const belongs = {
    all: () => true,
    unit: (house, of) => house.dataset.in === of,
    floor: (house, of) => house.dataset.floor === of,
    column: (house, of) => house.dataset.column === of,
  };
  form.addEventListener("change", (event) => {
    const { pick, of } = event.target.dataset;
    if (pick) {
      for (const house of houses) if (belongs[pick](house, of)) house.checked = event.target.checked;
    }
    tell();
  });
  tell();

  function tell() {
    for (const house of houses) house.closest("td").classList.toggle("is-picked", house.checked);
    form.querySelector("[data-picked]").textContent = houses.filter((house) => house.checked).length;
  }
});

// A house of a list is opened by a double click too (the two clicks alone would open and close it); the first box is ready.
document.addEventListener("dblclick", (event) => {
  const payer = event.target.closest("summary") && event.target.closest("[data-payer]");
  if (!payer) return;
  payer.open = true;
  const box = payer.querySelector(".payer-body input, .payer-body select");
  if (box) box.focus();
});
