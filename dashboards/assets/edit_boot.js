/* The edit page begins: forms are read, the address opens what it names, drafts come back, keys do what the list says. */
(function (twin) {
  const DRAFT = "twin-draft";
  let restored = "";

  function draftName() { return `${DRAFT}:${twin.account.now.name}`; }

  /* What is not saved outlives the page, the connection and the session, for whoever made it alone. */
  function keepDraft() {
    if (!twin.account.now.name || restored !== twin.account.now.name) return;
    const items = twin.edit.unsaved();
    if (items.length) window.localStorage.setItem(draftName(), JSON.stringify(items));
    else window.localStorage.removeItem(draftName());
  }

  function restoreDraft() {
    const { state, mayEdit } = twin.edit;
    if (!mayEdit() || restored === twin.account.now.name || !Object.keys(state.forms).length) return;
    restored = twin.account.now.name;
    const items = JSON.parse(window.localStorage.getItem(draftName()) || "[]").filter((item) => state.forms[item.layer]);
    const fresh = items.filter((item) => ![...state.items, ...state.kept].some((each) => each.uid === item.uid));
    if (!fresh.length) return;
    state.restored = true;
    const open = state.items.length ? state.items.find((item) => fresh.some((each) => each.layer === item.layer && each.id === item.id)) : null;
    const [first, ...rest] = fresh;
    state.kept = [...state.kept, ...rest];
    if (state.items.length && !open) state.kept.push(first);
    else {
      twin.edit.open([first]);
      twin.edit.map.bring(twin.edit.shapeOf(first));
    }
    state.restored = true;
    twin.edit.tell("items");
  }

  async function start(isPlaced) {
    const { state } = twin.edit;
    const answer = await fetch(`/edit/forms.json?lang=${twin.view.now.lang}`);
    if (!answer.ok) return;
    const forms = await answer.json();
    const [layer, id] = (twin.view.now.edit || "").split(".");
    state.forms = forms;
    state.layer = forms[layer] ? layer : forms.building ? "building" : Object.keys(forms)[0];
    twin.edit.tell("forms", "layer", "items");
    if (forms[layer] && id) await twin.edit.map.openRow(layer, Number(id), false, !isPlaced);
    restoreDraft();
    if (twin.edit.mayEdit()) twin.edit.shape.prepare();
  }

  function address() {
    const { state } = twin.edit;
    const [item] = state.items;
    if (!twin.view.now || !state.layer) return;
    twin.view.change({ edit: item && item.id !== null && state.items.length === 1 ? `${state.layer}.${item.id}` : state.layer });
  }

  function isTyping(target) { return target.closest("input, textarea, select") !== null; }

  function letGo() {
    const { state, set, open } = twin.edit;
    if (document.body.dataset.panel) document.body.dataset.panel = "";
    else if (state.conflict) set({ conflict: null }, "conflict");
    else if (state.tool !== "select") set({ tool: "select" }, "tool");
    else if (state.items.length) open([]);
  }

  const KEYS = {
    Escape: letGo,
    Delete: () => twin.acts["edit-delete"](),
    Backspace: () => twin.edit.shape.back(),
    Enter: (event) => {
      if (!event.target.classList.contains("leaflet-container")) return false;
      if (twin.edit.shape.isDrawing) twin.edit.shape.finish();
      else if (twin.edit.state.tool === "select") twin.edit.map.pick(twin.edit.map.leaflet.getCenter(), event.shiftKey);
      return true;
    },
  };

  function withControl(event) {
    const key = event.key.toLowerCase();
    if (key === "s") { twin.edit.save(); return true; }
    if (key === "z" && event.shiftKey) { twin.edit.redo(); return true; }
    if (key === "y") { twin.edit.redo(); return true; }
    if (key === "z") { twin.edit.undo(); return true; }
    return false;
  }

  document.addEventListener("keydown", (event) => {
    if (!twin.edit.isHere() || document.querySelector("dialog[open], .mantine-Drawer-content")) return;
    if (event.target.id === "edit-find" && event.key === "Enter") {
      twin.edit.map.find(event.target.value);
      return;
    }
    const control = event.ctrlKey || event.metaKey;
    const act = KEYS[event.key];
    let taken = false;
    if (control && !event.altKey) taken = withControl(event);
    else if (act && !isTyping(event.target)) taken = act(event) !== false;
    if (!taken) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  }, true);

  document.addEventListener("twin-account", () => {
    if (!twin.edit.isHere() || !twin.view.now) return;
    const { name } = twin.account.now;
    if (restored && name && name !== restored) {
      /* Somebody else sits here now; what the one before had not saved waits for them. */
      Object.assign(twin.edit.state, { items: [], kept: [], conflict: null, errors: [] });
      twin.edit.forget();
      twin.edit.tell("items", "conflict");
    }
    twin.edit.tell("account");
    restoreDraft();
    if (twin.edit.mayEdit() && twin.edit.map.leaflet) twin.edit.shape.prepare();
  });

  function online(is) {
    if (twin.edit.isHere() && twin.edit.state.offline === is) twin.edit.set({ offline: !is }, "offline");
  }

  window.addEventListener("offline", () => online(false));
  window.addEventListener("online", () => online(true));
  // A stream that was open may still bring news to a page that can no longer send.
  (twin.followers = twin.followers || []).push(() => online(navigator.onLine));

  twin.edit.watch((state, what) => {
    keepDraft();
    if (["items", "layer"].some((each) => what.includes(each))) address();
  });
  (twin.begin = twin.begin || []).push(() => { if (twin.edit.isHere()) start(Boolean(twin.view.now.at)); });
})((window.twin = window.twin || {}));
