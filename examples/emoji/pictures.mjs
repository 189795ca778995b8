// Makes a folder of captioned pictures of the emoji that npm has installed here: node pictures.mjs FOLDER
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const source = fileURLToPath(new URL("node_modules/emoji-datasource-twitter", import.meta.url));
const folder = process.argv[2];
if (!folder) {
  console.error("say which folder to make: node pictures.mjs FOLDER");
  process.exit(2);
}

// "waving_black_flag" and "WAVING BLACK FLAG" are one caption.
const words = (name) => name.toLowerCase().replaceAll(/[_-]+/g, " ").trim();

mkdirSync(folder, { recursive: true });
const lines = JSON.parse(readFileSync(join(source, "emoji.json"), "utf8"))
  .filter((emoji) => emoji.has_img_twitter && emoji.category !== "Component")
  .map((emoji) => {
    const file = `${emoji.short_name}.png`;
    copyFileSync(join(source, "img/twitter/64", emoji.image), join(folder, file));
    return { file_name: file, text: [...new Set([emoji.name, ...emoji.short_names].map(words))].filter(Boolean) };
  });
writeFileSync(join(folder, "metadata.jsonl"), lines.map((line) => JSON.stringify(line) + "\n").join(""));
console.log(`${lines.length} pictures in ${folder}`);
