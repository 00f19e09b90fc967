package io.holdfast.repository.testing;

import io.holdfast.base.SecretBytes;
import io.holdfast.base.testing.Seeds;
import io.holdfast.base.testing.SettableClock;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.KeyMaterial;
import io.holdfast.repository.Repository;
import io.holdfast.repository.RepositoryOptions;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.crypto.CryptoKit;
import io.holdfast.storage.BlobStore;
import java.io.IOException;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.TreeMap;

/// Small repositories for tests: a fixed key, packs of 64 KiB, seeded randomness and a clock that
/// stands still.
public final class Repositories {
  /// More than tests use at once.
  private static final int CIPHERS_MAX = 32;

  private static final java.util.concurrent.atomic.AtomicLong WORLDS =
      new java.util.concurrent.atomic.AtomicLong();

  /// When everything happens.
  public static final Instant NOW = Instant.parse("2026-01-15T03:00:00Z");

  private Repositories() {}

  public static KeyMaterial key() {
    byte[] key = new byte[32];
    Arrays.fill(key, (byte) 7);
    return new KeyMaterial.RawKey(new SecretBytes(key));
  }

  public static RepositoryOptions options(long seed) {
    return new RepositoryOptions(new SettableClock(NOW), Seeds.entropy(seed), _ -> {}, 64 << 10, 1);
  }

  public static Repository init(BlobStore store, long seed) throws IOException {
    forgetLastNonce();
    return Repository.init(store, key(), options(seed)).repository();
  }

  public static Repository open(BlobStore store, long seed) throws IOException {
    return Repository.open(store, key(), options(seed));
  }

  /// Java's ciphers refuse the key and nonce they used last, which a test that repeats another
  /// one's seed may well bring: this puts something else in between, for each cipher of the pool.
  private static void forgetLastNonce() {
    for (int i = 0; i < CIPHERS_MAX; i++) {
      byte[] key = new byte[CryptoKit.KEY_BYTES];
      java.nio.ByteBuffer.wrap(key).putLong(WORLDS.incrementAndGet());
      CryptoKit.encryptInPlace(
          key, new byte[CryptoKit.NONCE_BYTES], new byte[0], new byte[CryptoKit.TAG_BYTES], 0, 0);
    }
  }

  /// A record with one tree named `tree`.
  public static SnapshotRecord record(String name, ChunkId root) {
    TreeMap<String, ChunkId> roots = new TreeMap<>();
    roots.put("tree", root);
    return new SnapshotRecord(
        name,
        "main",
        "full",
        "full",
        Optional.empty(),
        NOW,
        NOW.plusSeconds(60),
        1000,
        0,
        10,
        new TreeMap<>(),
        roots);
  }
}
