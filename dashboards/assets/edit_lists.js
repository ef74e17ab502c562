/* What was changed: the rows that are not saved, the edits of today with their undoing, the history of the open row. */
(function (twin) {
  const { made, icon } = twin.edit.draw;
  const FOLD_MS = 400;
  let found = null;
  let all = false;
  let failed = false;
  let waiting = null;

  function clock(at) {
    return new Date(at).toLocaleTimeString(twin.view.now.lang === "zh" ? "zh-CN" : "en-GB", { hour: "2-digit", minute: "2-digit" });
  }

  function day(at) {
    const locale = twin.view.now.lang === "zh" ? "zh-CN" : "en-GB";
    return new Date(at).toLocaleString(locale, { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" });
  }

  function titleOf(layer) {
    const form = twin.edit.state.forms[layer];
    return form ? form.one : layer;
  }

  /* What changed, with the titles of the fields in place of their names. */
  function inWords(edit) {
    const { say, state } = twin.edit;
    if (edit.operation !== "update") return say(`op_${edit.operation}`);
    const form = state.forms[edit.layer];
    const title = (name) => { const field = form && form.fields.find((each) => each.name === name); return field ? field.title : name; };
    const value = (one) => (one === null || one === undefined ? "–" : typeof one === "object" ? JSON.stringify(one) : String(one));
    const fields = Object.keys(edit.after).map((name) => `${title(name)} ${value(edit.before[name])} → ${value(edit.after[name])}`);
    return [...fields, ...(edit.shape ? [edit.shape] : [])].join("; ");
  }

  function line(edit) {
    const { say } = twin.edit;
    const what = `${titleOf(edit.layer)} ${edit.key}`;
    const who = edit.mine ? "" : `${edit.by}: `;
    const go = made("button", { type: "button", className: "edit-change" }, [
      made("span", { className: "edit-at", textContent: clock(edit.at) }),
      made("span", { className: "edit-what" }, [made("span", { textContent: what }), made("span", { className: "small", textContent: who + inWords(edit) })]),
    ]);
    go.addEventListener("click", () => twin.edit.map.openRow(edit.layer, edit.id, false, true));
    go.disabled = edit.operation === "delete" || edit.operation === "vanish";
    const back = made("button", { type: "button", className: "icon-button", title: say("revert", { what }) }, [icon("undo")]);
    back.setAttribute("aria-label", say("revert", { what }));
    back.addEventListener("click", () => { back.disabled = true; twin.edit.undoOne(edit.layer, edit.id, edit.version).finally(() => { back.disabled = false; }); });
    return made("div", { className: "edit-row" }, [go, back]);
  }

  function drawToday() {
    const { say, mayEdit } = twin.edit;
    const box = document.getElementById("edit-today");
    if (!box) return;
    if (!mayEdit()) return box.replaceChildren();
    const shown = found ? found.changes.filter((edit) => all || edit.mine) : [];
    const others = found ? found.changes.length > found.changes.filter((edit) => edit.mine).length : false;
    const toggle = made("button", { type: "button", className: "link", textContent: all ? say("today_own") : say("today_all", { count: found ? found.count : 0 }) });
    toggle.addEventListener("click", () => { all = !all; drawToday(); });
    const head = made("div", { className: "spread" }, [made("h3", { className: "heading", textContent: say(all ? "today" : "today_mine") }), ...(others ? [toggle] : [])]);
    const none = made("p", { className: "small", textContent: say(failed ? "today_failed" : "today_none") });
    return box.replaceChildren(head, ...(shown.length ? shown.map(line) : found || failed ? [none] : []));
  }

  function drawUnsaved() {
    const { say, state, unsaved, nameOf, open, isDirty } = twin.edit;
    const box = document.getElementById("edit-unsaved");
    if (!box) return;
    const items = unsaved();
    box.hidden = !items.length;
    if (!items.length) return;
    const rows = items.map((item) => {
      const go = made("button", { type: "button", className: "edit-change" }, [made("span", { className: "edit-mark" }), made("span", { className: "edit-what", textContent: nameOf(item) })]);
      go.setAttribute("aria-current", String(state.items.includes(item)));
      go.addEventListener("click", () => { if (!state.items.includes(item)) open([item]); twin.edit.map.bring(twin.edit.shapeOf(item)); });
      return made("div", { className: "edit-row" }, [go]);
    });
    box.replaceChildren(made("h3", { className: "heading", textContent: say("unsaved") }), ...rows);
  }

  async function read() {
    if (!twin.edit.isHere() || !twin.edit.mayEdit()) return drawToday();
    try {
      const answer = await fetch("/edit/changes.json", { cache: "no-store" });
      failed = !answer.ok;
      if (answer.ok) found = await answer.json();
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      failed = true;
    }
    if (found && twin.edit.map.leaflet) twin.edit.map.drawToday(found.places);
    return drawToday();
  }

  function soon() {
    if (!twin.edit.isHere()) return;
    clearTimeout(waiting);
    waiting = setTimeout(read, FOLD_MS);
  }

  async function history() {
    const { state, say } = twin.edit;
    const box = document.getElementById("edit-history");
    const [item] = state.items;
    if (!box || !item) return;
    if (box.childElementCount) return box.replaceChildren();
    const answer = await fetch(`/edit/${item.layer}/${item.id}/history.json`, { cache: "no-store" });
    if (!answer.ok || state.items[0] !== item) return;
    const edits = await answer.json();
    const lines = edits.map((edit) => made("li", {}, [
      made("div", { className: "spread" }, [
        made("strong", { textContent: say(edit.program ? "history_line" : "history_line_bare", edit) }), made("span", { className: "small", textContent: day(edit.at) }),
      ]),
      made("div", { textContent: inWords({ ...edit, layer: item.layer }) }),
    ]));
    box.replaceChildren(lines.length ? made("ol", { className: "edit-history" }, lines) : made("p", { className: "small", textContent: say("history_none") }));
  }

  twin.edit.lists = { read, inWords, clock };
  (twin.changed = twin.changed || []).push(soon);
  twin.edit.watch((state, what) => {
    drawUnsaved();
    if (what.includes("account") || what.includes("forms")) read();
    if (what.includes("saved")) soon();
  });
  Object.assign(twin.acts, { "edit-history": history });
})((window.twin = window.twin || {}));
