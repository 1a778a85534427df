/** A resource the stack program declares. */
export interface DeclaredResource {
  /** Pulumi's type token, e.g. `aws:ebs/volume:Volume`. */
  readonly type: string;
  readonly name: string;
  /** Whether a cloud holds it; a component only groups others. */
  readonly custom: boolean;
  /** The resource it belongs to; absent at the top. */
  readonly parent?: { readonly type: string; readonly name: string };
  /** The engine refuses to delete it. */
  readonly protect: boolean;
  /** It stays in the cloud when it leaves the program. */
  readonly retainOnDelete: boolean;
}
