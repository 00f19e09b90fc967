package io.holdfast.benchmarks;

import com.github.luben.zstd.Zstd;
import java.util.Arrays;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// What the functions below everything do with one chunk.
@State(Scope.Thread)
public class BareChunk {
  @Param({"text", "noise"})
  public String content = "text";

  @Param({"65536", "1048576"})
  public int bytes;

  private final BareTools tools = new BareTools(1);
  private byte[] plain = new byte[0];
  private byte[] work = new byte[0];
  private byte[] sealed = new byte[0];
  private long nonce;

  @Setup
  public void make() {
    plain = MadeContent.of(content, bytes);
    work = new byte[Math.toIntExact(Zstd.compressBound(bytes)) + BareTools.TAG_BYTES];
    tools.warmCipher();
    int length = tools.compress(plain, 0, bytes, work);
    nonce = tools.seal(work, length);
    sealed = Arrays.copyOf(work, length + BareTools.TAG_BYTES);
  }

  @TearDown
  public void close() {
    tools.close();
  }

  @Benchmark
  public byte[] copy() {
    System.arraycopy(plain, 0, work, 0, bytes);
    return work;
  }

  @Benchmark
  public byte[] sha256() {
    return tools.sha256(plain);
  }

  @Benchmark
  public byte[] hash() {
    return tools.hmac(plain, 0, bytes);
  }

  @Benchmark
  public int compress() {
    return tools.compress(plain, 0, bytes, work);
  }

  @Benchmark
  public long encrypt() {
    return tools.seal(work, bytes);
  }

  @Benchmark
  public long seal() {
    return tools.seal(work, tools.compress(plain, 0, bytes, work));
  }

  @Benchmark
  public byte[] open() {
    return BareTools.decompress(tools.open(sealed, sealed.length, nonce), work(bytes));
  }

  /// A new array, as whoever hands the result on needs one.
  private static byte[] work(int bytes) {
    return new byte[bytes];
  }
}
