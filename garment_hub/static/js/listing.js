// Keeps what was tapped and typed at once, and waits for the line before it sends. Without this file every page is kept when it is sent.
(function () {
  "use strict";
  var form = document.querySelector("form[data-saves]");
  var line = document.getElementById("saving");
  if (!form || !line || !window.fetch) return;
  var words = line.querySelector("p");
  var usual = words.textContent;
  var timer = 0;
  var isSaving = false;
  var isChanged = false;
  var waiting = null;

  function save() {
    window.clearTimeout(timer);
    if (isSaving) {
      isChanged = true;
      return;
    }
    var data = new FormData(form);
    data.set("autosave", "1");
    isSaving = true;
    isChanged = false;
    fetch(form.action, { method: "POST", body: data, credentials: "same-origin" })
      .then(function (answer) {
        if (!answer.ok) throw new Error(answer.status);
        return answer.json();
      })
      .then(function (kept) {
        if (form.getAttribute("action") !== kept.address) {
          form.setAttribute("action", kept.address);
          window.history.replaceState(null, "", kept.address);
        }
        if (!waiting) words.textContent = line.dataset.saved;
      })
      .catch(function () {
        if (!waiting) words.textContent = usual;
      })
      .then(function () {
        isSaving = false;
        if (isChanged) save();
      });
  }

  form.addEventListener("change", save);
  form.addEventListener("input", function () {
    window.clearTimeout(timer);
    timer = window.setTimeout(save, 700);
  });
  form.addEventListener("submit", function (event) {
    window.clearTimeout(timer);
    if (navigator.onLine) return;
    event.preventDefault();
    waiting = { button: event.submitter };
    words.textContent = line.dataset.offline;
  });
  window.addEventListener("online", function () {
    if (!waiting) return save();
    var button = waiting.button;
    waiting = null;
    form.requestSubmit(button);
  });
})();
