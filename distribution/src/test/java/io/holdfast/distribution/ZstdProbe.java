package io.holdfast.distribution;

import com.github.luben.zstd.Zstd;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// A program of its own: loads the native library and says so.
final class ZstdProbe {
  private ZstdProbe() {}

  public static void main(String[] args) {
    byte[] plain = "a page, a page, a page".getBytes(StandardCharsets.UTF_8);
    byte[] back = Zstd.decompress(Zstd.compress(plain), plain.length);
    System.out.println(Arrays.equals(plain, back) ? "loaded" : "wrong");
  }
}
