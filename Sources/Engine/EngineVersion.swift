import COneDNN

/// What the engine runs on.
public enum EngineVersion {
  /// Version of the oneDNN library that was loaded, for example `2.6.3`.
  public static var library: String {
    "\(shim_version_major()).\(shim_version_minor()).\(shim_version_patch())"
  }

  /// Major version of the oneDNN library that was loaded.
  public static var libraryMajor: Int { Int(shim_version_major()) }

  /// Whether the processor multiplies 16-bit numbers itself; otherwise oneDNN emulates them slowly.
  public static var hasNativeBfloat16: Bool { shim_has_native_bf16() }
}
