// Reads AsyncAPI documents with the official parser. Arguments: files. Output: one line of JSON a file,
// {"operations": number, or null where the parser refused, "diagnostics": [{"severity", "code", "path", "message"}]}.
import { readFileSync } from "node:fs";
import { Parser } from "@asyncapi/parser";

const parser = new Parser();
for (const file of process.argv.slice(2)) {
  const { document, diagnostics } = await parser.parse(readFileSync(file, "utf-8"));
  console.log(
    JSON.stringify({
      operations: document ? document.operations().all().length : null,
      diagnostics: diagnostics.map(({ severity, code, path, message }) => ({
        severity,
        code: String(code),
        path: path.join("."),
        message,
      })),
    }),
  );
}
