/* Around the form: what to do first, faults at their fields, the foot, what saving does to scores, the toast. */
(function (twin) {
  const TOAST_MS = 6000;
  const MOST_ZONES = 6;
  const { made, icon } = twin.edit.draw;

  function nothing(box) {
    const { say, state } = twin.edit;
    const locked = twin.edit.mayEdit() ? [] : [locks()];
    const form = twin.edit.form();
    const title = form ? say("nothing_title_of", { layer: form.title }) : say("nothing_title");
    const text = made("div", { className: "edit-nothing" }, [
      made("h3", { textContent: title }), ...locked, made("p", { textContent: state.empty || say("nothing") }),
    ]);
    box.replaceChildren(text);
  }

  function locks() {
    const { say } = twin.edit;
    if (twin.account.now.name) return made("p", { className: "edit-locked", textContent: say("read_only_role") });
    const enter = made("button", { type: "button", className: "button", textContent: say("read_only") });
    enter.dataset.do = "account";
    return enter;
  }

  function showFault(name, fault) {
    const line = document.getElementById(`edit-fault-${name}`);
    const control = document.getElementById(`edit-${name}`);
    if (!line) return;
    line.hidden = !fault;
    line.replaceChildren();
    if (control) control.toggleAttribute("aria-invalid", Boolean(fault));
    if (!fault) return;
    const stop = /[.!?。]$/.test(fault.message) ? "" : ".";
    line.append(icon("warning"), made("span", { textContent: `${fault.message}${stop} ${fault.hint || ""}`.trim() }));
  }

  function faultsOf(faults) {
    const { form } = twin.edit;
    const names = [...form().fields.map((field) => field.name), "geom"];
    names.forEach((name) => showFault(name, faults.find((fault) => (fault.field || "geom") === name)));
  }

  function mend(faults) {
    const { say } = twin.edit;
    const fields = new Set(faults.filter((fault) => fault.field && fault.field !== "geom").map((fault) => fault.field)).size;
    if (fields) return say("to_mend", { count: fields });
    return faults.length ? say("to_mend_place") : "";
  }

  function missesShape(item) {
    const { form, shapeOf } = twin.edit;
    return form().geometry.length > 0 && !shapeOf(item);
  }

  function foot(faults) {
    const { say, state, isDirty, mayEdit } = twin.edit;
    const save = document.getElementById("edit-save");
    if (!save) return;
    const dirty = state.items.filter(isDirty);
    const gone = dirty.filter((item) => item.gone).length;
    const undrawn = dirty.some(missesShape);
    save.textContent = state.busy ? say("saving") : gone ? say("save_delete", { count: gone }) : say("save");
    save.classList.toggle("danger", gone > 0);
    save.disabled = !mayEdit() || state.busy || !dirty.length || faults.length > 0 || undrawn;
    document.getElementById("edit-discard").disabled = !dirty.length || state.busy;
    const said = document.getElementById("edit-said");
    const wrong = mend(faults) || (undrawn ? say("draw_first") : "");
    const text = state.offline && dirty.length ? say("offline") : state.failed || wrong || (state.restored && dirty.length ? say("draft") : "");
    said.textContent = text;
    said.classList.toggle("wrong", Boolean(state.failed || wrong || state.offline));
  }

  function corners(geometry) {
    const found = [];
    (function walk(part) {
      if (typeof part[0] === "number") found.push(part);
      else part.forEach(walk);
    })(geometry ? geometry.coordinates : []);
    const every = Math.ceil(found.length / 40) || 1;
    return found.filter((_, number) => number % every === 0);
  }

  /* Zones in which the open items lie, before and after: these are computed again. */
  function zones() {
    const { state, isDirty } = twin.edit;
    const codes = new Set();
    for (const item of state.items.filter(isDirty)) {
      const places = [...corners(item.base.geometry), ...corners(item.geometry)];
      places.forEach(([lng, lat]) => { const code = twin.map.zoneAt({ lat, lng }); if (code) codes.add(code); });
    }
    return [...codes].sort();
  }

  function zonesInWords(codes) {
    return codes.slice(0, MOST_ZONES).join(", ") + (codes.length > MOST_ZONES ? ", …" : "");
  }

  function after() {
    const { say, state, isDirty, form } = twin.edit;
    const box = document.getElementById("edit-after");
    if (!box) return;
    const isChanged = state.items.some(isDirty);
    box.hidden = !isChanged && !state.after;
    box.className = "edit-after";
    if (box.hidden) return;
    if (!isChanged) return write(box, say(state.after.done ? "computed" : "after"), state.after.lines);
    if (!form().geometry.length) { box.hidden = true; return; }
    const codes = zones();
    write(box, say("after"), [codes.length ? say("after_zones", { zones: zonesInWords(codes) }) : say("after_none")]);
  }

  function write(box, title, lines) {
    box.replaceChildren(made("strong", { textContent: title }), ...lines.map((line) => made("p", { textContent: line })));
  }

  function renew() {
    const { state } = twin.edit;
    tools();
    if (!state.items.length) return;
    const faults = twin.edit.checks.all();
    faultsOf(faults);
    foot(faults);
    after();
    twin.edit.draw.status();
  }

  function tools() {
    const { state, form, steps, mayEdit, say } = twin.edit;
    const may = mayEdit() && Boolean(form());
    const shaped = form() && form().geometry.length > 0;
    const open = state.items.length > 0 && state.items.some((item) => !item.gone);
    const cuts = open && state.items.length === 1 && !form().geometry.every((type) => type === "Point");
    const on = { select: true, shape: may && open && shaped, draw: may, cut: may && cuts, "edit-delete": may && open, "edit-undo": steps[0] > 0, "edit-redo": steps[1] > 0 };
    document.querySelectorAll(".edit-tool").forEach((button) => {
      const name = button.dataset.do === "edit-tool" ? button.dataset.with : button.dataset.do;
      button.disabled = !on[name];
      if (button.dataset.do === "edit-tool") button.setAttribute("aria-pressed", String(state.tool === name));
      if (name === "draw") button.querySelector("span:last-child").textContent = say(shaped === false ? "tool_add" : "tool_draw");
    });
    document.querySelectorAll(".edit-layer").forEach((button) => button.setAttribute("aria-checked", String(button.dataset.with === state.layer)));
  }

  function toast(text, act) {
    const box = document.getElementById("toast");
    box.replaceChildren(made("span", { textContent: text }));
    if (act) {
      const undo = made("button", { type: "button", className: "edit-toast-undo", textContent: twin.edit.say("undo") });
      undo.addEventListener("click", () => { box.hidden = true; act(); });
      box.append(undo);
    }
    box.hidden = false;
    clearTimeout(box.timer);
    box.timer = setTimeout(() => { box.hidden = true; }, TOAST_MS);
  }

  twin.edit.panels = { nothing, renew, zones, zonesInWords, toast };
})((window.twin = window.twin || {}));
