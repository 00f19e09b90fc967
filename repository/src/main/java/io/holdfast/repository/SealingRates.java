package io.holdfast.repository;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import io.holdfast.base.ByteSize;
import io.holdfast.base.Entropy;
import io.holdfast.repository.crypto.CryptoKit;
import io.holdfast.repository.crypto.KeyedChunkIds;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;

/// How fast one core of this machine does what a backup does to every byte.
///
/// @param hash page hashes, in bytes a second
/// @param compress zstd at the level of backups
/// @param seal AES-256-GCM
public record SealingRates(long hash, long compress, long seal) {
  /// What Java needs until it has compiled hashing and sealing; before that both are many times
  /// slower than in a backup.
  private static final Duration HASH_WARM_UP = Duration.ofSeconds(1);

  private static final Duration SEAL_WARM_UP = Duration.ofSeconds(2);
  private static final Duration MEASURED_ROUND = Duration.ofMillis(35);
  private static final int MEASURED_ROUNDS = 3;
  private static final int EXTENT_BYTES = 512 << 10;
  private static final int PAGE_BYTES = 8192;
  private static final int EXTENTS_MAX = 1 << 14;
  private static final int ZSTD_LEVEL = 1;

  /// Measures each kind of work for about 100 ms, after a few seconds in which Java compiles them.
  /// The best of three rounds counts: whatever else runs on this machine only makes them slower.
  public static SealingRates measure(InstantSource clock, Entropy entropy) {
    byte[] extent = likeTables(entropy);
    Runnable hash = hashing(extent, entropy);
    Runnable seal = sealing(extent, entropy);
    var _ = repeat(clock, hash, HASH_WARM_UP);
    var _ = repeat(clock, seal, SEAL_WARM_UP);
    long sealed = rate(clock, seal);
    byte[] compressed = new byte[Math.toIntExact(Zstd.compressBound(EXTENT_BYTES))];
    try (ZstdCompressCtx zstd = new ZstdCompressCtx()) {
      zstd.setLevel(ZSTD_LEVEL);
      long compress =
          rate(
              clock,
              () ->
                  zstd.compressByteArray(
                      compressed, 0, compressed.length, extent, 0, EXTENT_BYTES));
      return new SealingRates(rate(clock, hash), compress, sealed);
    }
  }

  private static Runnable hashing(byte[] extent, Entropy entropy) {
    KeyedChunkIds ids = new KeyedChunkIds(entropy.bytes(CryptoKit.KEY_BYTES));
    byte[] hashes = new byte[EXTENT_BYTES / PAGE_BYTES * ChunkIds.PAGE_HASH_BYTES];
    return () -> {
      for (int page = 0; page < EXTENT_BYTES / PAGE_BYTES; page++) {
        ids.pageHash(
            extent, page * PAGE_BYTES, PAGE_BYTES, hashes, page * ChunkIds.PAGE_HASH_BYTES);
      }
    };
  }

  private static Runnable sealing(byte[] extent, Entropy entropy) {
    byte[] frame = Arrays.copyOf(extent, EXTENT_BYTES + CryptoKit.TAG_BYTES);
    return () ->
        CryptoKit.encryptInPlace(
            entropy.bytes(CryptoKit.KEY_BYTES),
            new byte[CryptoKit.NONCE_BYTES],
            new byte[0],
            frame,
            0,
            EXTENT_BYTES);
  }

  /// Half noise and half repetition, roughly as compressible as rows are.
  private static byte[] likeTables(Entropy entropy) {
    byte[] extent = new byte[EXTENT_BYTES];
    int half = 32;
    for (int at = 0; at < EXTENT_BYTES; at += 2 * half) {
      System.arraycopy(entropy.bytes(half), 0, extent, at, half);
      Arrays.fill(extent, at + half, at + 2 * half, (byte) (at >> 12));
    }
    return extent;
  }

  private static long rate(InstantSource clock, Runnable oneExtent) {
    long measured = 0;
    for (int round = 0; round < MEASURED_ROUNDS; round++) {
      measured = Math.max(measured, repeat(clock, oneExtent, MEASURED_ROUND));
    }
    return measured;
  }

  private static long repeat(InstantSource clock, Runnable oneExtent, Duration length) {
    Instant start = clock.instant();
    Duration passed = Duration.ZERO;
    int extents = 0;
    while (passed.compareTo(length) < 0 && extents < EXTENTS_MAX) {
      oneExtent.run();
      extents++;
      passed = Duration.between(start, clock.instant());
    }
    return Math.round((double) extents * EXTENT_BYTES * 1e9 / Math.max(1, passed.toNanos()));
  }

  /// In words, for people.
  public String describe() {
    return "one core of this machine hashes "
        + new ByteSize(hash)
        + "/s, compresses "
        + new ByteSize(compress)
        + "/s and seals "
        + new ByteSize(seal)
        + "/s";
  }
}
