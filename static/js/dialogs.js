// [data-dialog-open="id"] opens a dialog; [data-confirm] asks once before a form goes, naming what goes.
document.addEventListener("click", (event) => {
  const opener = event.target.closest("[data-dialog-open]");
  if (opener) document.getElementById(opener.dataset.dialogOpen)?.showModal();
  // A click on the dialog element itself is a click on its backdrop.
  if (event.target instanceof HTMLDialogElement) event.target.close();
});

document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
}, true);
