/** A small summary of a device profile, as the API answers one. */

/** @typedef {import("../../static/js/viewers/summary/device/shapes.js").Summary} Summary */
/** @typedef {import("../../static/js/viewers/summary/device/shapes.js").Finding} Finding */
/** @typedef {import("../../static/js/viewers/summary/device/shapes.js").Opcode} Opcode */
/** @typedef {import("../../static/js/viewers/summary/device/shapes.js").Tile} Tile */

export const THIN = "\u202f";

/**
 * @param {Partial<Finding>} [more]
 * @returns {Finding}
 */
export const finding = (more = {}) => ({
  rank: 1,
  rule: "idle_gap",
  title: "Tensor idle for 44.8 µs",
  detail: "LDWEIGHTS waited for a transfer.",
  advice: "Start it earlier.",
  bound: { factor: 1.77, saved_ns: 44_766, assumption: "if the gap closes completely" },
  evidence: {
    table: "Instruction",
    rows: [225],
    count: 1,
    noun: "gap",
    tracks: ["p0/c0/tensor"],
  },
  ranges: [[24_677, 69_443]],
  range_count: 1,
  values: {},
  ...more,
});

/**
 * @param {Partial<Opcode>} [more]
 * @returns {Opcode}
 */
export const opcode = (more = {}) => ({
  core: 0,
  engine: "Tensor",
  track: "TensorMatrix",
  opcode: "MATMUL",
  function: null,
  count: 216,
  sum_ns: 68_743,
  share: 0.67,
  flops: 1e9,
  median_ns: 275,
  p95_ns: 585,
  max_ns: 631,
  longest: event("c0/tensormatrix", 2),
  ...more,
});

/**
 * @param {string} metric
 * @param {Partial<Tile>} [more]
 * @returns {Tile}
 */
export const tile = (metric, more = {}) => ({
  metric,
  value: 0.05,
  missing: null,
  bar: 0.05,
  tick: null,
  notes: [],
  cores: 2,
  ...more,
});

/** @param {string} track @param {number} row */
export const event = (track, row) => ({ track: `p0/${track}`, row, start_ns: 1000, end_ns: 2000 });

/** @param {string} id @param {number} share */
const part = (id, share) => ({
  ...{ id, share, ns: share * 1e5 },
  ...{ flops: null, recorded_flops: null, longest: event("c0/tensormatrix", 5) },
});

/** @param {string} unit @param {number} core @param {number} active */
const busy = (unit, core, active) => ({
  core,
  unit,
  active_ns: active * 1e5,
  active,
  throttled_ns: active * 5e4,
  instruction_ns: active * 2e5,
  instructions: 4,
  is_computing: unit !== "DMA" && unit !== "Sync",
  missing: null,
  longest: event(unit === "DMA" ? "dma0/2-qsync" : `c${core}/${unit.toLowerCase()}`, 6),
});

/** @param {string} name @param {number} size @param {number} packets */
const queue = (name, size, packets) => ({
  ...{ core: 0, index: 2, name, type: "hardware_dynamic", source: "hardware_dynamic", packets },
  ...{ bytes: size * packets, sum_ns: 1000, bytes_per_s: 2e9, active_ns: 500, active: 0.005 },
  ...{ achieved_bytes_per_s: 3e11, achieved: 0.7, longest: event("dma0/2-qsync", 7) },
});

/**
 * @param {number} size bytes
 * @param {number} packets
 * @param {number | null} rate
 */
export const packets = (size, packets, rate) => ({
  ...{ least_bytes: size, most_bytes: size, packets, bytes: size * packets },
  ...{ sum_ns: 1000, bytes_per_s: rate, mean_ns: 10, longest: event("dma0/2-qsync", size) },
});

/** @param {number} engine @param {number} active */
export const dmaEngine = (engine, active) => ({
  ...{ core: 0, engine, packets: 3, bytes: 12, sum_ns: 9, bytes_per_s: 1 },
  ...{ active_ns: active * 1e5, active, longest: event(`engines0/e0${engine % 16}`, 8) },
});

/** @param {string} name @param {number} flops */
export const point = (name, flops) => ({
  ...{ name, flops, bytes: 1e7, ns: 1e5, rate: flops * 1e4, intensity: flops / 1e7 },
  ...{ roof: 3e13, of_roof: (flops * 1e4) / 3e13, missing: null },
  longest: event("c0/tensormatrix", 9),
});

/**
 * @param {Partial<Summary>} [more]
 * @returns {Summary}
 */
export const summary = (more = {}) => ({
  profile: "p",
  run: 1,
  range: {
    ...{ start_ns: 0, end_ns: 100_000, duration_ns: 100_000, first_ns: 0, last_ns: 100_000 },
    is_whole: true,
    core: null,
    cores: [
      { core: 0, has_instructions: true, has_limits: true },
      { core: 1, has_instructions: true, has_limits: false },
    ],
  },
  machine: { generation: "trn2", is_known: true, cores: 2 },
  metrics: {},
  strip: [tile("total_time", { value: 102_669 }), tile("mfu")],
  findings: [finding()],
  roofline: {
    ...{ missing: null, peak_flops: 157e12, hbm_bytes_per_s: 716e9, balance: 219.3 },
    ...{ throttled_share: 0.75, throttled_peak_flops: 118e12, whole: point("whole", 8e8) },
    classes: [
      {
        ...point("matmul fp32", 5e8),
        bytes: null,
        intensity: null,
        missing: "traffic",
        is_transpose: false,
      },
      {
        ...point("transpose fp32", 3e8),
        bytes: null,
        intensity: null,
        missing: "traffic",
        is_transpose: true,
      },
    ],
    operators: [point("attention", 6e8)],
  },
  tensor_flops: {
    missing: null,
    cores: [0, 1].map((core) => ({
      ...{ core, active: 0.3, has_limits: core === 0, over: 0 },
      parts: [
        { ...part("useful", 0.2), flops: 1.34e9, recorded_flops: 805e6 },
        { ...part("transposes", 0.1), flops: 571e6, recorded_flops: 302e6 },
        part("active_throttled", 0.1),
        part("unused_throttled", 0),
      ],
    })),
    all: null,
  },
  busy: [busy("Tensor", 0, 0.3), busy("DMA", 0, 0.6), busy("Tensor", 1, 0.02)],
  hbm: {
    missing: null,
    capacity_bytes: 73_511_004,
    parts: [
      { id: "read", bytes: 9_273_344, share: 0.126, longest: event("c0/sync", 10) },
      { id: "unused", bytes: 64e6, share: 0.874, longest: null },
    ],
  },
  opcodes: [opcode(), opcode({ core: 1, opcode: "ACTIVATE", function: "EXP", sum_ns: 9 })],
  dma: {
    ...{ missing: null, packets: 30, bytes: 122_880 },
    types: [{ ...queue("", 4096, 30), type: "hardware_dynamic" }],
    sources: [{ ...queue("", 4096, 30), source: "hardware_dynamic" }],
    queues: [queue("qSyncDynamicHW", 4096, 30)],
    engines: [dmaEngine(64, 0.5), dmaEngine(65, 0.48)],
    sizes: [packets(4, 626, 4e8), packets(4096, 4352, 2e10)],
  },
  collectives: { missing: null, count: 0, operations: [], points: [] },
  nki: { missing: "kernel source locations", engines: [] },
  bounds: {
    measured_ns: 100_000,
    ladders: [
      {
        id: "memory",
        title: "Memory",
        rungs: [
          { id: "measured", title: "Measured", ns: 1e5, missing: null, gap: null, gap_ns: null },
          {
            ...{ id: "memory_bound", title: "DMA busy", ns: 6e4, missing: null },
            ...{ gap: "DMA idle", gap_ns: 4e4 },
          },
        ],
      },
    ],
  },
  critical_path: {
    ...{ missing: null, ns: 100_000, share: 1, segments: [], segment_count: 0 },
    resources: [{ kind: "work", core: 0, name: "Tensor", ns: 26_097, share: 0.25, count: 323 }],
    links: [
      {
        ...{ kind: "work", core: 0, name: "Tensor", start_ns: 10, end_ns: 900, ns: 890, row: 7 },
        ...{ track: "p0/c0/tensor", opcode: "MATMUL", after_row: 8, after_opcode: "ACTIVATE" },
        released_by: "semaphore",
      },
    ],
  },
  notices: [{ code: "ntff.no_dge", title: "No names.", detail: "Capture again.", count: 2 }],
  system: [
    { id: "instance_type", title: "Instance", value: "trn2.3xlarge" },
    { id: "runtime_version", title: "Runtime", value: null },
  ],
  ...more,
});
