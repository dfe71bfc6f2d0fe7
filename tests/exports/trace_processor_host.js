// Runs Perfetto's trace_processor.wasm under Node. Standard input and output carry the bytes of
// perfetto.protos.TraceProcessorRpcStream. Argument: the folder of the wheel with the engine.
import fs from "node:fs";
import path from "node:path";
import vm from "node:vm";

const folder = process.argv[2];
const read = (name) => fs.readFileSync(path.join(folder, path.basename(String(name))));

const port = {
  onmessage: null,
  postMessage(bytes) {
    let done = 0;
    while (done < bytes.length) {
      try {
        done += fs.writeSync(1, bytes, done);
      } catch (error) {
        if (error.code !== "EAGAIN") throw error;
      }
    }
  },
};

class Request {
  open(_method, name) {
    this.name = name;
  }
  send() {
    const bytes = read(this.name);
    this.status = 200;
    this.response = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length);
  }
}

const silent = () => {};
const scope = {
  console: { log: silent, warn: silent, error: silent, info: silent },
  URL,
  TextDecoder,
  TextEncoder,
  performance,
  setTimeout,
  clearTimeout,
  crypto: globalThis.crypto,
  WorkerGlobalScope: class {},
  location: { href: "http://localhost/engine_bundle.js", pathname: "/engine_bundle.js" },
  XMLHttpRequest: Request,
};
scope.self = scope;
const context = vm.createContext(scope);
const InnerBytes = vm.runInContext("Uint8Array", context);
vm.runInContext(read("engine_bundle.js").toString(), context, { filename: "engine_bundle.js" });
scope.onmessage({ data: port });
setTimeout(() => {
  process.stdin.on("data", (bytes) => port.onmessage({ data: new InnerBytes(bytes) }));
  process.stdin.on("end", () => process.exit(0));
}, 50);
