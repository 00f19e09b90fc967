package io.holdfast.repository;

import io.holdfast.base.Entropy;
import io.holdfast.base.concurrent.Pause;
import java.time.InstantSource;

/// What a repository works with.
///
/// @param packBytesTarget when a pack is complete; a session fills one buffer, which grows to that
///   size as it is needed, and has one for each upload
/// @param zstdLevel from 1 (fast) to 19
/// @param distance of the store
public record RepositoryOptions(
    InstantSource clock,
    Entropy entropy,
    Pause pause,
    int packBytesTarget,
    int zstdLevel,
    Distance distance) {
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

  /// What a request costs.
  public enum Distance {
    /// Next to nothing: each chunk is read by itself, and one pack uploaded at a time.
    NEAR(1),
    /// More than bytes do: who reads on where he read before gets up to 4 MiB at once, which takes
    /// up to 32 MiB of memory, and two packs are uploaded at a time.
    DISTANT(2);

    private final int uploadsAtOnce;

    Distance(int uploadsAtOnce) {
      this.uploadsAtOnce = uploadsAtOnce;
    }

    int uploadsAtOnce() {
      return uploadsAtOnce;
    }
  }

  /// For a near store.
  public RepositoryOptions(
      InstantSource clock, Entropy entropy, Pause pause, int packBytesTarget, int zstdLevel) {
    this(clock, entropy, pause, packBytesTarget, zstdLevel, Distance.NEAR);
  }

  /// Packs of 32 MiB, zstd level 1.
  public static RepositoryOptions defaults(InstantSource clock, Entropy entropy, Pause pause) {
    return new RepositoryOptions(clock, entropy, pause, PACK_BYTES_DEFAULT, 1);
  }

  public RepositoryOptions withPackBytesTarget(int bytes) {
    return new RepositoryOptions(clock, entropy, pause, bytes, zstdLevel, distance);
  }

  public RepositoryOptions withZstdLevel(int level) {
    return new RepositoryOptions(clock, entropy, pause, packBytesTarget, level, distance);
  }

  public RepositoryOptions withDistance(Distance of) {
    return new RepositoryOptions(clock, entropy, pause, packBytesTarget, zstdLevel, of);
  }
}
