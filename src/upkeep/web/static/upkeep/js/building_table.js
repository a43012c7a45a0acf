// 楼盘表, the building table: choose houses by cell, floor, column, unit, all, invert, drag, Shift and keys.
//
// Two sets are kept: `saved` (yellow, sent with the form) and `marked` (blue outline, what the next button acts on). What is
// marked and not yet saved is sent too, so that nobody loses a choice by forgetting 批量保存. Events are delegated; a
// change redraws only the cells it touches.

const squareMetres = (dm2) => (dm2 / 100).toLocaleString("en-US", { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const STEPS = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };

class BuildingTable extends HTMLElement {
  connectedCallback() {
    if (this.marked) return;
    this.selectable = "selectable" in this.dataset;
    this.field = this.querySelector("[data-bt-field]");
    this.saved = new Map();
    this.marked = new Set();
    this.areas = new Map();
    for (const pair of (this.field?.dataset.areas ?? "").split(",").filter(Boolean)) {
      const [id, area] = pair.split(":");
      this.saved.set(id, Number(area));
    }
    this.adopt();
    if (this.field) this.field.disabled = false;
    this.addEventListener("pointerdown", (event) => this.onPress(event));
    this.addEventListener("pointerover", (event) => this.onOver(event));
    this.addEventListener("click", (event) => this.onClick(event));
    this.addEventListener("change", (event) => this.onBox(event));
    this.addEventListener("keydown", (event) => this.onKey(event));
    this.addEventListener("focusin", (event) => this.onFocus(event));
    this.release = () => { this.drag = null; };
    window.addEventListener("pointerup", this.release);
  }

  disconnectedCallback() { window.removeEventListener("pointerup", this.release); }

  // Reads the drawing that is in the page now: at first, and after another building was fetched.
  adopt() {
    this.cells = [...this.querySelectorAll(".bt-cell")];
    this.byId = new Map(this.cells.map((cell) => [cell.dataset.id, cell]));
    this.places = new Map();
    this.lines = [...this.querySelectorAll(".bt-grid tbody tr")].map((row, y) => {
      const line = [];
      for (const cell of row.cells) {
        if (cell.tagName === "TH") continue;
        for (let i = 0; i < cell.colSpan; i += 1) {
          if (cell.dataset.id && !this.places.has(cell)) this.places.set(cell, [line.length, y]);
          line.push(cell.dataset.id ? cell : null);
        }
      }
      return line;
    });
    for (const cell of this.cells) this.areas.set(cell.dataset.id, Number(cell.dataset.area));
    this.groups = [...this.querySelectorAll("[data-bt-group]")].map((box) => [box, this.groupOf(box)]);
    if (this.cells[0]) this.cells[0].tabIndex = 0;
    this.main = this.querySelector(".bt-main");
    this.list = this.querySelector("[data-bt-list]");
    // With JavaScript the one hidden field is sent; the boxes of the list only show it.
    this.list.querySelectorAll("input").forEach((box) => box.removeAttribute("name"));
    this.anchor = null;
    this.cells.forEach((cell) => this.draw(cell));
    this.sync();
  }

  groupOf(box) {
    const kind = box.dataset.btGroup;
    if (kind === "all") return this.cells;
    if (kind === "floor") return [...box.closest("tbody").querySelectorAll(".bt-cell")];
    const columns = new Set(box.dataset.columns.split(" "));
    return this.cells.filter((cell) => columns.has(cell.dataset.column));
  }

  mayMark(cell) { return this.selectable && !cell.hasAttribute("aria-disabled") && !("hidden" in cell.dataset); }

  // --- what one does -------------------------------------------------------------------------------------------------

  onPress(event) {
    const cell = event.target.closest(".bt-cell");
    this.pressedByMouse = event.pointerType === "mouse";
    if (!cell || event.button !== 0 || !this.pressedByMouse || !this.selectable) return;
    if (event.shiftKey && this.anchor) this.mark(this.between(this.anchor, cell), true);
    else {
      const on = !this.marked.has(cell.dataset.id);
      this.drag = { from: cell, on, before: new Set(this.marked) };
      this.mark([cell], on);
      this.anchor = cell;
    }
    this.walkTo(cell);
    event.preventDefault();
  }

  onOver(event) {
    const cell = event.target.closest(".bt-cell");
    if (!cell) return;
    if (this.drag && event.buttons === 1) this.dragTo(cell);
    this.show(cell);
  }

  dragTo(cell) {
    const { from, on, before } = this.drag;
    const wanted = new Set(before);
    for (const one of this.between(from, cell)) if (this.mayMark(one)) wanted[on ? "add" : "delete"](one.dataset.id);
    const changed = this.cells.filter((one) => wanted.has(one.dataset.id) !== this.marked.has(one.dataset.id));
    this.marked = wanted;
    changed.forEach((one) => this.draw(one));
    this.sync();
  }

  onClick(event) {
    const cell = event.target.closest(".bt-cell");
    if (cell) { this.onTap(cell); return; }
    const button = event.target.closest("[data-bt-do]");
    if (button) this.act(button.dataset.btDo);
    const key = event.target.closest("[data-bt-state]");
    if (key) this.filter(key);
    const toggle = event.target.closest("[data-bt-switch]");
    if (toggle) { event.preventDefault(); this.toggleView(toggle); }
    const building = event.target.closest("[data-bt-building]");
    if (building && this.selectable) { event.preventDefault(); this.openBuilding(building); }
  }

  // A mouse was dealt with when it was pressed; fingers, pens and screen readers come here.
  onTap(cell) {
    if (this.pressedByMouse) { this.pressedByMouse = false; return; }
    if (this.selectable) this.mark([cell], !this.marked.has(cell.dataset.id));
    this.anchor = cell;
    this.walkTo(cell);
  }

  onBox(event) {
    const box = event.target;
    const group = this.groups.find(([one]) => one === box);
    if (group) this.mark(group[1], box.checked);
    else if (this.list.contains(box)) {
      const cell = this.byId.get(box.closest("tr").dataset.id);
      if (cell) this.mark([cell], box.checked);
      if (!box.checked && this.saved.delete(cell.dataset.id)) this.draw(cell);
    }
    this.sync();
  }

  onKey(event) {
    const cell = event.target.closest(".bt-cell");
    if (!cell) return;
    if (event.key === " " || event.key === "Enter") {
      event.preventDefault();
      if (event.key === " " && this.selectable) this.mark([cell], !this.marked.has(cell.dataset.id));
      this.anchor = cell;
      return;
    }
    const next = this.neighbour(cell, event);
    if (!next) return;
    event.preventDefault();
    if (event.shiftKey && this.selectable) this.mark([cell, next], true);
    else this.anchor = next;
    this.walkTo(next);
  }

  onFocus(event) {
    const cell = event.target.closest(".bt-cell");
    if (cell) this.show(cell);
  }

  act(what) {
    if (what === "all") this.mark(this.cells, true);
    if (what === "invert") {
      const turned = this.cells.filter((cell) => this.mayMark(cell));
      turned.forEach((cell) => this.marked[this.marked.has(cell.dataset.id) ? "delete" : "add"](cell.dataset.id));
      turned.forEach((cell) => this.draw(cell));
    }
    if (what === "none") this.unmark();
    if (what === "save") {
      this.marked.forEach((id) => this.saved.set(id, this.areas.get(id)));
      this.unmark();
    }
    if (what === "cancel") {
      this.marked.forEach((id) => this.saved.delete(id));
      this.unmark();
    }
    this.sync();
    if ((what === "save" || what === "cancel") && this.dataset.saveUrl) this.keep();
  }

  // 保存房屋 and 取消 of one house's dialog: the same as 批量保存 and 批量取消 of that house alone.
  saveOne(cell, on) {
    const { id } = cell.dataset;
    this.marked.delete(id);
    if (on) this.saved.set(id, this.areas.get(id));
    else this.saved.delete(id);
    this.draw(cell);
    this.sync();
    if (this.dataset.saveUrl) this.keep();
  }

  filter(key) {
    const on = key.getAttribute("aria-pressed") !== "true";
    this.querySelectorAll("[data-bt-state]").forEach((one) => one.setAttribute("aria-pressed", String(one === key && on)));
    for (const cell of this.cells) cell.toggleAttribute("data-hidden", on && !cell.classList.contains(key.dataset.btState));
    if (!this.list.hidden) this.fillList();
    this.sync();
  }

  // --- sets and drawing ----------------------------------------------------------------------------------------------

  mark(cells, on) {
    for (const cell of cells) {
      if (!this.mayMark(cell)) continue;
      this.marked[on ? "add" : "delete"](cell.dataset.id);
      this.draw(cell);
    }
    this.sync();
  }

  unmark() {
    const before = [...this.marked];
    this.marked.clear();
    before.forEach((id) => { const cell = this.byId.get(id); if (cell) this.draw(cell); });
  }

  draw(cell) {
    const id = cell.dataset.id;
    cell.toggleAttribute("data-marked", this.marked.has(id));
    cell.toggleAttribute("data-saved", this.saved.has(id));
    if (this.selectable) cell.setAttribute("aria-selected", String(this.marked.has(id) || this.saved.has(id)));
  }

  // Counts, boxes and the field, once per frame however many cells changed.
  sync() {
    if (!this.selectable || this.syncing) return;
    this.syncing = true;
    requestAnimationFrame(() => { this.syncing = false; this.tell(); });
  }

  tell() {
    const wanted = new Map(this.saved);
    this.marked.forEach((id) => wanted.set(id, this.areas.get(id)));
    let area = 0;
    wanted.forEach((one) => { area += one; });
    this.field.value = [...wanted.keys()].join(",");
    this.put("[data-bt-count]", wanted.size.toLocaleString("en-US"));
    this.put("[data-bt-area]", squareMetres(area));
    const savedHere = this.cells.filter((cell) => this.saved.has(cell.dataset.id)).length;
    this.put("[data-bt-saved-here]", savedHere);
    const parts = [];
    if (this.saved.size) parts.push(`已保存 ${this.saved.size} 户`);
    if (this.marked.size) parts.push(`正在选 ${this.marked.size} 户`);
    if (this.saved.size > savedHere) parts.push(`其他楼栋 ${this.saved.size - savedHere} 户`);
    this.put("[data-bt-detail]", parts.join("，"));
    const here = this.cells.filter((cell) => wanted.has(cell.dataset.id)).length;
    const tag = this.querySelector("[data-bt-building][aria-current] [data-bt-chosen-in]");
    if (tag) { tag.textContent = here; tag.hidden = here === 0; }
    this.tickBoxes(wanted);
    this.dispatchEvent(new CustomEvent("houses-chosen", { bubbles: true, detail: { count: wanted.size, area } }));
  }

  tickBoxes(wanted) {
    for (const [box, cells] of this.groups) {
      let free = 0, ticked = 0;
      for (const cell of cells) {
        if (!this.mayMark(cell)) continue;
        free += 1;
        if (this.marked.has(cell.dataset.id)) ticked += 1;
      }
      box.disabled = free === 0;
      box.checked = free > 0 && ticked === free;
      box.indeterminate = ticked > 0 && ticked < free;
    }
    if (this.list.hidden) return; // it is filled anew when it is shown
    this.list.querySelectorAll("tbody tr").forEach((row) => {
      const box = row.querySelector("input");
      if (box) box.checked = wanted.has(row.dataset.id);
      row.toggleAttribute("data-saved", this.saved.has(row.dataset.id));
    });
  }

  put(selector, text) {
    const place = this.querySelector(selector);
    if (place) place.textContent = text;
  }

  // --- moving about --------------------------------------------------------------------------------------------------

  between(a, b) {
    const [x1, y1] = this.places.get(a);
    const [x2, y2] = this.places.get(b);
    const found = new Set();
    for (let y = Math.min(y1, y2); y <= Math.max(y1, y2); y += 1) {
      for (let x = Math.min(x1, x2); x <= Math.max(x1, x2); x += 1) if (this.lines[y][x]) found.add(this.lines[y][x]);
    }
    return [...found];
  }

  neighbour(cell, event) {
    const [x, y] = this.places.get(cell);
    const line = this.lines[y].filter(Boolean);
    if (event.key === "Home") return event.ctrlKey ? this.cells[0] : line[0];
    if (event.key === "End") return event.ctrlKey ? this.cells[this.cells.length - 1] : line[line.length - 1];
    const step = STEPS[event.key];
    if (!step) return null;
    if (step[0]) {
      const next = line.indexOf(cell) + step[0];
      return line[next] ?? null;
    }
    for (let row = y + step[1]; row >= 0 && row < this.lines.length; row += step[1]) {
      const found = this.nearest(this.lines[row], x);
      if (found) return found;
    }
    return null;
  }

  nearest(line, x) {
    for (let away = 0; away <= 2; away += 1) {
      if (line[x - away]) return line[x - away];
      if (line[x + away]) return line[x + away];
    }
    return null;
  }

  walkTo(cell) {
    this.querySelectorAll('.bt-cell[tabindex="0"]').forEach((one) => { one.tabIndex = -1; });
    cell.tabIndex = 0;
    cell.focus({ preventScroll: this.pressedByMouse });
  }

  // --- the card, the list, other buildings ---------------------------------------------------------------------------

  show(cell) {
    if (this.shown === cell) return;
    this.shown = cell;
    this.querySelector("[data-bt-card]").replaceChildren(...this.factsOf(cell));
  }

  // What is known of a house, for the card at the side and for the dialog (building_dialog.js).
  factsOf(cell) {
    const data = cell.dataset;
    const title = element("h3", "", [data.unit, cell.querySelector("b").textContent].filter(Boolean).join(" "));
    title.append(element("span", `badge-state ${TONES[cell.classList[1]] ?? "tone-quiet"}`, data.state));
    const facts = element("dl", "facts facts-narrow");
    for (const [name, value] of [["业主", data.owner || "未登记"], ["建筑面积", `${squareMetres(Number(data.area))} ㎡`],
      ["用途", data.use], ["备注", data.note]]) {
      if (!value) continue;
      const line = element("div");
      line.append(element("dt", "", name), element("dd", "", value));
      facts.append(line);
    }
    const parts = [title, facts];
    if (data.whyNot) parts.push(element("p", "bt-why-not", `不能选择：${data.whyNot}`));
    if (this.dataset.houseUrl) {
      const link = element("a", "d-inline-block mt-2", "查看房屋");
      link.href = this.dataset.houseUrl.replace("/0/", `/${data.id}/`);
      parts.push(link);
    }
    return parts;
  }

  toggleView(toggle) {
    const grid = this.querySelector("[data-bt-grid]");
    grid.hidden = !grid.hidden;
    this.list.hidden = !grid.hidden;
    if (!this.list.hidden) this.fillList();
    toggle.querySelector("span").textContent = grid.hidden ? "切换成图形" : "切换成列表";
    this.sync();
  }

  // Fifty rows in a frame: the page never stands still, however many houses there are.
  fillList() {
    const cells = this.cells.filter((cell) => !("hidden" in cell.dataset));
    const body = this.list.querySelector("tbody");
    body.replaceChildren();
    const filling = this.filling = Symbol("list");
    const more = (first) => {
      if (this.filling !== filling) return;
      body.append(...this.rowsOf(cells.slice(first, first + 50)));
      if (first + 50 < cells.length) requestAnimationFrame(() => more(first + 50));
    };
    more(0);
  }

  rowsOf(cells) {
    return cells.map((cell) => {
      const data = cell.dataset;
      const row = element("tr");
      row.dataset.id = data.id;
      if (this.selectable) row.append(this.listBox(cell));
      const floor = cell.closest("tbody").querySelector(".bt-floor").textContent.trim();
      const values = [["单元", data.unit], ["楼层", floor], ["房号", cell.querySelector("b").textContent],
        ["业主", data.owner], ["用途", data.use], ["建筑面积", squareMetres(Number(data.area))],
        ["状态", data.whyNot ? `${data.state}（${data.whyNot}）` : data.state]];
      for (const [name, value] of values) {
        const place = element("td", name === "建筑面积" ? "num" : "", value);
        place.dataset.label = name;
        row.append(place);
      }
      row.toggleAttribute("data-saved", this.saved.has(data.id));
      return row;
    });
  }

  listBox(cell) {
    const place = element("td", "check");
    const box = element("input", "form-check-input");
    box.type = "checkbox";
    box.disabled = cell.hasAttribute("aria-disabled");
    box.checked = this.marked.has(cell.dataset.id) || this.saved.has(cell.dataset.id);
    box.setAttribute("aria-label", `选择 ${cell.getAttribute("aria-label")}`);
    place.append(box);
    return place;
  }

  // The table of another building takes this one's place; what is saved and marked stays.
  async openBuilding(link) {
    this.main.setAttribute("aria-busy", "true");
    try {
      const answer = await fetch(link.href, { headers: { "X-Building": "1" } });
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const other = page.querySelector("building-table .bt-main");
      if (!answer.ok || !other) throw new Error(answer.status);
      this.main.replaceWith(document.adoptNode(other));
      this.querySelectorAll("[data-bt-building]").forEach((one) => one.removeAttribute("aria-current"));
      link.setAttribute("aria-current", "true");
      history.replaceState(null, "", link.href);
      this.adopt();
    } catch {
      this.main.removeAttribute("aria-busy");
      this.put("[data-bt-detail]", "这幢楼没有打开，请检查网络后再点一次");
    }
  }

  keep() {
    requestAnimationFrame(() => {
      const values = { [this.dataset.name]: this.field.value };
      window.htmx.ajax("POST", this.dataset.saveUrl, { values, swap: "none", source: this });
    });
  }
}

const TONES = { "is-paid": "tone-good", "is-low": "tone-bad", "is-unpaid": "tone-warn", "is-busy": "tone-info" };

function element(tag, className = "", text = "") {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text) made.textContent = text;
  return made;
}

customElements.define("building-table", BuildingTable);
