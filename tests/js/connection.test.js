import assert from "node:assert/strict";
import { test } from "node:test";
import { Connection } from "../../static/js/data/connection.js";
import { connectionText } from "../../static/js/viewers/timeline-words.js";

/** A connection on a clock that is set by hand. */
function made() {
  const clock = { ms: 1_000_000 };
  let asked = 0;
  const connection = new Connection(
    () => asked++,
    () => clock.ms,
  );
  return { connection, clock, asked: () => asked };
}

test("one lost answer is not said; a second one is, since the first", () => {
  const { connection, clock } = made();
  connection.failed();
  assert.equal(connectionText(connection), "");
  clock.ms += 700;
  connection.failed();
  assert.ok(connection.isLost);
  assert.equal(connection.lostSince, 1_000_000);
  assert.match(connectionText(connection), /^No connection since .*, trying again$/);
});

test("the waits grow and never pass five seconds", () => {
  const { connection, clock } = made();
  const waits = Array.from({ length: 8 }, () => {
    connection.failed();
    const wait = connection.nextAt - clock.ms;
    clock.ms = connection.nextAt;
    assert.ok(!connection.isWaiting);
    return wait;
  });
  assert.deepEqual(waits, [500, 1000, 2000, 4000, 5000, 5000, 5000, 5000]);
  assert.ok(connection.stallMs <= 30_000);
});

test("an answer ends it, and says that there was something to end", () => {
  const { connection } = made();
  assert.equal(connection.worked(), false);
  connection.failed();
  assert.equal(connection.worked(), true);
  assert.deepEqual(
    [connection.isLost, connection.lostSince, connection.isWaiting],
    [false, null, false],
  );
});

test("when there is a network again nobody waits", () => {
  const { connection, asked } = made();
  connection.hurry();
  assert.equal(asked(), 0);
  connection.failed();
  connection.hurry();
  assert.deepEqual([asked(), connection.isWaiting], [1, false]);
});
