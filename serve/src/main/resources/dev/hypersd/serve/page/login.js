// Asks for the token of the server, which keeps it in a cookie that scripts cannot read. A link that ends with
// #token=TOKEN has it with it; what stands behind # is never sent to a server.

const $ = (id) => document.getElementById(id);

/** Offers a token to the server, and returns why it refuses it, or nothing if it does not. */
async function refusal(token) {
  const response = await fetch("login", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token }),
  });
  if (response.ok) return "";
  return response.status === 429 ? (await response.json()).error.message : "This is not the token of this server.";
}

/** Calls `then` when the server has the token. */
export async function logIn(then) {
  const linked = new URLSearchParams(location.hash.slice(1)).get("token");
  if (linked) {
    history.replaceState(null, "", location.pathname);
    if (!(await refusal(linked))) return then();
  }
  $("login").showModal();
  $("login").querySelector("form").onsubmit = async (event) => {
    event.preventDefault();
    const refused = await refusal($("token").value);
    $("login-error").textContent = refused;
    if (refused) return;
    $("login").close();
    then();
  };
}
