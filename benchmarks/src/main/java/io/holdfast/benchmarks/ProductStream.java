package io.holdfast.benchmarks;

import io.holdfast.base.Entropy;
import io.holdfast.base.SecretBytes;
import io.holdfast.base.concurrent.Pause;
import io.holdfast.files.content.Cutter;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ChunkIds;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.KeyMaterial;
import io.holdfast.repository.Repository;
import io.holdfast.repository.RepositoryOptions;
import io.holdfast.repository.tree.FileContent;
import io.holdfast.repository.tree.SortedTreeWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.InstantSource;
import java.util.Optional;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.infra.Blackhole;

/// What Holdfast does with a buffer of a file: cut, hash, and all until the frames are in a pack. A
/// second thread names the packs by their hash and puts them, here into nothing.
@State(Scope.Thread)
public class ProductStream {
  /// Below the shortest piece, so that no piece is one that was there before.
  private static final int STAMP_DISTANCE = 32 << 10;

  @Param({"text", "noise"})
  public String content = "text";

  @Param("8388608")
  public int bytes;

  private final Cutter cutter = new Cutter(1);
  private final Repository repository;
  private byte[] plain = new byte[0];
  private BackupSession session;
  private SortedTreeWriter tree;
  private long stamp;

  public ProductStream() {
    try {
      repository =
          Repository.init(
                  new ForgetfulBlobStore(),
                  new KeyMaterial.RawKey(new SecretBytes(new byte[32])),
                  RepositoryOptions.defaults(
                      InstantSource.system(), Entropy.secure(), Pause.real()))
              .repository();
      session = repository.beginSession();
      tree = new SortedTreeWriter(session.chunks(), Optional.empty());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  @Setup
  public void make() {
    plain = MadeContent.of(content, bytes);
  }

  /// A session remembers what it stored: each iteration has its own.
  @Setup(Level.Iteration)
  public void begin() throws IOException {
    session.close();
    session = repository.beginSession();
    tree = new SortedTreeWriter(session.chunks(), Optional.empty());
  }

  @TearDown
  public void close() throws IOException {
    session.close();
    repository.close();
  }

  @Benchmark
  public int cut() {
    int pieces = 0;
    for (int at = 0; at < bytes; pieces++) {
      at += cutter.pieceBytes(plain, at, bytes - at);
    }
    return pieces;
  }

  @Benchmark
  public void cutAndHash(Blackhole ids) {
    ChunkIds chunkIds = session.chunks().ids();
    for (int at = 0; at < bytes; ) {
      int length = cutter.pieceBytes(plain, at, bytes - at);
      ids.consume(chunkIds.of(ChunkType.STREAM, plain, at, length));
      at += length;
    }
  }

  @Benchmark
  public FileContent pipeline() throws IOException {
    stamp++;
    ByteBuffer buffer = ByteBuffer.wrap(plain);
    for (int at = 0; at < bytes; at += STAMP_DISTANCE) {
      buffer.putLong(at, stamp);
    }
    FileContent pieces = tree.newContent();
    for (int at = 0; at < bytes; ) {
      int length = cutter.pieceBytes(plain, at, bytes - at);
      tree.store(pieces, plain, at, length);
      at += length;
    }
    return pieces;
  }
}
