// The official TypeScript client of the Model Context Protocol uses the tools, over HTTP or, where HYPERSD_COMMAND is a
// command line as a JSON array, over the standard input and output of that command.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";

const command = process.env.HYPERSD_COMMAND && JSON.parse(process.env.HYPERSD_COMMAND);
const client = new Client({ name: "test", version: "1" });
const patient = { timeout: 150_000 };
const small = { size: "64x64", steps: 2, guidance: 1, sampler: "ddim", seed: 7 };

before(() =>
  client.connect(
    command
      ? new StdioClientTransport({ command: command[0], args: command.slice(1), stderr: "inherit" })
      : new StreamableHTTPClientTransport(new URL("/mcp", process.env.HYPERSD_URL)),
  ),
);
after(() => client.close());

const isPng = (content) =>
  content.type === "image" &&
  content.mimeType === "image/png" &&
  Buffer.from(content.data, "base64").subarray(1, 4).toString() === "PNG";

test("the tools describe their arguments", async () => {
  const { tools } = await client.listTools();
  assert.deepEqual(tools.map((tool) => tool.name).sort(), ["edit_image", "generate_image", "list_models"]);
  const generate = tools.find((tool) => tool.name === "generate_image");
  assert.deepEqual(generate.inputSchema.required, ["prompt"]);
  assert.equal(generate.inputSchema.properties.steps.type, "integer");
  assert.ok(!generate.inputSchema.properties.image);
});

test("a picture is drawn and its steps are reported", async () => {
  const steps = [];
  const result = await client.callTool(
    { name: "generate_image", arguments: { prompt: "a red star", ...small } },
    undefined,
    { ...patient, onprogress: ({ progress, total }) => steps.push([progress, total]) },
  );
  assert.ok(isPng(result.content[0]), JSON.stringify(result).slice(0, 300));
  assert.match(result.content[1].text, /a red star[\s\S]*Steps: 2[\s\S]*Seed: 7/);
  assert.deepEqual(steps, [
    [1, 2],
    [2, 2],
  ]);
});

test("a picture is edited", async () => {
  const drawn = await client.callTool(
    { name: "generate_image", arguments: { prompt: "a red star", ...small } },
    undefined,
    patient,
  );
  const edited = await client.callTool(
    {
      name: "edit_image",
      arguments: { prompt: "a blue star", image: drawn.content[0].data, strength: 0.5, ...small },
    },
    undefined,
    patient,
  );
  assert.ok(isPng(edited.content[0]), JSON.stringify(edited).slice(0, 300));
  assert.notEqual(edited.content[0].data, drawn.content[0].data);
});

test("what can be named is listed", async () => {
  const result = await client.callTool({ name: "list_models", arguments: {} });
  const lists = JSON.parse(result.content[0].text);
  assert.ok(lists.models.includes(lists.present_model));
  assert.ok(lists.samplers.includes("tcd"));
});

test("a wrong argument is answered by a sentence", async () => {
  const result = await client.callTool({ name: "generate_image", arguments: { prompt: "a star", step: 4 } });
  assert.equal(result.isError, true);
  assert.match(result.content[0].text, /step.*steps/);
});

test("a call is cancelled", async () => {
  const leaving = new AbortController();
  const cancelled = client.callTool(
    { name: "generate_image", arguments: { prompt: "long", ...small, size: "128x128", steps: 100 } },
    undefined,
    { ...patient, signal: leaving.signal, onprogress: () => leaving.abort() },
  );
  await assert.rejects(cancelled);
  const next = await client.callTool(
    { name: "generate_image", arguments: { prompt: "a red star", ...small } },
    undefined,
    patient,
  );
  assert.ok(isPng(next.content[0]));
});
