// Photos and papers dropped or pasted onto the composer go into its file input.
//
// <div data-drop>                                  the zone; has class is-over while something is held above it
//   <input type="file" name="files" multiple data-max-bytes="10485760" data-too-large="{name} …">
//   <input type="file" capture data-drop-camera>   optional: each photo taken joins what was chosen
//   <ul data-drop-list></ul>                       what will be sent: thumbnail, name, size, a button to leave it out
//   <div data-drop-message role="status"></div>    names the files that are too large
// </div>
//
// data-remove-label on the list names its buttons. Thumbnails are drawn on a canvas, so no blob: or data: image
// is needed.

const THUMBNAIL_PX = 96;

function fileInput(zone) {
  return zone.querySelector("input[type=file]:not([data-drop-camera])");
}

function setFiles(input, files) {
  const transfer = new DataTransfer();
  for (const file of files) transfer.items.add(file);
  input.files = transfer.files;
}

function sizeText(bytes) {
  const megabytes = bytes / (1024 * 1024);
  return megabytes >= 1 ? `${megabytes.toFixed(1)} MB` : `${Math.ceil(bytes / 1024)} kB`;
}

async function drawThumbnail(file, canvas) {
  const picture = await createImageBitmap(file);
  const side = Math.min(picture.width, picture.height);
  const [left, top] = [(picture.width - side) / 2, (picture.height - side) / 2];
  canvas.getContext("2d").drawImage(picture, left, top, side, side, 0, 0, THUMBNAIL_PX, THUMBNAIL_PX);
  picture.close();
}

function thumbnail(file) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = THUMBNAIL_PX;
  canvas.className = "upload-thumbnail";
  canvas.ariaHidden = "true";
  // A picture that this browser cannot draw keeps its empty frame.
  if (file.type.startsWith("image/")) drawThumbnail(file, canvas).catch(() => {});
  return canvas;
}

function entry(file, label, remove) {
  const item = document.createElement("li");
  const text = document.createElement("span");
  const button = document.createElement("button");
  text.className = "upload-name text-truncate";
  text.textContent = `${file.name} · ${sizeText(file.size)}`;
  button.type = "button";
  button.className = "btn-close";
  button.ariaLabel = `${label} ${file.name}`;
  button.addEventListener("click", remove);
  item.className = "upload-item";
  item.append(thumbnail(file), text, button);
  return item;
}

function showFiles(zone) {
  const input = fileInput(zone);
  const list = zone.querySelector("[data-drop-list]");
  if (!list) return;
  const files = [...input.files];
  const without = (file) => () => {
    setFiles(input, files.filter((other) => other !== file));
    showFiles(zone);
  };
  list.replaceChildren(...files.map((file) => entry(file, list.dataset.removeLabel ?? "", without(file))));
}

// Keeps what is small enough and names what is not.
function accept(zone, files) {
  const input = fileInput(zone);
  const limit = Number(input.dataset.maxBytes ?? Infinity);
  const tooLarge = files.filter((file) => file.size > limit);
  const message = zone.querySelector("[data-drop-message]");
  if (message) {
    const words = input.dataset.tooLarge ?? "{name}";
    message.textContent = tooLarge.map((file) => words.replace("{name}", file.name)).join("\n");
  }
  setFiles(input, files.filter((file) => file.size <= limit));
  showFiles(zone);
}

function add(zone, files) {
  const input = fileInput(zone);
  accept(zone, input.multiple ? [...input.files, ...files] : [...files].slice(0, 1));
}

function hasFiles(event) {
  return event.dataTransfer?.types.includes("Files");
}

export function startUploads() {
  document.addEventListener("change", ({ target }) => {
    const zone = target.matches("input[type=file]") && target.closest("[data-drop]");
    if (!zone) return;
    if (!target.matches("[data-drop-camera]")) {
      accept(zone, [...target.files]);
      return;
    }
    add(zone, target.files);
    target.value = "";
  });
  document.addEventListener("dragover", (event) => {
    const zone = event.target.closest?.("[data-drop]");
    for (const other of document.querySelectorAll("[data-drop].is-over")) {
      if (other !== zone) other.classList.remove("is-over");
    }
    if (!zone || !hasFiles(event)) return;
    event.preventDefault();
    zone.classList.add("is-over");
  });
  document.addEventListener("drop", (event) => {
    const zone = event.target.closest?.("[data-drop]");
    if (!zone || !hasFiles(event)) return;
    event.preventDefault();
    zone.classList.remove("is-over");
    add(zone, event.dataTransfer.files);
  });
  document.addEventListener("paste", (event) => {
    const zone = event.target.closest?.("[data-drop]");
    if (zone && event.clipboardData?.files.length) add(zone, event.clipboardData.files);
  });
  document.addEventListener("reset", ({ target }) => {
    // The input is emptied after this event, the list right after that.
    setTimeout(() => target.querySelectorAll("[data-drop]").forEach(showFiles));
  });
}
