package io.holdfast.distribution;

import io.holdfast.base.Entropy;
import io.holdfast.base.Secret;
import io.holdfast.base.SecretBytes;
import io.holdfast.base.concurrent.Pause;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkIds;
import io.holdfast.repository.ChunkReader;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.KeyMaterial;
import io.holdfast.repository.Repository;
import io.holdfast.repository.RepositoryOptions;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.crypto.CryptoKit;
import io.holdfast.storage.LocalBlobStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// A small backup into a repository and back, for the training of the AOT cache: its profiles tell
/// a later process at once how to compile the ciphers.
///
/// The number of sealed messages matters more than their bytes. A training run that ends before the
/// cipher was compiled for speed leaves profiles that make later runs slower than no cache at all:
/// `docs/adr/0003-runtime-image-and-aot.md` has the numbers.
final class Rehearsal {
  private static final int MESSAGES = 16 << 10;
  private static final int MESSAGE_BYTES = 4 << 10;
  private static final int CHUNKS = 48;
  private static final int CHUNK_BYTES = 1 << 20;
  private static final int PAGE_BYTES = 8 << 10;

  private final Entropy entropy = Entropy.secure();
  private final InstantSource clock = InstantSource.system();
  private final RepositoryOptions options =
      RepositoryOptions.defaults(clock, entropy, Pause.real());

  /// Leaves a repository of a few dozen MiB in the new directory `place`.
  void run(Path place) throws IOException {
    sealMessages();
    Files.createDirectory(place);
    try (LocalBlobStore store = LocalBlobStore.open(place, clock, entropy)) {
      byte[] key = entropy.bytes(CryptoKit.KEY_BYTES);
      List<ChunkId> ids;
      try (Repository repository = Repository.init(store, rawKey(key), options).repository()) {
        repository
            .keyring()
            .add(new KeyMaterial.Passphrase(new Secret("only for the training run")));
        ids = backUp(repository);
      }
      try (Repository repository = Repository.open(store, rawKey(key), options)) {
        readBack(repository, ids);
      }
    }
  }

  private void sealMessages() {
    byte[] key = entropy.bytes(CryptoKit.KEY_BYTES);
    byte[] context = entropy.bytes(CryptoKit.NONCE_BYTES);
    byte[] message = new byte[MESSAGE_BYTES + CryptoKit.TAG_BYTES];
    for (int i = 0; i < MESSAGES; i++) {
      byte[] nonce = Arrays.copyOf(CryptoKit.be32(i), CryptoKit.NONCE_BYTES);
      CryptoKit.encryptInPlace(key, nonce, context, message, 0, MESSAGE_BYTES);
      if (CryptoKit.decrypt(key, nonce, context, message, 0, message.length).isEmpty()) {
        throw new IllegalStateException("a sealed message does not open");
      }
    }
  }

  private List<ChunkId> backUp(Repository repository) throws IOException {
    Instant start = clock.instant();
    List<ChunkId> ids = new ArrayList<>();
    try (BackupSession session = repository.beginSession()) {
      byte[] extent = new byte[CHUNK_BYTES];
      for (int i = 0; i < CHUNKS; i++) {
        fillLikePages(extent);
        ChunkId id = idOfPages(session.chunks().ids(), extent);
        session.chunks().put(ChunkType.PAGES, id, extent, 0, extent.length);
        ids.add(id);
      }
      byte[] root = entropy.bytes(PAGE_BYTES);
      ChunkId rootId = session.chunks().ids().of(ChunkType.ROOT, root, 0, root.length);
      session.chunks().put(ChunkType.ROOT, rootId, root, 0, root.length);
      TreeMap<String, ChunkId> roots = new TreeMap<>();
      roots.put("tree", rootId);
      session.commit(
          new SnapshotRecord(
              "rehearsal",
              "main",
              "pg-base",
              "full",
              Optional.empty(),
              start,
              clock.instant(),
              (long) CHUNKS * CHUNK_BYTES,
              0,
              1,
              new TreeMap<>(),
              roots));
    }
    return ids;
  }

  /// Compresses about as well as pages of a table do.
  private void fillLikePages(byte[] extent) {
    byte[] row = entropy.bytes(PAGE_BYTES / 4);
    for (int page = 0; page < extent.length; page += PAGE_BYTES) {
      System.arraycopy(row, 0, extent, page + PAGE_BYTES - row.length, row.length);
      extent[page] = (byte) (page / PAGE_BYTES);
    }
    System.arraycopy(entropy.bytes(extent.length / 4), 0, extent, 0, extent.length / 4);
  }

  private static ChunkId idOfPages(ChunkIds ids, byte[] extent) {
    int pages = extent.length / PAGE_BYTES;
    byte[] hashes = new byte[pages * ChunkIds.PAGE_HASH_BYTES];
    for (int page = 0; page < pages; page++) {
      ids.pageHash(extent, page * PAGE_BYTES, PAGE_BYTES, hashes, page * ChunkIds.PAGE_HASH_BYTES);
    }
    return ids.ofPages(pages, hashes, 0);
  }

  private static void readBack(Repository repository, List<ChunkId> ids) throws IOException {
    if (repository.snapshots().size() != 1) {
      throw new IllegalStateException("the rehearsal's snapshot is not listed");
    }
    ChunkReader reader = repository.reader();
    for (ChunkId id : ids) {
      reader.read(ChunkType.PAGES, id, CHUNK_BYTES);
    }
  }

  private static KeyMaterial rawKey(byte[] key) {
    return new KeyMaterial.RawKey(new SecretBytes(key.clone()));
  }
}
