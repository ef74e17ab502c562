/* The form of what is open, made from the layer's declaration: controls, units, faults beside their fields, and the foot
   with Save. Texts of the store are written as text, never as markup. */
(function (twin) {
  const SHORT = new Set(["number", "integer", "date"]);
  const MIXED = Symbol("several values");

  const { made, icon } = twin.edit.draw;
  const place = () => document.getElementById("edit-form");

  function shared(field) {
    const { items } = twin.edit.state;
    const first = twin.edit.valueOf(items[0], field.name);
    return items.every((item) => twin.edit.same(twin.edit.valueOf(item, field.name), first)) ? first : MIXED;
  }

  function choices(field) {
    const { say } = twin.edit;
    if (field.kind === "boolean") return [["true", say("yes")], ["false", say("no")]];
    return field.choices;
  }

  function select(field, value) {
    const known = choices(field);
    const first = made("option", { value: "", textContent: twin.edit.say(value === MIXED ? "mixed" : "unknown") });
    const options = known.map(([name, title]) => made("option", { value: name, textContent: title }));
    const text = value === MIXED || value === null ? "" : String(value);
    if (text && !known.some(([name]) => name === text)) options.push(made("option", { value: text, textContent: text }));
    const control = made("select", {}, [first, ...options]);
    control.value = text;
    return control;
  }

  function input(field, value) {
    const control = made("input", { type: field.kind === "date" ? "date" : "text", autocomplete: "off", spellcheck: false });
    if (field.kind === "integer" || field.kind === "number") control.inputMode = "decimal";
    control.placeholder = twin.edit.say(value === MIXED ? "mixed" : "unknown");
    control.value = value === MIXED || value === null ? "" : field.kind === "date" ? String(value).slice(0, 10) : String(value);
    return control;
  }

  function control(field) {
    const value = shared(field);
    const element = choices(field).length ? select(field, value) : input(field, value);
    const isKeyOfMany = field.name === twin.edit.form().key && twin.edit.state.items.length > 1;
    Object.assign(element, { id: `edit-${field.name}`, name: field.name, title: field.doc, disabled: isKeyOfMany });
    element.setAttribute("aria-describedby", `edit-fault-${field.name}`);
    const take = () => twin.edit.setField(field.name, twin.edit.checks.read(field, element.value));
    element.addEventListener(element.tagName === "SELECT" ? "change" : "input", take);
    element.addEventListener("blur", () => twin.edit.rest());
    return element;
  }

  function row(field) {
    const { say } = twin.edit;
    const isNeeded = field.required || Boolean(field.required_on);
    const label = made("label", { htmlFor: `edit-${field.name}`, className: "edit-label" }, [
      made("span", { textContent: field.title }),
      ...(isNeeded ? [] : [made("span", { className: "edit-optional", textContent: say("optional") })]),
    ]);
    const unit = field.unit ? [made("span", { className: "edit-unit", textContent: field.unit })] : [];
    const fault = made("div", { className: "edit-fault", id: `edit-fault-${field.name}`, hidden: true });
    fault.setAttribute("role", "alert");
    const box = made("div", { className: "edit-control" }, [control(field), ...unit]);
    const className = `edit-field${SHORT.has(field.kind) || field.kind === "boolean" ? " short" : ""}`;
    const made_row = made("div", { className }, [label, box, fault]);
    made_row.dataset.field = field.name;
    return made_row;
  }

  function status(item) {
    const { say, state } = twin.edit;
    if (item.gone) return say("changed_gone");
    if (item.fresh) return say("changed_new");
    const titles = state.forms[item.layer].fields.filter((field) => field.name in item.fields).map((field) => field.title);
    const what = [...(item.geometry ? [say("changed_shape")] : []), ...titles];
    return what.length ? say("changed", { what: what.join(", ") }) : say("unchanged");
  }

  function head() {
    const { say, state, nameOf } = twin.edit;
    const [item] = state.items;
    const many = state.items.length > 1;
    const title = many ? say("many", { layer: twin.edit.form().title, count: state.items.length }) : nameOf(item);
    const close = made("button", { type: "button", className: "icon-button", title: say("close") }, [icon("close")]);
    close.dataset.do = "edit-close";
    close.setAttribute("aria-label", say("close"));
    const parts = [made("h2", { textContent: title }), made("p", { className: "small", id: "edit-status" })];
    return made("div", { className: "card-head" }, [made("div", {}, parts), close]);
  }

  function drawStatus() {
    const { say, state } = twin.edit;
    const line = document.getElementById("edit-status");
    if (!line) return;
    const many = state.items.length > 1;
    const [item] = state.items;
    const version = many || item.fresh ? "" : say("version", { version: item.version });
    const size = many ? "" : twin.edit.shape.inWords(twin.edit.shapeOf(item));
    const rest = [version, status(item), size].filter(Boolean).join(say("stop"));
    line.textContent = many ? state.items.map((each) => each.key).slice(0, 6).join(", ") : rest;
    const title = document.querySelector("#edit-form h2");
    if (!many && title) title.textContent = twin.edit.nameOf(item);
  }

  function origin() {
    const { say, state } = twin.edit;
    const [item] = state.items;
    if (state.items.length > 1 || item.fresh) return [];
    const { source, publisher, attributes } = item.row;
    const from = source ? say(publisher ? "source_publisher" : "source", { source, publisher }) : say("by_hand");
    const extra = Object.entries(attributes || {});
    const list = extra.length ? [made("details", { className: "edit-more" }, [
      made("summary", { className: "link", textContent: say("attributes") }),
      made("dl", {}, extra.flatMap(([name, value]) => [made("dt", { textContent: name }), made("dd", { textContent: String(value) })])),
    ])] : [];
    const history = made("button", { type: "button", className: "link", textContent: say("history") });
    history.dataset.do = "edit-history";
    const links = twin.edit.mayEdit() ? [history] : [];
    return [made("div", { className: "edit-origin" }, [made("span", { className: "small", textContent: from }), ...links]), ...list, made("div", { id: "edit-history" })];
  }

  function foot() {
    const { say } = twin.edit;
    const save = made("button", { type: "button", className: "button primary", id: "edit-save", textContent: say("save") });
    const discard = made("button", { type: "button", className: "button", id: "edit-discard", textContent: say("discard") });
    save.dataset.do = "edit-save";
    discard.dataset.do = "edit-discard";
    const said = made("span", { className: "edit-said", id: "edit-said" });
    said.setAttribute("role", "status");
    return made("div", { className: "card-foot edit-foot" }, [save, discard, said]);
  }

  function readOnly() {
    const { say } = twin.edit;
    if (twin.edit.mayEdit()) return [];
    const enter = made("button", { type: "button", className: "button", textContent: say("read_only") });
    enter.dataset.do = "account";
    const inside = twin.account.now.name ? made("span", { textContent: say("read_only_role") }) : enter;
    return [made("div", { className: "edit-locked" }, [inside])];
  }

  function draw() {
    const { state, form } = twin.edit;
    const box = place();
    if (!box) return undefined;
    if (!state.items.length) {
      twin.edit.panels.nothing(box);
      return twin.edit.panels.renew();
    }
    const fields = made("fieldset", { className: "edit-fields", disabled: !twin.edit.mayEdit() }, form().fields.map(row));
    const fault = made("div", { className: "edit-fault", id: "edit-fault-geom", hidden: true });
    fault.setAttribute("role", "alert");
    const body = made("div", { className: "card-body" }, [...readOnly(), fault, fields, made("div", { id: "edit-after" }), ...origin()]);
    box.replaceChildren(head(), body, foot());
    return twin.edit.panels.renew();
  }

  Object.assign(twin.edit.draw, { form: draw, status: drawStatus });
  twin.edit.watch((state, what) => {
    if (["items", "account", "forms"].some((each) => what.includes(each))) draw();
    else if (twin.edit.panels) twin.edit.panels.renew();
  });
})((window.twin = window.twin || {}));
