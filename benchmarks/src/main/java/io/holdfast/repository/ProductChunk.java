package io.holdfast.repository;

import io.holdfast.base.Entropy;
import io.holdfast.base.SecretBytes;
import io.holdfast.base.concurrent.Pause;
import io.holdfast.benchmarks.MadeContent;
import io.holdfast.storage.MemoryBlobStore;
import java.io.IOException;
import java.time.InstantSource;
import java.util.Arrays;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// What Holdfast does with one chunk. In this package because the classes that do it are not
/// public, and are not made so for being measured.
@State(Scope.Thread)
public class ProductChunk {
  @Param({"text", "noise"})
  public String content = "text";

  @Param({"65536", "1048576"})
  public int bytes;

  private final Repository repository;
  private final Domain domain;
  private final FrameSealer sealer;
  private byte[] plain = new byte[0];
  private byte[] frame = new byte[0];
  private ChunkId id;

  public ProductChunk() {
    Entropy entropy = Entropy.secure();
    try {
      repository =
          Repository.init(
                  new MemoryBlobStore(),
                  new KeyMaterial.RawKey(new SecretBytes(new byte[32])),
                  RepositoryOptions.defaults(InstantSource.system(), entropy, Pause.real()))
              .repository();
      domain = repository.domain(Repository.MAIN_DOMAIN);
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
    sealer = new FrameSealer(entropy, repository.options().zstdLevel());
    id = domain.ids().of(ChunkType.STREAM, plain, 0, 0);
  }

  @Setup
  public void make() {
    plain = MadeContent.of(content, bytes);
    id = domain.ids().of(ChunkType.STREAM, plain, 0, bytes);
    int length = sealer.seal(domain, ChunkType.STREAM, id, plain, 0, bytes);
    frame = Arrays.copyOf(sealer.frame(), length);
  }

  @TearDown
  public void close() {
    sealer.close();
    repository.close();
  }

  @Benchmark
  public ChunkId hash() {
    return domain.ids().of(ChunkType.STREAM, plain, 0, bytes);
  }

  @Benchmark
  public int seal() {
    return sealer.seal(domain, ChunkType.STREAM, id, plain, 0, bytes);
  }

  @Benchmark
  public byte[] open() {
    return FrameOpener.open(
        domain,
        domain.current().version,
        ChunkType.STREAM,
        id,
        frame,
        0,
        frame.length,
        bytes,
        "a frame");
  }
}
