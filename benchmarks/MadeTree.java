import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.SplittableRandom;
import java.util.stream.Stream;

/// Makes and changes trees of files for `files.sh`, the same ones each time:
///
///     java MadeTree.java make DIRECTORY FILES MEGABYTES
///     java MadeTree.java change DIRECTORY ROUND
///
/// `make`: sizes are log-normal (half of the files are below a tenth of the mean; none has more than 2 % of
/// all bytes, one in a hundred is empty). By number 45 % are prose and source code, 25 % rows, 15 % binary
/// records, 15 % cannot be compressed, among files of more than a mebibyte 40 %; one in thirty is a copy of an
/// earlier file. A directory holds at most 40 files and 16 directories. One in a hundred is a symbolic link
/// beside it, one in five hundred has a second name or an extended attribute; modes and times vary.
///
/// `change`: of any tree, 1 % of the files: of ten that change four are edited (64 to 4,096 bytes are
/// overwritten), two rewritten, two get longer by a tenth, one is removed and one is new.
final class MadeTree {
  private static final int FILES_IN_DIRECTORY = 40;
  private static final int FAN_OUT = 16;
  private static final String[] WORDS = words();
  private static final byte[][] SPELLED = spelled();

  public static void main(String[] arguments) throws IOException {
    Path directory = Path.of(arguments[1]);
    if (arguments[0].equals("make")) {
      make(directory, Integer.parseInt(arguments[2]), Long.parseLong(arguments[3]) * 1_000_000);
    } else {
      change(directory, Integer.parseInt(arguments[2]));
    }
  }

  private static void make(Path top, int files, long bytes) throws IOException {
    long[] sizes = sizes(files, bytes);
    Path made = top;
    for (int file = 0; file < files; file++) {
      if (file % FILES_IN_DIRECTORY == 0) {
        made = Files.createDirectories(directory(top, file / FILES_IN_DIRECTORY));
      }
      SplittableRandom random = new SplittableRandom(file);
      // A copy has the bytes of the file whose number it takes.
      int content = file > 0 && random.nextInt(30) == 0 ? random.nextInt(file) : file;
      Kind kind = kind(content, sizes[content]);
      Path path = made.resolve(word(random) + "-" + Integer.toString(file, 36) + kind.extension);
      write(path, kind, content, sizes[content]);
      embellish(path, file, random);
    }
    List<Path> directories;
    try (Stream<Path> all = Files.walk(top)) {
      directories = all.filter(path -> Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)).sorted().toList();
    }
    for (int i = directories.size() - 1; i >= 0; i--) {
      Files.setLastModifiedTime(directories.get(i), time(i));
    }
  }

  private static long[] sizes(int files, long bytes) {
    SplittableRandom random = new SplittableRandom(files);
    double[] drawn = new double[files];
    for (int i = 0; i < files; i++) {
      drawn[i] = random.nextInt(100) == 0 ? 0 : Math.exp(2.2 * gaussian(random));
    }
    // The cap takes from the largest what scaling gives to all: a few rounds suffice.
    double largest = bytes / 50.0;
    for (int round = 0; round < 10; round++) {
      double scale = bytes / Arrays.stream(drawn).sum();
      for (int i = 0; i < files; i++) {
        drawn[i] = Math.min(drawn[i] * scale, largest);
      }
    }
    return Arrays.stream(drawn).mapToLong(size -> (long) size).toArray();
  }

  /// Written out, because the order in which a library draws could change.
  private static double gaussian(SplittableRandom random) {
    return Math.sqrt(-2 * Math.log(1 - random.nextDouble())) * Math.cos(2 * Math.PI * random.nextDouble());
  }

  private static Path directory(Path top, int leaf) {
    Path path = top;
    for (int rest = leaf; ; rest /= FAN_OUT) {
      SplittableRandom random = new SplittableRandom(rest % FAN_OUT);
      path = path.resolve(word(random) + rest % FAN_OUT);
      if (rest < FAN_OUT) {
        return path.resolve("files");
      }
    }
  }

  private static Kind kind(int file, long size) {
    int percent = new SplittableRandom(file + 1_000_000_007L).nextInt(100);
    if (size > 1 << 20) {
      percent = percent < 25 ? 99 : percent;
    }
    return percent < 45 ? Kind.PROSE : percent < 70 ? Kind.ROWS : percent < 85 ? Kind.RECORDS : Kind.NOISE;
  }

  private static void embellish(Path path, int file, SplittableRandom random) throws IOException {
    String mode = random.nextInt(20) == 0 ? "rwxr-xr-x" : random.nextInt(20) == 0 ? "rw-------" : "rw-r--r--";
    Files.setPosixFilePermissions(path, PosixFilePermissions.fromString(mode));
    String name = path.getFileName().toString();
    if (random.nextInt(500) == 0) {
      Files.getFileAttributeView(path, UserDefinedFileAttributeView.class)
          .write("made.number", StandardCharsets.US_ASCII.encode("number " + file));
    }
    Files.setLastModifiedTime(path, time(file));
    if (random.nextInt(100) == 0) {
      Files.createSymbolicLink(path.resolveSibling("link-to-" + name), Path.of(name));
    }
    if (random.nextInt(500) == 0) {
      Files.createLink(path.resolveSibling("second-" + name), path);
    }
  }

  /// Some moment of 2024, to the nanosecond.
  private static FileTime time(int number) {
    return FileTime.from(
        java.time.Instant.ofEpochSecond(1_704_067_200L)
            .plusNanos(new SplittableRandom(number + 77L).nextLong(31_000_000_000_000_000L)));
  }

  private static void change(Path top, int round) throws IOException {
    List<Path> files = new ArrayList<>();
    try (Stream<Path> all = Files.walk(top)) {
      all.filter(path -> Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)).sorted().forEach(files::add);
    }
    SplittableRandom random = new SplittableRandom(round * 1_000_003L);
    int changes = Math.max(10, files.size() / 100);
    for (int i = 0; i < changes; i++) {
      Path path = files.get(random.nextInt(files.size()));
      if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
        continue;
      }
      BasicFileAttributes facts = Files.readAttributes(path, BasicFileAttributes.class);
      int seed = random.nextInt();
      Kind kind = Kind.values()[random.nextInt(Kind.values().length)];
      switch (i % 10) {
        case 0, 1, 2, 3 -> edit(path, facts.size(), new SplittableRandom(seed));
        case 4, 5 -> write(path, kind, seed, facts.size());
        case 6, 7 -> Files.write(path, content(kind, seed, 100 + (int) Math.min(facts.size() / 10, 64 << 20)),
            java.nio.file.StandardOpenOption.APPEND);
        case 8 -> Files.delete(path);
        case 9 -> write(path.resolveSibling("new-" + round + "-" + i + kind.extension), kind, seed, facts.size());
        default -> throw new AssertionError(i);
      }
    }
  }

  private static void edit(Path path, long size, SplittableRandom random) throws IOException {
    byte[] stretch = content(Kind.NOISE, random.nextInt(), 64 + random.nextInt(4_033));
    int length = (int) Math.min(stretch.length, size);
    long at = size == length ? 0 : random.nextLong(size - length);
    try (var channel = Files.newByteChannel(path, java.nio.file.StandardOpenOption.WRITE)) {
      channel.position(at).write(ByteBuffer.wrap(stretch, 0, length));
    }
  }

  private static void write(Path path, Kind kind, int seed, long size) throws IOException {
    try (OutputStream out = Files.newOutputStream(path)) {
      for (long written = 0; written < size; written += 1 << 20) {
        int part = (int) Math.min(1 << 20, size - written);
        out.write(content(kind, ((long) seed << 24) + (written >> 20), part));
      }
    }
  }

  private static byte[] content(Kind kind, long seed, int size) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] bytes = new byte[size];
    switch (kind) {
      case PROSE -> prose(bytes, random);
      case ROWS -> rows(bytes, random);
      case RECORDS -> records(bytes, random);
      case NOISE -> random.nextBytes(bytes);
    }
    return bytes;
  }

  private static void prose(byte[] bytes, SplittableRandom random) {
    int line = 0;
    for (int at = 0; at < bytes.length; ) {
      // Few words are frequent, as in a text.
      double r = random.nextDouble();
      byte[] word = SPELLED[(int) (r * r * r * SPELLED.length)];
      int length = Math.min(word.length, bytes.length - at);
      System.arraycopy(word, 0, bytes, at, length);
      at += length;
      line += length;
      if (line > 70 && at < bytes.length) {
        bytes[at++] = '\n';
        line = 0;
      }
    }
  }

  private static void rows(byte[] bytes, SplittableRandom random) {
    int id = random.nextInt(1_000_000);
    for (int at = 0; at < bytes.length; ) {
      StringBuilder row = new StringBuilder(120).append("{\"id\": ").append(id += 1 + random.nextInt(3));
      row.append(", \"amount\": ").append(random.nextInt(100_000)).append(", \"state\": \"");
      row.append(WORDS[random.nextInt(20)]).append("\", \"customer\": \"").append(word(random)).append('.');
      row.append(word(random)).append("\", \"key\": \"").append(Integer.toHexString(random.nextInt())).append("\"}\n");
      byte[] line = row.toString().getBytes(StandardCharsets.US_ASCII);
      int length = Math.min(line.length, bytes.length - at);
      System.arraycopy(line, 0, bytes, at, length);
      at += length;
    }
  }

  private static void records(byte[] bytes, SplittableRandom random) {
    ByteBuffer buffer = ByteBuffer.wrap(bytes);
    long time = random.nextLong(1L << 40);
    while (buffer.remaining() >= 24) {
      time += random.nextInt(5_000);
      buffer.putLong(time).putInt(random.nextInt(200)).putInt(random.nextInt()).putDouble(random.nextInt(1_000) / 8.0);
    }
  }

  private static String word(SplittableRandom random) {
    return WORDS[random.nextInt(WORDS.length)];
  }

  private static String[] words() {
    String[] parts = {"ka", "lor", "ti", "men", "sa", "ver", "no", "ra", "del", "pi", "est", "o", "tur", "ba", "qui", "se"};
    SplittableRandom random = new SplittableRandom(1);
    String[] words = new String[4_096];
    for (int i = 0; i < words.length; i++) {
      StringBuilder word = new StringBuilder();
      for (int part = 0; part < 2 + random.nextInt(3); part++) {
        word.append(parts[random.nextInt(parts.length)]);
      }
      words[i] = word.toString().toLowerCase(Locale.ROOT);
    }
    return words;
  }

  private static byte[][] spelled() {
    return Stream.of(WORDS).map(word -> (word + " ").getBytes(StandardCharsets.US_ASCII)).toArray(byte[][]::new);
  }

  private enum Kind {
    PROSE(".txt"),
    ROWS(".json"),
    RECORDS(".bin"),
    NOISE(".jpg");

    private final String extension;

    Kind(String extension) {
      this.extension = extension;
    }
  }
}
