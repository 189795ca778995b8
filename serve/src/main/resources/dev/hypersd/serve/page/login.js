// Asks for the token of the server, which keeps it in a cookie that scripts cannot read. A link that ends with
// #token=TOKEN has it with it; what stands behind # is never sent to a server.

const $ = (id) => document.getElementById(id);

async function isRight(token) {
  const response = await fetch("login", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token }),
  });
  return response.ok;
}

/** Calls `then` when the server has the token. */
export async function logIn(then) {
  const linked = new URLSearchParams(location.hash.slice(1)).get("token");
  if (linked) {
    history.replaceState(null, "", location.pathname);
    if (await isRight(linked)) return then();
  }
  $("login").showModal();
  $("login").querySelector("form").onsubmit = async (event) => {
    event.preventDefault();
    if (!(await isRight($("token").value))) {
      return ($("login-error").textContent = "This is not the token of this server.");
    }
    $("login").close();
    then();
  };
}
