// The page of document rules: the paper beside the form is drawn anew a moment after something was typed. Without this
// script the button "Only show" does the same.

const form = document.getElementById("document-rules");
const paper = document.getElementById("paper");
const SHOWN = [
  "colour", "penalties", "early_payment", "exemption", "footer", "name", "legal_form", "capital", "register", "siret",
  "vat_number", "activity", "line1", "line2", "postal_code", "city", "email", "phone", "iban", "bic",
];
let waiting = 0;

if (form && paper) {
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      const address = new URL(paper.src);
      for (const name of SHOWN) address.searchParams.set(name, form.elements[name].value);
      address.searchParams.set("franchise", form.elements.franchise.checked ? "1" : "");
      const next = new Image();
      next.onload = () => { paper.src = next.src; paper.parentElement.href = next.src; };  // the old one stays until the new one is there
      next.src = address.href;
    }, 400);
  });
}
