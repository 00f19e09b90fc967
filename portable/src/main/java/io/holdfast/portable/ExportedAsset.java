package io.holdfast.portable;

/// A file that belongs to rows.
///
/// @param name as it is on the source, whatever is in it
public record ExportedAsset(String group, String name, long bytes, String sha256) {
  /// The entry with its content.
  public String file() {
    return PortableNames.ofAsset(group, name);
  }
}
