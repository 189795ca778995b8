// Asks for the token of the server, which keeps it in a cookie that scripts cannot read. A link that ends with
// #token=TOKEN has it with it; what stands behind # is never sent to a server.

const $ = (id) => document.getElementById(id);

/** Offers a token to the server, and returns why it refuses it, or nothing if it does not. */
async function refusal(token, wrong) {
  const response = await fetch("login", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token }),
  });
  if (response.ok) return "";
  return response.status === 429 ? (await response.json()).error.message : wrong;
}

/** Calls `then` when the server has the token. Until then the dialog stays: without the token the page can do nothing. */
export async function logIn(then, wrong = "This is not the token of this server.") {
  const linked = new URLSearchParams(location.hash.slice(1)).get("token");
  if (linked) {
    history.replaceState(null, "", location.pathname);
    if (!(await refusal(linked, wrong))) return then();
  }
  const dialog = $("login");
  let isIn = false;
  dialog.oncancel = (event) => event.preventDefault();
  dialog.onclose = () => !isIn && dialog.showModal(); // Browsers let the second Escape through.
  dialog.querySelector("form").onsubmit = async (event) => {
    event.preventDefault();
    const refused = await refusal($("token").value, wrong).catch((failure) => failure.message);
    $("login-error").textContent = refused;
    if (refused) return $("token").select();
    isIn = true;
    dialog.close();
    then();
  };
  dialog.showModal();
}
