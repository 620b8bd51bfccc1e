// Tells the server which keys are held, where the pointer is and what a gamepad says, for a person
// who drives. While one does, keys belong to the car or the arm, not to the page's own camera.
(() => {
  const held = new Set();
  const pointer = { x: 0, y: 0, held: false };
  const moving = ["ArrowLeft", "ArrowRight", "ArrowUp", "ArrowDown", "PageUp", "PageDown"];
  let socket = null;
  let last = "";

  // 3D that a browser draws without a graphics card leaves no time for pictures
  const isSlow = () => {
    const gl = document.createElement("canvas").getContext("webgl");
    const info = gl?.getExtension("WEBGL_debug_renderer_info");
    const name = info ? gl.getParameter(info.UNMASKED_RENDERER_WEBGL) : "";
    return /swiftshader|llvmpipe|software/i.test(name);
  };
  const slow = isSlow();

  const connect = () => {
    const scheme = location.protocol === "https:" ? "wss" : "ws";
    socket = new WebSocket(`${scheme}://${location.host}/hands`);
    socket.onopen = tell;
    socket.onclose = () => setTimeout(connect, 1000);
  };
  const isTyping = (target) =>
    target instanceof Element && target.closest("input, textarea, select, [contenteditable]");
  const tell = () => {
    const pad = [...(navigator.getGamepads?.() ?? [])].find((own) => own !== null);
    const said = JSON.stringify({
      slow,
      keys: [...held].sort(),
      pointer: pointer.held ? [pointer.x, pointer.y] : null,
      axes: pad ? pad.axes.map((own) => Math.round(own * 1000) / 1000) : [],
      buttons: pad ? pad.buttons.map((own) => Math.round(own.value * 1000) / 1000) : [],
    });
    if (said !== last && socket?.readyState === WebSocket.OPEN) {
      socket.send(said);
      last = said;
    }
  };
  const onKey = (event) => {
    if (isTyping(event.target) || event.key === "Tab" || event.key === "Enter" || event.ctrlKey || event.metaKey || event.altKey) return;
    const name = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (event.type === "keydown") held.add(name);
    else held.delete(name);
    if (moving.includes(event.key)) event.preventDefault(); // else the page scrolls
    tell();
    event.stopImmediatePropagation();
  };
  window.addEventListener("keydown", onKey, true);
  window.addEventListener("keyup", onKey, true);
  window.addEventListener("blur", () => {
    held.clear();
    pointer.held = false;
    tell();
  });
  // with Shift the pointer steers: from the middle of the page to its edge is all the way
  window.addEventListener(
    "pointermove",
    (event) => {
      pointer.held = event.shiftKey;
      pointer.x = Math.round((2 * event.clientX / innerWidth - 1) * 1000) / 1000;
      pointer.y = Math.round((1 - 2 * event.clientY / innerHeight) * 1000) / 1000;
      if (pointer.held) event.stopImmediatePropagation();
      tell();
    },
    true,
  );
  connect();
  setInterval(tell, 25); // gamepads have no events
})();
