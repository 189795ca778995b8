// The OpenAPI description of a running server, whose address is in HYPERSD_URL.

import assert from "node:assert/strict";
import { test } from "node:test";
import { Validator } from "@seriousme/openapi-schema-validator";

const { HYPERSD_URL } = process.env;
const description = await (await fetch(`${HYPERSD_URL}/openapi.json`)).json();

test("the description is valid", async () => {
  const validator = new Validator();
  const { valid, errors } = await validator.validate(structuredClone(description));
  assert.ok(valid, JSON.stringify(errors));
  assert.equal(validator.version, "3.1");
});

test("every route that is described exists, and every response is described", async () => {
  for (const [path, operations] of Object.entries(description.paths)) {
    for (const [method, { responses }] of Object.entries(operations)) {
      const address = `${HYPERSD_URL}${path.replace("{model}", "nothing").replace("{name}", "none").replace("{id}", "none").replace("{node}", "none").replace("{file}", "main.js").replace("{folder}", "checkpoints")}`;
      if (path === "/v1/live") continue;
      const response = await fetch(address, { method: method.toUpperCase() });
      await response.arrayBuffer();
      assert.notEqual(response.status, 405, `${method} ${path}`);
      assert.ok(responses[response.status], `${method} ${path} answers ${response.status}`);
    }
  }
});
