/* The rules of a layer, held against what stands in the form while it is typed: the same rules, in the same words, that
   the store holds against every edit. Rules about places are the store's alone. */
(function (twin) {
  const INTEGER = 2 ** 31 - 1;

  /* A text of a control as the value of a field; what is no such value stays the text that it is. */
  function read(field, text) {
    const given = String(text).trim();
    if (!given) return null;
    if (field.kind === "boolean") return given === "true";
    if (field.kind !== "number" && field.kind !== "integer") return String(text);
    const number = Number(given.replace(",", "."));
    return Number.isFinite(number) ? number : given;
  }

  function isOfKind(field, value) {
    if (field.kind === "boolean") return typeof value === "boolean";
    if (field.kind === "number") return typeof value === "number";
    if (field.kind === "integer") return Number.isInteger(value) && Math.abs(value) <= INTEGER;
    return field.kind !== "date" || /^\d{4}-\d{2}-\d{2}/.test(value);
  }

  const BROKEN = {
    required: (rule, value) => value === null,
    required_on: (rule, value, type) => value === null && rule.bound.includes(type),
    choices: (rule, value) => value !== null && !rule.bound.includes(value),
    minimum: (rule, value) => value !== null && value < rule.bound,
    maximum: (rule, value) => value !== null && value > rule.bound,
  };

  const worded = (rule, field, value) => ({ field, message: rule.message.replace("{value}", String(value)), hint: rule.hint });

  /* What is wrong with an item, one fault a field. */
  function faults(item) {
    const { fields, rules } = twin.edit.state.forms[item.layer];
    const shape = twin.edit.shapeOf(item);
    const found = [];
    for (const field of fields) {
      const value = twin.edit.valueOf(item, field.name);
      if (value !== null && !isOfKind(field, value)) found.push(worded(field.kind_rule, field.name, value));
      else {
        const own = rules.filter((rule) => rule.field === field.name && BROKEN[rule.check]);
        const broken = own.find((rule) => BROKEN[rule.check](rule, value, shape ? shape.type : ""));
        if (broken) found.push(worded(broken, field.name, value));
      }
    }
    return found.map((fault) => ({ ...fault, uid: item.uid }));
  }

  /* All that keeps the open items from being saved: what is seen here, and what the store has refused. */
  function all() {
    const { items, errors } = twin.edit.state;
    const here = items.filter((item) => twin.edit.isDirty(item) && !item.gone).flatMap(faults);
    const refused = errors.filter((error) => !here.some((fault) => fault.field === error.field));
    return [...here, ...refused];
  }

  twin.edit.checks = { read, all };
})((window.twin = window.twin || {}));
