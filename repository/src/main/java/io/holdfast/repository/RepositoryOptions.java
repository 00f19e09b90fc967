package io.holdfast.repository;

import io.holdfast.base.Entropy;
import io.holdfast.base.concurrent.Pause;
import java.time.InstantSource;

/// What a repository works with.
///
/// @param packBytesTarget when a pack is complete; two buffers of that size are used per session
/// @param zstdLevel from 1 (fast) to 19
/// @param readAhead what is read with a chunk
public record RepositoryOptions(
    InstantSource clock,
    Entropy entropy,
    Pause pause,
    int packBytesTarget,
    int zstdLevel,
    ReadAhead readAhead) {
  public static final int PACK_BYTES_DEFAULT = 32 << 20;

  public RepositoryOptions {
    if (packBytesTarget < 4 << 10 || packBytesTarget > 192 << 20) {
      throw new IllegalArgumentException(
          "a pack of " + packBytesTarget + " bytes; from 4 KiB to 192 MiB is possible");
    }
    if (zstdLevel < 1 || zstdLevel > 19) {
      throw new IllegalArgumentException("zstd level " + zstdLevel + "; 1 to 19 is possible");
    }
  }

  /// Whether readers of chunks ask for more than the one that is wanted.
  public enum ReadAhead {
    /// A request costs next to nothing.
    NONE,
    /// A request costs more than bytes do: who reads on where he read before gets up to 4 MiB at
    /// once. Takes up to 32 MiB of memory.
    DISTANT
  }

  /// Without reading ahead.
  public RepositoryOptions(
      InstantSource clock, Entropy entropy, Pause pause, int packBytesTarget, int zstdLevel) {
    this(clock, entropy, pause, packBytesTarget, zstdLevel, ReadAhead.NONE);
  }

  /// Packs of 32 MiB, zstd level 1.
  public static RepositoryOptions defaults(InstantSource clock, Entropy entropy, Pause pause) {
    return new RepositoryOptions(clock, entropy, pause, PACK_BYTES_DEFAULT, 1);
  }

  public RepositoryOptions withPackBytesTarget(int bytes) {
    return new RepositoryOptions(clock, entropy, pause, bytes, zstdLevel, readAhead);
  }

  public RepositoryOptions withZstdLevel(int level) {
    return new RepositoryOptions(clock, entropy, pause, packBytesTarget, level, readAhead);
  }

  public RepositoryOptions withReadAhead(ReadAhead ahead) {
    return new RepositoryOptions(clock, entropy, pause, packBytesTarget, zstdLevel, ahead);
  }
}
