import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/// Writes versions of large files for `differences.sh`, the same each time:
///
///     java MadeFiles.java FILE MEGABYTES KIND VERSION
///
/// Kinds: `rows` (as COPY writes a table; with each version 1 % of the rows has changed at random, where
/// it is), `moved` (the same, but changed rows stand at the end, as PostgreSQL writes them), `inserted` (as
/// `rows`, and a twentieth of the file is inserted in the middle), `image` (noise; with each version one
/// stretch of 100 bytes in a megabyte is overwritten, on average).
final class MadeFiles {
  public static void main(String[] arguments) throws IOException {
    Path file = Path.of(arguments[0]);
    int megabytes = Integer.parseInt(arguments[1]);
    int version = Integer.parseInt(arguments[3]);
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 20)) {
      if (arguments[2].equals("image")) {
        image(out, megabytes, version);
      } else {
        rows(out, megabytes * 11_700, arguments[2], version);
      }
    }
  }

  private static void rows(OutputStream out, int rows, String kind, int version) throws IOException {
    int[] versions = new int[rows];
    for (int v = 1; v <= version; v++) {
      SplittableRandom random = new SplittableRandom(v);
      for (int i = 0; i < rows / 100; i++) {
        versions[random.nextInt(rows)] = v;
      }
    }
    List<Integer> end = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      if (kind.equals("inserted") && row == rows / 2 && version > 0) {
        for (int i = 0; i < rows / 20; i++) {
          out.write(row(rows + i, version));
        }
      }
      if (kind.equals("moved") && versions[row] > 0) {
        end.add(row);
      } else {
        out.write(row(row, versions[row]));
      }
    }
    for (int row : end) {
      out.write(row(row, versions[row]));
    }
  }

  private static byte[] row(int row, int version) {
    SplittableRandom same = new SplittableRandom(row);
    SplittableRandom fresh = new SplittableRandom(row * 7_919L + version);
    StringBuilder text = new StringBuilder();
    text.append(row).append('\t').append(same.nextInt(100_000)).append('\t');
    text.append(fresh.nextInt(2_000_000) - 1_000_000).append('\t');
    text.append("2026-0").append(1 + fresh.nextInt(9)).append('-').append(10 + fresh.nextInt(18));
    text.append(" 12:").append(10 + fresh.nextInt(49)).append(':').append(10 + fresh.nextInt(49));
    text.append('.').append(fresh.nextInt(1_000_000)).append('\t');
    for (int word = 0; word < 5; word++) {
      text.append(Integer.toString(40_000 + same.nextInt(5_000), 36)).append(' ');
    }
    text.append('\t').append(Long.toHexString(same.nextLong())).append('\n');
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  private static void image(OutputStream out, int megabytes, int version) throws IOException {
    SplittableRandom noise = new SplittableRandom(0);
    SplittableRandom edits = new SplittableRandom(1_000);
    byte[] bytes = new byte[1 << 20];
    for (int i = 0; i < megabytes; i++) {
      noise.nextBytes(bytes);
      for (int v = 1; v <= version; v++) {
        int at = edits.nextInt(bytes.length - 100);
        for (int b = 0; b < 100; b++) {
          bytes[at + b] = (byte) edits.nextInt();
        }
      }
      out.write(bytes);
    }
  }
}
