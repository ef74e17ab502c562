/* The edit page: what is open, what of it was changed, steps back and on, and a draft that outlives the page.
   An item is a row as it was read (`base`) with what was changed of it (`fields`, `geometry`, `gone`). */
(function (twin) {
  const STEPS = 100;
  const watchers = [];
  const state = {
    forms: {}, layer: "", items: [], kept: [], tool: "select", errors: [], conflict: null, busy: false, offline: false, after: null,
  };
  let past = [];
  let future = [];
  let typing = "";
  let words = null;
  let counted = 0;

  function made(name, properties = {}, children = []) {
    const element = Object.assign(document.createElement(name), properties);
    element.append(...children);
    return element;
  }

  const icon = (name) => made("span", { className: `icon icon-${name}` });

  function page() { return document.querySelector(".edit-page"); }

  function say(key, values = {}) {
    words = words || JSON.parse(page().dataset.words);
    const one = `${key}_one`;
    const text = words[String(values.count) === "1" && words[one] ? one : key];
    return text.replace(/\{(\w+)\}/g, (_, name) => String(values[name]));
  }

  function tell(...what) { watchers.forEach((watch) => watch(state, what)); }

  const copy = (thing) => (thing === undefined ? null : JSON.parse(JSON.stringify(thing)));
  const same = (one, other) => JSON.stringify(one ?? null) === JSON.stringify(other ?? null);
  const isDirty = (item) => item.fresh || item.gone || item.geometry !== null || Object.keys(item.fields).length > 0;
  const form = () => state.forms[state.layer];
  const valueOf = (item, name) => (name in item.fields ? item.fields[name] : item.base.fields[name] ?? null);
  const shapeOf = (item) => item.geometry || item.base.geometry;
  const mayEdit = () => Boolean(twin.account.now.can_edit);

  function itemOf(layer, row) {
    counted += 1;
    const base = { fields: row.fields, geometry: row.geometry };
    return { uid: `i${Date.now()}-${counted}`, layer, id: row.id, key: row.key, version: row.version, base, fields: {}, geometry: null, gone: false, fresh: false, row };
  }

  function freshItem(layer, geometry, fields = {}) {
    const made = itemOf(layer, { id: null, key: "", version: null, fields: {}, geometry: null });
    return Object.assign(made, { fresh: true, geometry, fields });
  }

  /* What a row is called: its layer and key, as both stand now. */
  function nameOf(item) {
    const { key, one } = state.forms[item.layer];
    const own = valueOf(item, key) || item.key;
    return item.fresh && !own ? say("new", { layer: one }) : `${one} ${own}`;
  }

  /* Every step can be taken back; letters typed into one field are one step. */
  function step(name = "") {
    if (name && name === typing) return;
    typing = name;
    past.push(JSON.stringify([state.layer, state.items, state.kept]));
    past = past.slice(-STEPS);
    future = [];
  }

  function travel(from, to) {
    if (!from.length) return;
    to.push(JSON.stringify([state.layer, state.items, state.kept]));
    [state.layer, state.items, state.kept] = JSON.parse(from.pop());
    Object.assign(state, { errors: [], tool: state.tool === "shape" && state.items.length ? "shape" : "select" });
    typing = "";
    tell("items", "layer", "tool");
  }

  /* What is let go while it is changed is kept, and listed as not saved. */
  function keep() {
    const open = state.items.filter(isDirty);
    state.kept = [...state.kept.filter((item) => !open.some((each) => each.uid === item.uid)), ...open];
  }

  function open(items) {
    keep();
    state.items = items;
    state.kept = state.kept.filter((item) => !items.some((each) => each.uid === item.uid));
    Object.assign(state, { errors: [], after: null, tool: "select" });
    typing = "";
    if (items.length) state.layer = items[0].layer;
    tell("items", "layer", "tool");
  }

  function known(layer, id) {
    return [...state.items, ...state.kept].find((item) => item.layer === layer && item.id === id && id !== null);
  }

  function change(act, what = "items", name = "") {
    step(name);
    act();
    state.after = null;
    tell(what);
  }

  twin.edit = {
    state, say, tell, copy, same, isDirty, form, valueOf, shapeOf, nameOf, mayEdit, itemOf, freshItem, known, open, change,
    draw: { made, icon },
    isHere: () => Boolean(page()),
    page,
    watch(watch) { watchers.push(watch); },
    undo: () => travel(past, future),
    redo: () => travel(future, past),
    get steps() { return [past.length, future.length]; },
    /* After a save what stands in the store is where steps begin. */
    forget() { past = []; future = []; typing = ""; },
    rest() { typing = ""; },
    set(patch, ...what) { Object.assign(state, patch); tell(...what); },
    setField(name, value) {
      change(() => {
        state.items.forEach((item) => {
          if (!item.fresh && same(item.base.fields[name], value)) delete item.fields[name];
          else item.fields[name] = value;
        });
        state.errors = state.errors.filter((error) => error.field !== name);
      }, "field", name);
    },
    setShape(item, geometry) {
      change(() => {
        item.geometry = same(geometry, item.base.geometry) ? null : geometry;
        state.errors = state.errors.filter((error) => error.field !== "geom");
      }, "shape");
    },
    discard() {
      step();
      state.items = state.items.filter((item) => !item.fresh);
      state.items.forEach((item) => Object.assign(item, { fields: {}, geometry: null, gone: false }));
      Object.assign(state, { errors: [], conflict: null, tool: "select" });
      typing = "";
      tell("items", "tool", "conflict");
    },
    /* Everything that is not saved, open or not. */
    unsaved: () => [...state.items.filter(isDirty), ...state.kept],
    chooseLayer(layer) {
      if (!state.forms[layer] || layer === state.layer) return;
      open([]);
      state.layer = layer;
      tell("layer", "items");
    },
  };

  twin.acts = Object.assign(twin.acts || {}, {
    "edit-layer"(layer) {
      twin.edit.chooseLayer(layer);
      document.body.dataset.panel = "";
    },
    "edit-undo": () => twin.edit.undo(),
    "edit-redo": () => twin.edit.redo(),
    "edit-discard": () => twin.edit.discard(),
    "edit-close": () => twin.edit.open([]),
  });
})((window.twin = window.twin || {}));
