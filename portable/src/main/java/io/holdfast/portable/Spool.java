package io.holdfast.portable;

import io.holdfast.base.ByteSize;
import io.holdfast.base.Entropy;
import java.nio.file.Path;

/// Where content waits until its length is known. Little waits in memory; more in a file that has
/// no name any more and is sealed under a key that only this process knows, so that no plain data
/// of a database reaches a disk.
///
/// @param directory for such files; each may get as large as the largest table is as JSON
/// @param memoryBytes up to which no file is made
public record Spool(Path directory, Entropy entropy, int memoryBytes) {
  private static final int MEMORY_BYTES = (int) ByteSize.MIB;

  public Spool(Path directory, Entropy entropy) {
    this(directory, entropy, MEMORY_BYTES);
  }

  public SpooledContent begin() {
    return new SpooledContent(this);
  }
}
