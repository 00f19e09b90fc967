import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// How fast AES-256-GCM of the JDK is in a fresh process: seals, then opens, messages of one size
/// and prints when 1, 4, 16 … MiB were done. gcm_warm_up.sh runs it.
final class GcmWarmUp {
  private static final SecretKeySpec KEY = new SecretKeySpec(new byte[32], "AES");
  private static final int MIB = 1 << 20;
  private static int messages;

  private GcmWarmUp() {}

  /// Arguments: message bytes, bytes given to the cipher at once while sealing, MiB in all, bytes
  /// and number of the messages sealed before.
  public static void main(String[] args) throws Exception {
    int message = Integer.parseInt(args[0]);
    int slice = Integer.parseInt(args[1]);
    long total = Long.parseLong(args[2]) * MIB;
    int warmBytes = Integer.parseInt(args[3]);
    int warmCount = Integer.parseInt(args[4]);
    Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");

    long start = System.nanoTime();
    byte[] small = new byte[warmBytes + 16];
    for (int i = 0; i < warmCount; i++) {
      seal(cipher, small, warmBytes, warmBytes);
    }
    StringBuilder line = new StringBuilder("warm-up %4d ms; sealed".formatted(millisSince(start)));

    byte[] buffer = new byte[message + 16];
    start = System.nanoTime();
    long mark = MIB;
    for (long done = message; done <= total; done += message) {
      seal(cipher, buffer, message, slice);
      if (done >= mark) {
        line.append(" %d MiB %4d ms,".formatted(mark / MIB, millisSince(start)));
        mark *= 4;
      }
    }
    byte[] sealed = Arrays.copyOf(buffer, buffer.length);
    start = System.nanoTime();
    for (long done = message; done <= Math.min(total, 64L * MIB); done += message) {
      cipher.init(Cipher.DECRYPT_MODE, KEY, new GCMParameterSpec(128, nonce(messages)));
      cipher.doFinal(sealed, 0, sealed.length, buffer, 0);
    }
    System.out.println(line + " then opened 64 MiB %4d ms".formatted(millisSince(start)));
  }

  private static void seal(Cipher cipher, byte[] buffer, int length, int slice) throws Exception {
    cipher.init(Cipher.ENCRYPT_MODE, KEY, new GCMParameterSpec(128, nonce(++messages)));
    int written = 0;
    int read = 0;
    for (; length - read > slice; read += slice) {
      written += cipher.update(buffer, read, slice, buffer, written);
    }
    cipher.doFinal(buffer, read, length - read, buffer, written);
  }

  private static byte[] nonce(int message) {
    byte[] nonce = new byte[12];
    for (int i = 0; i < 4; i++) {
      nonce[i] = (byte) (message >>> 8 * i);
    }
    return nonce;
  }

  private static long millisSince(long start) {
    return (System.nanoTime() - start) / 1_000_000;
  }
}
