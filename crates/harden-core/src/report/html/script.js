
const field = document.getElementById("find");
if (field) {
  const found = document.getElementById("found");
  const text = (it) => it.querySelector("summary").textContent.toLowerCase();
  const objects = [...document.querySelectorAll(".object")].map((it) => [it, text(it)]);
  const show = () => {
    const words = field.value.toLowerCase().split(/\s+/);
    let count = 0;
    for (const [object, name] of objects) {
      const fits = words.every((it) => name.includes(it));
      object.classList.toggle("other", !fits);
      count += fits ? 1 : 0;
    }
    found.textContent = `${count} of ${objects.length}`;
  };
  field.addEventListener("input", show);
  field.closest("p").hidden = false;
  show();
}
