import assert from "node:assert/strict";
import { test } from "node:test";
import type { SqlColumn } from "../src/api/wire.ts";
import { cellText, csvOf } from "../src/sql/cells.ts";
import { EXAMPLES } from "../src/sql/examples.ts";
import { statementAt, statementsOf } from "../src/sql/statementAt.ts";

const column = (kind: SqlColumn["kind"]): SqlColumn => ({ name: "c", kind });

test("a text is split at semicolons outside of quotes and comments", () => {
  const text = "SELECT ';' AS a; -- one; two\nSELECT \"x;y\" /* ; */ FROM t;\n\n ;";
  assert.deepEqual(statementsOf(text).map(({ from, to }) => text.slice(from, to)), ["SELECT ';' AS a", '-- one; two\nSELECT "x;y" /* ; */ FROM t']);
  assert.deepEqual(statementsOf(" ; ;"), []);
  assert.equal(statementsOf("SELECT 'open").length, 1);
});

test("Run means the statement that the cursor is in, or else the one before it", () => {
  const text = "SELECT 1;\nSELECT 2;\n\n";
  assert.equal(statementAt(text, 0), "SELECT 1");
  assert.equal(statementAt(text, 9), "SELECT 1"); // right behind its semicolon
  assert.equal(statementAt(text, 12), "SELECT 2");
  assert.equal(statementAt(text, text.length), "SELECT 2");
  assert.equal(statementAt("\n\n SELECT 3", 0), "SELECT 3");
  assert.equal(statementAt("", 0), "");
});

test("instants are shown in the reader's zone, to the microsecond; other cells as they came", () => {
  assert.equal(cellText("2026-11-23T15:30:00.000123Z", column("time"), "KST"), "2026-11-24 00:30:00.000123");
  assert.equal(cellText("2026-11-23T15:30:00Z", column("time"), "UTC"), "2026-11-23 15:30:00");
  assert.equal(cellText("infinity", column("time"), "KST"), "infinity");
  assert.equal(cellText("2026-11-23T15:30:00", column("timestamp"), "KST"), "2026-11-23 15:30:00");
  assert.equal(cellText("9007199254740993", column("number"), "KST"), "9007199254740993");
  assert.equal(cellText(null, column("text"), "KST"), "NULL");
  assert.equal(cellText("<b>", column("text"), "KST"), "<b>");
});

test("a saved file is RFC 4180, and no cell of it is a formula", () => {
  const columns: SqlColumn[] = [{ name: "a,b", kind: "text" }, { name: "n", kind: "number" }];
  assert.equal(csvOf(columns, [['say "hi"', -1.5], ["", null], ["=HYPERLINK(1)", "-12"], ["two\nlines", "@x"]]), '"a,b",n\r\n"say ""hi""",-1.5\r\n"",\r\n\'=HYPERLINK(1),-12\r\n"two\nlines",\'@x\r\n');
});

test("every example is one statement that only reads", () => {
  for (const { statement } of EXAMPLES) {
    assert.equal(statementsOf(statement).length, 1);
    assert.match(statement, /^(SELECT|SHOW|DESCRIBE) /);
  }
});
