// [data-copy="text"]: puts the text on the clipboard and says so in place.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(button.dataset.copy);
  const before = button.title;
  button.title = "Copied";
  button.dataset.copied = "";
  setTimeout(() => {
    button.title = before;
    delete button.dataset.copied;
  }, 1500);
});
