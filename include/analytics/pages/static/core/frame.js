// Airflow shows the pages in a frame whose sandbox forbids downloads, new tabs and leaving the frame. The frame is of
// Airflow's own origin, and so is this page: such links are followed by the page around it, as if it held them.

const LEAVES = "a[download], a[target=_blank], a[target=_top]";

export const isFramed = window.parent !== window;

function outside(event) {
  const link = event.target.closest?.(LEAVES);
  if (!link?.href) return;
  event.preventDefault();
  const follower = window.parent.document.createElement("a");
  follower.href = link.href;
  if (link.hasAttribute("download")) follower.download = link.download;
  else follower.target = link.target;
  follower.rel = link.rel;
  follower.style.display = "none";
  window.parent.document.body.append(follower);
  follower.click();
  follower.remove();
}

// The frame's own address is nowhere to be seen: this link carries it, with all that is chosen on the page.
function offerTab() {
  const alone = document.getElementById("alone");
  if (!alone) return;
  const link = alone.querySelector("a");
  const follow = () => (link.href = location.href);
  for (const event of ["pointerdown", "focusin", "contextmenu"]) alone.addEventListener(event, follow);
  alone.hidden = false;
}

if (isFramed) {
  document.addEventListener("click", outside);
  offerTab();
}
