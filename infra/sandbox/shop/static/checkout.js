// The total follows the choice of shipping and wrapping; without JavaScript a button does it.
const form = document.getElementById("checkout");
form.classList.add("scripted");
form.addEventListener("change", (event) => {
  if (["method", "gift_wrap"].includes(event.target.name)) form.requestSubmit(form.querySelector(".recount"));
});
