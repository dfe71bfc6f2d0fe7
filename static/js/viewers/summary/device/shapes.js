/** What the summary of a device profile looks like, as the API answers it. */

/**
 * A value that cannot be given is null; `missing` names the input it would take.
 * @typedef {{value: number | null, missing: string | null}} Value
 * @typedef {Value & {metric: string}} Named
 * @typedef {[number, number]} Span start and end, ns
 * @typedef {{metric: string, kind: string, value: number | null, at: number | null, missing: string | null}} Tick
 * @typedef {Named & {bar: number | null, tick: Tick | null, notes: Named[], cores: number}} Tile
 * The event that shows a number: the longest it counts, with its row of the timeline.
 * @typedef {{track: string, row: number, start_ns: number, end_ns: number}} Place
 * @typedef {{factor: number, saved_ns: number, assumption: string}} Bound
 * @typedef {{table: string, rows: number[], count: number, noun: string, tracks: string[]}} Evidence
 * @typedef {{rank: number, rule: string, title: string, detail: string, advice: string, bound: Bound, evidence: Evidence, ranges: Span[], range_count: number, values: Record<string, number>}} Finding
 * @typedef {{name: string, flops: number, bytes: number | null, ns: number, rate: number | null, intensity: number | null, roof: number | null, of_roof: number | null, missing: string | null, longest: Place | null}} Point
 * @typedef {{missing: string | null, peak_flops: number | null, hbm_bytes_per_s: number | null, balance: number | null, throttled_share: number | null, throttled_peak_flops: number | null, whole: Point, classes: (Point & {is_transpose: boolean})[], operators: Point[]}} Roofline
 * @typedef {{id: string, share: number, ns: number, flops: number | null, recorded_flops: number | null, longest: Place | null}} FlopsPart
 * @typedef {{parts: FlopsPart[]}} Flops
 * @typedef {Flops & {core: number, active: number, has_limits: boolean, over: number}} CoreFlops
 * @typedef {{missing: string | null, cores: CoreFlops[], all: Flops | null}} TensorFlops
 * @typedef {{core: number, unit: string, active_ns: number | null, active: number | null, throttled_ns: number | null, instruction_ns: number | null, instructions: number | null, is_computing: boolean, missing: string | null, longest: Place | null}} Busy
 * @typedef {{missing: string | null, capacity_bytes: number | null, parts: {id: string, bytes: number, share: number | null, longest: Place | null}[]}} Hbm
 * @typedef {{core: number, engine: string, track: string, opcode: string, function: string | null, count: number, sum_ns: number, share: number, flops: number, median_ns: number | null, p95_ns: number | null, max_ns: number | null, longest: Place | null}} Opcode
 * @typedef {{packets: number, bytes: number, sum_ns: number, bytes_per_s: number | null, longest: Place | null}} Packets
 * @typedef {Packets & {active_ns: number, active: number}} BusyPackets
 * @typedef {BusyPackets & {core: number, index: number, name: string, type: string, source: string, achieved_bytes_per_s: number | null, achieved: number | null}} Queue
 * @typedef {BusyPackets & {core: number, engine: number}} DmaEngine
 * @typedef {Packets & {least_bytes: number, most_bytes: number, mean_ns: number | null}} DmaSize
 * @typedef {{missing: string | null, packets: number | null, bytes: number | null, types: (BusyPackets & {type: string})[], sources: (BusyPackets & {source: string})[], queues: Queue[], engines: DmaEngine[], sizes: DmaSize[]}} Dma
 * @typedef {{operation: string, count: number, sum_ns: number, min_ns: number, q1_ns: number, median_ns: number, mean_ns: number, q3_ns: number, max_ns: number, longest: Place | null}} Operation
 * @typedef {{missing: string | null, count: number, operations: Operation[], points: Record<string, unknown>[]}} Collectives
 * @typedef {{missing: string | null, engines: {engine: string, kernel: number, all: number, kernel_ns: number, all_ns: number, longest: Place | null}[]}} Nki
 * @typedef {{id: string, title: string, ns: number | null, missing: string | null, gap: string | null, gap_ns: number | null}} Rung
 * @typedef {{measured_ns: number, ladders: {id: string, title: string, rungs: Rung[]}[]}} Bounds
 * @typedef {{kind: string, core: number | null, name: string, ns: number, share: number, count: number}} Resource
 * @typedef {{kind: string, core: number | null, name: string, start_ns: number, end_ns: number, ns: number, row: number | null, track: string | null, opcode: string | null, after_row: number | null, after_opcode: string | null, released_by: string | null}} Link
 * @typedef {{kind: string, start_ns: number, end_ns: number, row: number | null, track: string | null}} Segment
 * @typedef {{missing: string | null, ns: number, share: number, resources: Resource[], links: Link[], segments: Segment[], segment_count: number}} CriticalPath
 * @typedef {{code: string, title: string, detail: string, count: number}} DataNotice
 * @typedef {{id: string, title: string, value: unknown}} Fact
 * @typedef {{start_ns: number, end_ns: number, duration_ns: number, first_ns: number, last_ns: number, is_whole: boolean, core: number | null, cores: {core: number, has_instructions: boolean, has_limits: boolean}[]}} Range
 * @typedef {{profile: string, run: number, range: Range, machine: {generation: string, is_known: boolean, cores: number}, metrics: Record<string, Value>, strip: Tile[], findings: Finding[], roofline: Roofline, tensor_flops: TensorFlops, busy: Busy[], hbm: Hbm, opcodes: Opcode[], dma: Dma, collectives: Collectives, nki: Nki, bounds: Bounds, critical_path: CriticalPath, notices: DataNotice[], system: Fact[]}} Summary
 */

/**
 * What a number means.
 * @typedef {{id: string, title: string, unit: string, formula: string, source: string}} Meaning
 */

export {};
