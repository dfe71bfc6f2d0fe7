/** The little of the library that data/arrow.js uses, declared by hand. */
export interface Child {
  toArray(): unknown;
}
export interface Table {
  schema: { metadata: Map<string, string> | null };
  getChild(name: string): Child;
}
export function tableFromIPC(bytes: Uint8Array): Table;
