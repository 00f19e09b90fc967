package io.holdfast.repository;

import io.holdfast.base.Entropy;
import io.holdfast.base.concurrent.Pause;
import java.time.InstantSource;

/// What a repository works with.
///
/// @param packBytesTarget when a pack is complete; two buffers of that size are used per session
/// @param zstdLevel from 1 (fast) to 19
public record RepositoryOptions(
    InstantSource clock, Entropy entropy, Pause pause, int packBytesTarget, int zstdLevel) {
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

  /// Packs of 32 MiB, zstd level 1.
  public static RepositoryOptions defaults(InstantSource clock, Entropy entropy, Pause pause) {
    return new RepositoryOptions(clock, entropy, pause, PACK_BYTES_DEFAULT, 1);
  }

  public RepositoryOptions withPackBytesTarget(int bytes) {
    return new RepositoryOptions(clock, entropy, pause, bytes, zstdLevel);
  }

  public RepositoryOptions withZstdLevel(int level) {
    return new RepositoryOptions(clock, entropy, pause, packBytesTarget, level);
  }
}
