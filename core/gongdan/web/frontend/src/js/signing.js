// Signatures drawn with a finger or the mouse.
//
// <form data-sign>
//   <canvas data-sign-pad width="600" height="240">   where one signs; its own pixels are what is sent
//   <input type="hidden" data-sign-strokes>           the strokes as JSON: [[[x, y], …], …]
//   <button type="button" data-sign-clear>            begins anew
// </form>
//
// Only the way of the pen is sent; the server draws the picture.

const PEN = 4.4;

function pointOf(pad, event) {
  const box = pad.getBoundingClientRect();
  const within = (value, most) => Math.round(Math.min(most, Math.max(0, value)));
  return [
    within(((event.clientX - box.left) / box.width) * pad.width, pad.width),
    within(((event.clientY - box.top) / box.height) * pad.height, pad.height),
  ];
}

function draw(pad, from, to) {
  const pen = pad.getContext("2d");
  pen.lineWidth = PEN;
  pen.lineCap = "round";
  pen.strokeStyle = "#000";
  pen.beginPath();
  pen.moveTo(...from);
  pen.lineTo(...to);
  pen.stroke();
}

function prepare(form) {
  const pad = form.querySelector("[data-sign-pad]");
  const field = form.querySelector("[data-sign-strokes]");
  let strokes = [];
  let current = null;

  pad.addEventListener("pointerdown", (event) => {
    event.preventDefault();
    pad.setPointerCapture(event.pointerId);
    current = [pointOf(pad, event)];
    strokes.push(current);
  });
  pad.addEventListener("pointermove", (event) => {
    if (!current) return;
    const [from, to] = [current.at(-1), pointOf(pad, event)];
    // A finger that hardly moves adds nothing to the picture.
    if (Math.hypot(to[0] - from[0], to[1] - from[1]) < 3) return;
    draw(pad, from, to);
    current.push(to);
  });
  const lift = () => {
    current = null;
    field.value = JSON.stringify(strokes);
  };
  pad.addEventListener("pointerup", lift);
  pad.addEventListener("pointercancel", lift);
  form.querySelector("[data-sign-clear]").addEventListener("click", () => {
    strokes = [];
    pad.getContext("2d").clearRect(0, 0, pad.width, pad.height);
    lift();
  });
}

export function startSigning() {
  for (const form of document.querySelectorAll("form[data-sign]")) prepare(form);
  document.addEventListener("change", ({ target }) => {
    const count = target.matches("[data-photo]") && target.closest(".slip-remark")?.querySelector("[data-photo-count]");
    if (count) count.textContent = target.files.length || "";
  });
}
