// The mapping editor: rows that open and close where they are, and completion while a formula is typed. Everything works
// without it too: rows are pages of their own, formulas are typed as they are.

document.addEventListener("click", (event) => {
  const close = event.target.closest("[data-close]");
  if (!close) return;
  const opener = document.getElementById(close.dataset.close);
  const place = close.closest(".rule-place");
  if (!place || !opener) return; // on a page of its own it is a link
  event.preventDefault();
  place.replaceChildren();
  opener.focus();
});

document.addEventListener("keydown", (event) => {
  // Escape closes the row that one is in, unless something inside took it, or something is being typed.
  if (event.key !== "Escape" || event.defaultPrevented || event.target.matches?.("textarea, [type=search]")) return;
  event.target.closest?.(".rule-place")?.querySelector("[data-close]")?.click();
});

const WORD = /[A-Za-z_][A-Za-z0-9_.]*$/;
const SHOWN = 8;

class Completion {
  constructor(area) {
    this.area = area;
    this.list = document.getElementById(area.getAttribute("aria-controls"));
    this.told = document.getElementById(area.dataset.told);
    this.words = [];
    this.active = -1;
    area.addEventListener("input", () => this.open(false));
    area.addEventListener("keydown", (event) => this.key(event));
    area.addEventListener("blur", () => this.close());
    this.list.addEventListener("pointerdown", (event) => {
      const option = event.target.closest("[role=option]");
      event.preventDefault(); // the focus stays in the formula
      if (option) this.take(Number(option.dataset.at));
    });
  }

  known() {
    const help = document.getElementById(this.area.dataset.vocabulary);
    return [...(help?.querySelectorAll("[data-word]") ?? [])].map((one) => ({
      word: one.dataset.word, says: one.dataset.says, call: one.dataset.call === "1",
    }));
  }

  open(asked) {
    const before = this.area.value.slice(0, this.area.selectionStart);
    const quotes = before.replace(/\\./g, "").match(/"/g);
    const typed = (before.match(WORD) ?? [""])[0];
    if (quotes && quotes.length % 2) return this.close(); // inside a text
    if (!asked && typed.length < 2) return this.close();
    const wanted = typed.toLowerCase();
    const known = this.known();
    const begin = known.filter((one) => one.word.toLowerCase().startsWith(wanted));
    const inside = known.filter((one) => !begin.includes(one) &&
      (one.word.toLowerCase().includes(wanted) || one.says.toLowerCase().includes(wanted)));
    const found = [...begin, ...inside].slice(0, SHOWN);
    if (!found.length || (found.length === 1 && found[0].word === typed)) return this.close();
    this.typed = typed;
    this.words = found;
    this.show(0);
  }

  show(active) {
    this.active = active;
    this.list.replaceChildren(...this.words.map((one, at) => {
      const option = document.createElement("li");
      option.id = `${this.list.id}-${at}`;
      option.setAttribute("role", "option");
      option.setAttribute("aria-selected", String(at === active));
      option.dataset.at = String(at);
      const code = document.createElement("code");
      code.textContent = one.word;
      const says = document.createElement("small");
      says.textContent = one.says;
      option.append(code, " ", says);
      return option;
    }));
    this.list.hidden = false;
    this.area.setAttribute("aria-activedescendant", `${this.list.id}-${active}`);
    if (this.told) this.told.textContent = this.told.dataset.sentence.replace("%", String(this.words.length));
  }

  close() {
    if (this.list.hidden) return;
    this.list.hidden = true;
    this.list.replaceChildren();
    this.area.removeAttribute("aria-activedescendant");
    if (this.told) this.told.textContent = "";
  }

  key(event) {
    if (event.key === " " && event.ctrlKey) {
      event.preventDefault();
      return this.open(true);
    }
    if (this.list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      this.show((this.active + step + this.words.length) % this.words.length);
    } else if (event.key === "Enter") {
      event.preventDefault();
      this.take(this.active);
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.close();
    }
  }

  take(at) {
    const one = this.words[at];
    const end = this.area.selectionStart;
    const insert = one.call ? `${one.word}(` : one.word;
    this.area.setRangeText(insert, end - this.typed.length, end, "end");
    this.close();
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
    this.close();
    this.area.focus();
  }
}

function complete(root) {
  for (const area of root.querySelectorAll("textarea[data-vocabulary]:not([data-ready])")) {
    area.dataset.ready = "1";
    new Completion(area);
  }
}

document.addEventListener("htmx:load", (event) => complete(event.target));
complete(document);

// Entries of a step that are asked only while another one has certain values.
function ask(root) {
  for (const field of root.querySelectorAll("[data-only-if]")) {
    const step = field.closest("li.step");
    const [name, values] = field.dataset.onlyIf.split("=");
    const other = step?.querySelector(`[name$="-${name}"]`);
    field.hidden = other ? !values.split(",").includes(other.value) : false;
  }
}

document.addEventListener("change", (event) => {
  const step = event.target.closest?.("li.step");
  if (step) ask(step);
});
// What was wrong is being put right: the answer to the change says whether it is.
document.addEventListener("input", (event) => {
  event.target.closest?.(".wrong-step")?.classList.remove("wrong-step");
  event.target.removeAttribute?.("aria-invalid");
});
document.addEventListener("htmx:load", (event) => ask(event.target));
ask(document);
