/* Saving: what is open goes to the store against the versions that were read, all or nothing; what comes back. */
(function (twin) {
  const WAITING_MS = 30000;
  let waiting = null;

  function changeOf(item) {
    if (item.fresh) return { operation: "insert", fields: item.fields, geometry: item.geometry };
    const { id, version } = item;
    if (item.gone) return { operation: "delete", id, version };
    return { operation: "update", id, version, fields: item.fields, geometry: item.geometry };
  }

  function read(layer, id) {
    return fetch(`/edit/${layer}/${id}.json`, { cache: "no-store" }).then((answer) => (answer.ok ? answer.json() : null));
  }

  async function accepted(items, told, zones, known) {
    const { state, say, itemOf, nameOf, forget, panels } = twin.edit;
    const [first] = items;
    const what = items.length > 1 ? say("saved_many", { count: items.length }) : nameOf(first);
    const left = told.saved.filter((each) => each.operation !== "delete");
    const rows = await Promise.all(left.map((each) => read(first.layer, each.id)));
    const untouched = state.items.filter((item) => !items.includes(item));
    state.items = [...untouched, ...rows.filter(Boolean).map((row) => itemOf(first.layer, row))];
    forget();
    wait(zones, told.remarks, known);
    twin.edit.set({ errors: [], failed: "", restored: false, tool: "select" }, "items", "tool", "saved");
    const undo = told.saved.length === 1 ? () => undoOne(first.layer, told.saved[0].id, told.saved[0].version) : null;
    panels.toast([say("saved", { what }), ...told.remarks].join(". "), undo);
    document.getElementById("said").textContent = say("saved", { what });
  }

  /* From saved to computed: the zones are named until a run other than the one known before says what became of them;
     it may have come while the saved rows were read back. */
  function wait(zones, remarks, known) {
    const { say, state, panels } = twin.edit;
    clearTimeout(waiting);
    if (!zones.length) {
      state.after = remarks.length ? { lines: remarks } : null;
      return;
    }
    state.after = { lines: [say("computing", { zones: panels.zonesInWords(zones) }), ...remarks], zones, known };
    waiting = setTimeout(() => twin.edit.set({ after: null }, "after"), WAITING_MS);
    if (twin.follow.latest) computed(twin.follow.latest);
  }

  function computed(found) {
    const { state, say } = twin.edit;
    if (!twin.edit.isHere() || !state.after || !state.after.zones || found.run === state.after.known) return;
    clearTimeout(waiting);
    twin.edit.set({ after: { done: true, lines: found.said.length ? found.said : [say("computed_same")] } }, "after");
  }

  function refused(items, told) {
    const item = items[told.index] || items[0];
    const error = { uid: item.uid, field: told.field, message: told.message, hint: told.hint, place: told.place };
    twin.edit.set({ errors: [error] }, "errors");
    const control = document.getElementById(`edit-${told.field}`);
    if (control) control.focus();
  }

  async function save() {
    const { state, isDirty, say, panels, checks, mayEdit } = twin.edit;
    const items = state.items.filter(isDirty);
    if (!items.length || state.busy || !mayEdit() || checks.all().length) return;
    const zones = panels.zones();
    const known = twin.follow.latest ? twin.follow.latest.run : twin.map.run;
    const started = performance.now();
    twin.edit.set({ busy: true, failed: "" }, "busy");
    try {
      const answer = await twin.account.send(`/edit/${items[0].layer}`, "POST", { changes: items.map(changeOf) });
      const told = await answer.json();
      state.busy = false;
      if (answer.ok) {
        await accepted(items, told, zones, known);
        twin.edit.took = performance.now() - started;
      } else if (answer.status === 422) refused(items, told);
      else if (answer.status === 409 && told.error === "EditStale") twin.edit.conflict.show(items[told.index], told.theirs);
      else if (answer.status === 503) twin.edit.set({ offline: true }, "offline");
      else twin.edit.set({ failed: say("failed", { message: told.message }) }, "failed");
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      twin.edit.set({ offline: true }, "offline");
    } finally {
      twin.edit.set({ busy: false }, "busy");
    }
  }

  async function undoOne(layer, id, version) {
    const { say, state, panels, itemOf } = twin.edit;
    const answer = await twin.account.send("/edit/undo", "POST", { layer, id, version });
    const told = await answer.json();
    if (!answer.ok) return panels.toast(say("failed", { message: told.message }));
    const [stays] = told.stay;
    if (stays) return panels.toast(say("not_undone", stays));
    const open = state.items.find((item) => item.layer === layer && item.id === id);
    const row = open ? await read(layer, id) : null;
    if (open) state.items = [...state.items.filter((item) => item !== open), ...(row ? [itemOf(layer, row)] : [])];
    state.after = null;
    twin.edit.set({ tool: "select" }, "items", "saved", "tool");
    return panels.toast(say("undone", { what: `${state.forms[layer].one} ${told.back.length ? told.back[0].key : ""}` }));
  }

  function remove() {
    const { state, change, say, nameOf, mayEdit } = twin.edit;
    const items = state.items.filter((item) => !item.gone);
    if (!items.length || !mayEdit()) return;
    const what = items.length > 1 ? say("saved_many", { count: items.length }) : nameOf(items[0]);
    if (!window.confirm(say("ask_delete", { what }))) return;
    change(() => {
      items.forEach((item) => { item.gone = true; });
      state.items = state.items.filter((item) => !item.fresh);
      state.tool = "select";
    });
    twin.edit.tell("tool");
  }

  (twin.followers = twin.followers || []).push(computed);
  twin.edit.save = save;
  twin.edit.undoOne = undoOne;
  twin.edit.read = read;
  Object.assign(twin.acts, { "edit-save": save, "edit-delete": remove });
})((window.twin = window.twin || {}));
