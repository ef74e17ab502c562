/* A stale edit: both versions field by field; one of the two is ticked for each, then it is saved as the next version. */
(function (twin) {
  const { made, icon } = twin.edit.draw;
  const SHAPE = " shape";
  let both = [];

  function differing(item, theirs) {
    const { same, state } = twin.edit;
    const names = state.forms[item.layer].fields.map((field) => field.name);
    const changed = names.filter((name) => name in item.fields || !same(theirs.fields[name], item.base.fields[name]));
    const moved = item.geometry || !same(theirs.geometry, item.base.geometry);
    return [...changed.filter((name) => !same(twin.edit.valueOf(item, name), theirs.fields[name])), ...(moved && !same(twin.edit.shapeOf(item), theirs.geometry) ? [SHAPE] : [])];
  }

  /* What only one side changed is taken from that side; where both did, yours is ticked first. */
  function first(item, name) {
    const isMine = name === SHAPE ? item.geometry !== null : name in item.fields;
    return isMine ? "yours" : "theirs";
  }

  /* With what, and when, their version was made. */
  async function tellHow(item) {
    const { state, set, say } = twin.edit;
    const answer = await fetch(`/edit/${item.layer}/${item.id}/history.json`, { cache: "no-store" });
    if (!answer.ok || !state.conflict || state.conflict.uid !== item.uid) return;
    const [newest] = await answer.json();
    if (!newest || !newest.program) return;
    set({ conflict: { ...state.conflict, how: say("conflict_how", { program: newest.program, at: twin.edit.lists.clock(newest.at) }) } }, "conflict");
  }

  function show(item, theirs) {
    if (theirs) tellHow(item);
    const ticks = theirs ? Object.fromEntries(differing(item, theirs).map((name) => [name, first(item, name)])) : {};
    twin.edit.set({ conflict: { uid: item.uid, theirs, ticks } }, "conflict");
    const box = document.getElementById("edit-conflict");
    const button = box.querySelector("button");
    if (button) button.focus();
  }

  function valueIn(item, name, value) {
    const field = twin.edit.state.forms[item.layer].fields.find((each) => each.name === name);
    if (value === null || value === undefined) return "–";
    const choice = field.choices.find(([id]) => id === value);
    if (field.kind === "boolean") return twin.edit.say(value ? "yes" : "no");
    return [choice ? choice[1] : String(value), field.unit].filter(Boolean).join(" ");
  }

  function tick(conflict, name, side, text) {
    const on = conflict.ticks[name] === side;
    const button = made("button", { type: "button", className: "edit-pick" }, [...(on ? [icon("check")] : []), made("span", { textContent: text })]);
    button.setAttribute("role", "radio");
    button.setAttribute("aria-checked", String(on));
    button.dataset.side = side;
    button.addEventListener("click", () => {
      conflict.ticks[name] = side;
      draw();
      document.querySelector(`#edit-conflict [data-of="${name.trim()}"] [data-side="${side}"]`).focus();
    });
    return made("td", {}, [button]);
  }

  function line(item, conflict, name) {
    const { say, state, valueOf } = twin.edit;
    const isShape = name === SHAPE;
    const field = state.forms[item.layer].fields.find((each) => each.name === name);
    const yours = isShape ? say("shape_yours") : valueIn(item, name, valueOf(item, name));
    const theirs = isShape ? say("shape_theirs") : valueIn(item, name, conflict.theirs.fields[name]);
    const title = made("th", { scope: "row", textContent: isShape ? say("shape") : field.title });
    const made_line = made("tr", {}, [title, tick(conflict, name, "yours", yours), tick(conflict, name, "theirs", theirs)]);
    made_line.setAttribute("role", "radiogroup");
    made_line.dataset.of = name.trim();
    return made_line;
  }

  function table(item, conflict) {
    const { say } = twin.edit;
    const heads = [say("conflict_field"), say("conflict_yours", { version: item.version }), say("conflict_theirs", { version: conflict.theirs.version })];
    const head = made("thead", {}, [made("tr", {}, heads.map((text) => made("th", { scope: "col", textContent: text })))]);
    return made("table", {}, [head, made("tbody", {}, Object.keys(conflict.ticks).map((name) => line(item, conflict, name)))]);
  }

  function button(text, act, isFirst = false) {
    const element = made("button", { type: "button", className: isFirst ? "button primary" : "button", textContent: text });
    element.addEventListener("click", act);
    return element;
  }

  function buttons(item, conflict) {
    const { say } = twin.edit;
    if (!conflict.theirs) return [button(say("conflict_again"), () => again(item), true), button(say("conflict_drop"), () => drop(item))];
    const shows = SHAPE in conflict.ticks ? [Object.assign(button(say("conflict_show"), () => showBoth(item, conflict)), { className: "link" })] : [];
    return [
      button(say("conflict_save", { version: conflict.theirs.version + 1 }), () => merge(item, conflict), true),
      button(say("conflict_keep"), () => keepTheirs(item, conflict)), ...shows,
    ];
  }

  function draw() {
    const { state, say, nameOf } = twin.edit;
    const box = document.getElementById("edit-conflict");
    const { conflict } = state;
    const item = conflict && state.items.find((each) => each.uid === conflict.uid);
    if (!box) return;
    box.hidden = !item;
    box.replaceChildren();
    if (!item) return;
    const { theirs } = conflict;
    const close = made("button", { type: "button", className: "icon-button", title: say("close") }, [icon("close")]);
    close.setAttribute("aria-label", say("close"));
    close.addEventListener("click", done);
    const title = say("conflict", { what: nameOf(item) });
    const who = theirs ? say("conflict_who", { by: theirs.edited_by, theirs: theirs.version, how: conflict.how || "", yours: item.version }) : say("conflict_gone", { yours: item.version });
    box.setAttribute("aria-label", title);
    box.append(
      made("div", { className: "edit-conflict-head" }, [icon("warning"), made("div", {}, [made("h3", { textContent: title }), made("p", { className: "small", textContent: who })]), close]),
      ...(theirs ? [table(item, conflict)] : []), made("div", { className: "edit-conflict-foot" }, buttons(item, conflict)),
    );
  }

  function done() {
    both.forEach((layer) => layer.remove());
    both = [];
    twin.edit.set({ conflict: null }, "conflict");
  }

  /* The item stands on their version from now on, with what was ticked as yours on top. */
  function rebase(item, theirs, keeps) {
    const { copy, change, valueOf, same, shapeOf } = twin.edit;
    change(() => {
      const fields = Object.fromEntries(Object.keys(item.fields).filter((name) => keeps(name) && !same(valueOf(item, name), theirs.fields[name])).map((name) => [name, valueOf(item, name)]));
      const geometry = keeps(SHAPE) && item.geometry && !same(shapeOf(item), theirs.geometry) ? item.geometry : null;
      Object.assign(item, { version: theirs.version, base: { fields: copy(theirs.fields), geometry: copy(theirs.geometry) }, fields, geometry, gone: false, row: theirs });
    });
  }

  function merge(item, conflict) {
    const { theirs, ticks } = conflict;
    /* A field that only they changed may be ticked as yours: back to what it was when you opened it. */
    Object.keys(ticks).filter((name) => name !== SHAPE && ticks[name] === "yours" && !(name in item.fields)).forEach((name) => { item.fields[name] = twin.edit.valueOf(item, name); });
    if (ticks[SHAPE] === "yours" && !item.geometry) item.geometry = item.base.geometry;
    rebase(item, theirs, (name) => ticks[name] === "yours");
    done();
    if (twin.edit.isDirty(item)) twin.edit.save();
  }

  function keepTheirs(item, conflict) {
    rebase(item, conflict.theirs, () => false);
    done();
  }

  function again(item) {
    twin.edit.change(() => {
      const fields = { ...item.base.fields, ...item.fields };
      Object.keys(fields).forEach((name) => { if (fields[name] === null) delete fields[name]; });
      Object.assign(item, { id: null, version: null, fresh: true, gone: false, fields, geometry: twin.edit.shapeOf(item), base: { fields: {}, geometry: null } });
    });
    done();
  }

  function drop(item) {
    twin.edit.change(() => { twin.edit.state.items = twin.edit.state.items.filter((each) => each !== item); });
    done();
  }

  function showBoth(item, conflict) {
    const { drawn, leaflet, bring } = twin.edit.map;
    const style = { color: twin.colours.token("warn"), weight: 3, dashArray: "6 4", fill: false };
    both.push(drawn(conflict.theirs.geometry, style, { interactive: false }).addTo(leaflet));
    bring(conflict.theirs.geometry);
  }

  twin.edit.conflict = { show };
  twin.edit.watch((state, what) => { if (what.includes("conflict") || what.includes("items")) draw(); });
})((window.twin = window.twin || {}));
