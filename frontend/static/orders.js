/* The list of orders: chooses all rows at once, and says how many are chosen. Without it every box is ticked by hand. */

const boxes = () => [...document.querySelectorAll('input[name="orders"]')];

function tell() {
  const chosen = document.getElementById("chosen");
  if (!chosen) return;
  const number = boxes().filter((box) => box.checked).length;
  chosen.textContent = String(number);
  chosen.hidden = number === 0;
  const all = document.getElementById("all");
  all.hidden = boxes().length === 0;
}

document.addEventListener("click", (event) => {
  if (event.target.id !== "all") return;
  const missing = boxes().some((box) => !box.checked);
  boxes().forEach((box) => (box.checked = missing));
  tell();
});
document.addEventListener("change", tell);
document.addEventListener("htmx:afterSwap", tell);
tell();
