package io.holdfast.benchmarks;

import com.github.luben.zstd.Zstd;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;

/// What the functions below everything do with a buffer that is cut into pieces of 192 KiB.
@State(Scope.Thread)
public class BareStream {
  private static final int PIECE_BYTES = 192 << 10;

  @Param({"text", "noise"})
  public String content = "text";

  @Param("8388608")
  public int bytes;

  private final BareTools tools = new BareTools(1);
  private final byte[] work =
      new byte[Math.toIntExact(Zstd.compressBound(PIECE_BYTES)) + BareTools.TAG_BYTES];
  private byte[] plain = new byte[0];

  @Setup
  public void make() {
    plain = MadeContent.of(content, bytes);
    tools.warmCipher();
  }

  @TearDown
  public void close() {
    tools.close();
  }

  @Benchmark
  public long cut() {
    return tools.gear(plain);
  }

  @Benchmark
  public long cutAndHash() {
    long sum = tools.gear(plain);
    for (int at = 0; at < bytes; at += PIECE_BYTES) {
      sum += tools.hmac(plain, at, Math.min(PIECE_BYTES, bytes - at))[0];
    }
    return sum;
  }

  @Benchmark
  public long pipeline() {
    long sum = tools.gear(plain);
    for (int at = 0; at < bytes; at += PIECE_BYTES) {
      int length = Math.min(PIECE_BYTES, bytes - at);
      sum += tools.hmac(plain, at, length)[0];
      sum += tools.seal(work, tools.compress(plain, at, length, work));
    }
    return sum;
  }
}
