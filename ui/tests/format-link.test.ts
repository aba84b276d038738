import { expect, it } from "vitest";
import { rateText, tripText } from "../src/components/format";

it("what arrives a second is in bytes, then in thousands, and what is not measured is not zero", () => {
  expect([null, 0, 0.4, 999, 999.6, 1380, 65_000].map(rateText)).toEqual(["---", "0 B/s", "0 B/s", "999 B/s", "1.0 kB/s", "1.4 kB/s", "65.0 kB/s"]);
});

it("an unknown round trip is not zero", () => {
  expect([null, 0, 12.4, 1240].map(tripText)).toEqual(["---", "0 ms", "12 ms", "1240 ms"]);
});
