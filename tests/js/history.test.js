import assert from "node:assert/strict";
import { test } from "node:test";
import { ViewHistory } from "../../static/js/timeline/history.js";
import { seeded } from "./seeded.js";

const view = (/** @type {number} */ at) => ({ start: at, end: at + 10 });

test("back leads to where one was, forward to where one came from", () => {
  const history = new ViewHistory();
  history.leave(view(0), 0);
  history.leave(view(1), 5000);
  assert.deepEqual(history.back(view(2)), view(1));
  assert.deepEqual(history.back(view(1)), view(0));
  assert.equal(history.back(view(0)), null);
  assert.deepEqual(history.forward(view(0)), view(1));
  assert.deepEqual(history.forward(view(1)), view(2));
  assert.equal(history.forward(view(2)), null);
});

test("moves that follow each other soon count as one, however long they go on", () => {
  const history = new ViewHistory();
  for (let at = 0; at < 50; at++) history.leave(view(at), at * 600);
  assert.deepEqual(history.back(view(50)), view(0));
  assert.equal(history.back(view(0)), null);
});

test("a step stands for itself, however soon it comes", () => {
  const history = new ViewHistory();
  history.leave(view(0), 0);
  history.leave(view(1), 10, { isStep: true });
  assert.deepEqual(history.back(view(2)), view(1));
  assert.deepEqual(history.back(view(1)), view(0));
});

test("who moves on from a view gone back to has nothing to go forward to", () => {
  const history = new ViewHistory();
  history.leave(view(0), 0);
  history.leave(view(1), 5000);
  history.back(view(2));
  history.leave(view(1), 5100);
  assert.equal(history.forward(view(9)), null);
  assert.deepEqual(history.back(view(9)), view(1));
});

test("a view remembered does not change with the one on screen", () => {
  const history = new ViewHistory();
  const now = view(3);
  history.leave(now, 0);
  now.start = 99;
  assert.deepEqual(history.back(now), view(3));
  now.end = -1;
  assert.deepEqual(history.forward(view(3)), { start: 99, end: 13 });
});

test("only the last hundred views are remembered, the oldest go first", () => {
  const history = new ViewHistory();
  for (let at = 0; at < 130; at++) history.leave(view(at), at * 5000);
  const found = [];
  for (let now = history.back(view(130)); now; now = history.back(now)) found.push(now.start);
  assert.equal(found.length, 100);
  assert.equal(found.at(-1), 30);
});

test("any walk through the views is the walk over a list with a place in it", () => {
  const chance = seeded(41);
  for (let round = 0; round < 60; round++) {
    const history = new ViewHistory();
    let list = [view(0)];
    let place = 0;
    let next = 1;
    for (let step = 0; step < 90; step++) {
      const what = chance();
      if (what < 0.5) {
        history.leave(list[place], step * 10_000);
        list = [...list.slice(0, place + 1), view(next++)];
        place++;
      } else if (what < 0.8) {
        const found = history.back(list[place]);
        assert.deepEqual(found, list[place - 1] ?? null);
        if (found) place--;
      } else {
        const found = history.forward(list[place]);
        assert.deepEqual(found, list[place + 1] ?? null);
        if (found) place++;
      }
    }
  }
});
