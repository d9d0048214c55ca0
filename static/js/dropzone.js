// [data-dropzone]: a file dropped on the frame goes into the file input inside it; [data-dropzone-file] names it.
const zoneOf = (event) => event.target.closest?.("[data-dropzone]");

function showFile(zone) {
  const [file] = zone.querySelector("input[type=file]").files;
  const megabytes = file ? (file.size / 1e6).toLocaleString(undefined, { maximumFractionDigits: 2 }) : "";
  zone.toggleAttribute("data-filled", Boolean(file));
  zone.querySelector("[data-dropzone-file]").textContent = file ? `${file.name} · ${megabytes} MB` : "";
}

document.addEventListener("dragover", (event) => {
  const zone = zoneOf(event);
  if (!zone) return;
  event.preventDefault();
  zone.dataset.over = "";
});

document.addEventListener("dragleave", (event) => {
  const zone = zoneOf(event);
  if (zone && !zone.contains(event.relatedTarget)) delete zone.dataset.over;
});

document.addEventListener("drop", (event) => {
  const zone = zoneOf(event);
  if (!zone) return;
  event.preventDefault();
  delete zone.dataset.over;
  const input = zone.querySelector("input[type=file]");
  input.files = event.dataTransfer.files;
  input.dispatchEvent(new Event("change", { bubbles: true }));
});

document.addEventListener("change", (event) => {
  const zone = zoneOf(event);
  if (zone && event.target.type === "file") showFile(zone);
});
