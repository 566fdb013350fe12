// Shows the copy buttons where the browser can copy; without this file people copy by hand.
(function () {
  "use strict";
  if (!navigator.clipboard) return;
  document.querySelectorAll("[hidden] > button[data-copies]").forEach(function (button) {
    button.parentElement.hidden = false;
    button.addEventListener("click", function () {
      var text = document.getElementById(button.dataset.copies);
      var done = document.getElementById(text.id + "-done");
      navigator.clipboard.writeText(text.value).then(function () {
        done.textContent = done.dataset.says;
      });
    });
  });
})();
