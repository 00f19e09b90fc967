import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdDictContentType;
import com.github.luben.zstd.ZstdException;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.WritableByteChannel;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributeView;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserDefinedFileAttributeView;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.text.Normalizer;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.CRC32C;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/// Reads Holdfast repositories without Holdfast: one file, a JDK and the zstd-jni jar. It lists the
/// backups of a repository in a local directory and extracts one. It was written from the
/// specification in `docs/format/` and shares no code with Holdfast, so it also proves that the
/// specification is enough. Each section names the page that it follows.
///
/// What it reads it checks: every MAC, hash, content id, length and count. No length is believed
/// before it was compared with its limit. The first damage ends the extraction with one line and
/// exit status 4; `global/pg_control` is written last, so no server starts on half a cluster. Of a
/// backup of files those that are damaged are left out and named, the others come back.
///
/// `README.md` beside this file says how to use it.
public final class HoldfastReader {
  private static final String USAGE =
      """
      Usage: java -cp zstd-jni.jar HoldfastReader.java list REPOSITORY [OPTIONS]
             java -cp zstd-jni.jar HoldfastReader.java extract REPOSITORY BACKUP --to DIR [OPTIONS]
      Reads a Holdfast repository in a local directory.
        BACKUP             a name that 'list' shows, or 'latest'
        --to DIR           an empty directory, or one that does not exist
        --wal backup|all   WAL of the backup itself (default), or all that follows it on its timeline
        --source NAME      whose backup 'latest' is. Default: main
        --kind KIND        of which kind 'latest' is, as 'list' shows it: physical, files, dump, tenant,
                           tenant-safety
        --key-file FILE    64 hexadecimal digits, or the lines of the recovery kit
      Without --key-file the key is taken from one of BACKUP_ENCRYPTION_KEY, BACKUP_PASSPHRASE,
      BACKUP_ENCRYPTION_SECRET (each also with _FILE at the end) and BACKUP_KEY_FILE, else from
      holdfast/key in $XDG_CONFIG_HOME or ~/.config.
      Exit status: 0 done, 1 a bug, 2 wrong use or wrong key, 3 a file cannot be read or written,
      4 the repository is damaged.
      """;

  private final Store store;
  private final Map<String, String> environment;
  private final PrintStream out;
  private final PrintStream err;
  private final Map<String, String> options;
  private boolean damageSeen;

  private HoldfastReader(
      Path repository,
      Map<String, String> options,
      Map<String, String> environment,
      PrintStream out,
      PrintStream err) {
    this.store = new Store(repository);
    this.options = options;
    this.environment = environment;
    this.out = out;
    this.err = err;
  }

  public static void main(String[] arguments) {
    System.exit(run(arguments, System.getenv(), System.out, System.err));
  }

  /// Runs one command and returns its exit status.
  public static int run(
      String[] arguments, Map<String, String> environment, PrintStream out, PrintStream err) {
    try {
      return command(List.of(arguments), environment, out, err);
    } catch (Failure e) {
      err.println("error: " + e.getMessage());
      return e.status;
    } catch (IOException e) {
      err.println("error: " + e);
      return UNAVAILABLE;
    } catch (OutOfMemoryError e) {
      err.println("error: not enough memory (" + e.getMessage() + "): give java more with -Xmx");
      return UNAVAILABLE;
    }
  }

  private static int command(
      List<String> arguments, Map<String, String> environment, PrintStream out, PrintStream err)
      throws IOException {
    List<String> words = new ArrayList<>();
    Map<String, String> options = new HashMap<>();
    for (int i = 0; i < arguments.size(); i++) {
      String word = arguments.get(i);
      if (word.equals("--help") || word.equals("-h")) {
        out.print(USAGE);
        return 0;
      } else if (!word.startsWith("--")) {
        words.add(word);
      } else if (List.of("--to", "--wal", "--source", "--kind", "--key-file").contains(word)
          && i + 1 < arguments.size()) {
        options.put(word, arguments.get(++i));
      } else {
        throw wrongUse("unknown option or missing value: " + word + "\n" + USAGE);
      }
    }
    String command = words.isEmpty() ? "" : words.getFirst();
    if (!(command.equals("list") && words.size() == 2)
        && !(command.equals("extract") && words.size() == 3 && options.containsKey("--to"))) {
      throw wrongUse("which command?\n" + USAGE);
    }
    Path repository = path(words.get(1));
    HoldfastReader reader = new HoldfastReader(repository, options, environment, out, err);
    if (command.equals("list")) {
      reader.list();
    } else {
      reader.extract(words.get(2), path(options.get("--to")));
    }
    if (reader.damageSeen && command.equals("extract")) {
      reader.warn("the backup is whole; the damage is elsewhere in the repository");
    }
    return reader.damageSeen ? DAMAGED : 0;
  }

  private void list() throws IOException {
    List<Snapshot> snapshots = openBackups().snapshots();
    for (Snapshot backup : snapshots) {
      out.printf(
          Locale.ROOT,
          "%s  source %s  %s %s  from %s to %s  %d bytes in %d files%n",
          backup.name(),
          backup.source(),
          backup.kind(),
          backup.type(),
          backup.start(),
          backup.end(),
          backup.logicalBytes(),
          backup.files());
    }
    if (snapshots.isEmpty()) {
      out.println("no backups");
    }
  }

  private void extract(String name, Path to) throws IOException {
    if (!List.of("backup", "all").contains(options.getOrDefault("--wal", "backup"))) {
      throw wrongUse("--wal is 'backup' or 'all'");
    }
    requireEmpty(to);
    Backups backups = openBackups();
    Snapshot backup = choose(backups.snapshots(), name);
    out.println("extracting " + backup.name() + " into " + to);
    Repository repository = backups.repository();
    Domain domain = openDomain(repository, backup.domain());
    Chunks chunks = new Chunks(this, repository, domain, backups.state());
    loadIndex(chunks, backups);
    switch (backup.kind()) {
      case Physical.KIND -> new Physical(this, repository, chunks, backup, to).extract();
      case FileTree.KIND -> new FileTree(this, chunks, backup, to).extract();
      case "dump", "tenant", "tenant-safety" -> extractTrees(chunks, backup, 2, to);
      default -> extractTrees(chunks, backup, 1, to);
    }
  }

  /// @param version that the trees of this kind of backup have
  private void extractTrees(Chunks chunks, Snapshot backup, int version, Path to)
      throws IOException {
    for (var root : backup.roots().entrySet()) {
      try (Extraction files = new Extraction(to.resolve(folder(root.getKey())))) {
        new Tree(chunks, root.getValue(), version).walk(files);
        files.makeLinks();
      }
      out.println("tree '" + root.getKey() + "' is in " + to.resolve(root.getKey()));
    }
  }

  private Snapshot choose(List<Snapshot> snapshots, String name) {
    String source = options.getOrDefault("--source", "main");
    Optional<String> kind = Optional.ofNullable(options.get("--kind"));
    List<Snapshot> found =
        snapshots.stream()
            .filter(b -> name.equals("latest") ? b.source().equals(source) : b.name().equals(name))
            .filter(b -> kind.isEmpty() || kind.get().equals(b.kind()))
            .toList();
    if (found.isEmpty()) {
      throw damageSeen
          ? damaged("there is no backup " + name + " among those that can be read")
          : wrongUse("there is no backup " + name + "; 'list' shows what there is");
    }
    List<String> kinds = found.stream().map(Snapshot::kind).distinct().sorted().toList();
    if (kinds.size() > 1) {
      throw wrongUse(name + " may be of the kinds " + kinds + ": say which with --kind");
    }
    return found.getLast();
  }

  private static String folder(String tree) {
    if (!tree.matches("[A-Za-z0-9_-][A-Za-z0-9._-]*")) {
      throw damaged("a tree has the name '" + tree + "'");
    }
    return tree;
  }

  private static void requireEmpty(Path to) throws IOException {
    if (Files.exists(to, LinkOption.NOFOLLOW_LINKS)) {
      if (!Files.isDirectory(to)) {
        throw wrongUse(to + " is not a directory");
      }
      try (Stream<Path> inside = Files.list(to)) {
        if (inside.findAny().isPresent()) {
          throw wrongUse(to + " is not empty");
        }
      }
    }
  }

  private static Path path(String text) {
    try {
      return Path.of(text).toAbsolutePath().normalize();
    } catch (InvalidPathException e) {
      throw wrongUse("not a path: " + e.getMessage());
    }
  }

  private boolean wantsAllWal() {
    return options.getOrDefault("--wal", "backup").equals("all");
  }

  private void warn(String text) {
    err.println("warning: " + text);
  }

  /// Damage that does not stop the work, but shows in the exit status.
  private void report(Failure damage) {
    damageSeen = true;
    warn(damage.getMessage());
  }

  // ---------------------------------------------------------------------------------------------
  // Failures. Exit statuses as in docs/reference/errors.md.
  // ---------------------------------------------------------------------------------------------

  private static final int WRONG_USE = 2;
  private static final int UNAVAILABLE = 3;
  private static final int DAMAGED = 4;

  private static final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1;
    final int status;

    Failure(int status, String message) {
      super(message);
      this.status = status;
    }
  }

  private static Failure wrongUse(String message) {
    return new Failure(WRONG_USE, message);
  }

  private static Failure damaged(String message) {
    return new Failure(DAMAGED, "damaged: " + message);
  }

  private static Failure tooNew(String what) {
    return wrongUse(what + " was written by a newer version of Holdfast than this reader knows");
  }

  // ---------------------------------------------------------------------------------------------
  // Numbers and texts. repository.md "Conventions", trees.md "Primitives".
  // ---------------------------------------------------------------------------------------------

  /// Reads a piece of bytes from front to back. Whatever is not there is damage.
  private static final class In {
    private final byte[] bytes;
    private final int end;
    private final String what;
    private int at;

    In(byte[] bytes, int from, int to, String what) {
      this.bytes = bytes;
      this.at = from;
      this.end = to;
      this.what = what;
    }

    In(byte[] bytes, String what) {
      this(bytes, 0, bytes.length, what);
    }

    Failure bad(String why) {
      return damaged(what + ": " + why + " at byte " + at);
    }

    void require(boolean condition, String why) {
      if (!condition) {
        throw bad(why);
      }
    }

    int left() {
      return end - at;
    }

    byte[] bytes(long count) {
      require(count >= 0 && count <= left(), "it is too short");
      at += (int) count;
      return Arrays.copyOfRange(bytes, at - (int) count, at);
    }

    int u8() {
      require(left() >= 1, "it is too short");
      return bytes[at++] & 0xff;
    }

    /// A number of up to eight bytes, whatever its highest bit.
    long raw(int width) {
      long value = 0;
      for (int i = 0; i < width; i++) {
        value = value << 8 | u8();
      }
      return value;
    }

    int u32(int max) {
      long value = raw(4);
      require(value <= max, "number " + value + " is above " + max);
      return (int) value;
    }

    int u32() {
      return u32(Integer.MAX_VALUE);
    }

    long u64() {
      long value = raw(8);
      require(value >= 0, "a number is too large");
      return value;
    }

    void zeros(int count) {
      for (int i = 0; i < count; i++) {
        require(u8() == 0, "a reserved byte is not zero");
      }
    }

    void magic(String text) {
      require(Arrays.equals(bytes(text.length()), ascii(text)), "it does not begin with " + text);
    }

    /// A text with a `u16` length.
    String text(int max) {
      int length = (int) raw(2);
      require(length <= max, "a text of " + length + " bytes");
      return utf8(bytes(length));
    }

    long varint(long max) {
      long value = 0;
      for (int shift = 0; ; shift += 7) {
        require(shift < 70, "a number of more than ten bytes");
        int next = u8();
        require(shift < 63 || next <= 1, "a number of more than 64 bits");
        value |= (long) (next & 0x7f) << shift;
        if (next < 0x80) {
          require(next != 0 || shift == 0, "a number that is not in its shortest form");
          break;
        }
      }
      require(
          Long.compareUnsigned(value, max) <= 0,
          "number " + Long.toUnsignedString(value) + " is above " + Long.toUnsignedString(max));
      return value;
    }

    int varint(int max) {
      return (int) varint((long) max);
    }

    /// Bytes with a `varint` length.
    byte[] counted(int max) {
      return bytes(varint(max));
    }

    String utf8(byte[] text) {
      try {
        return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(text)).toString();
      } catch (CharacterCodingException e) {
        throw bad("a text is not UTF-8 (" + e.getMessage() + ")");
      }
    }

    void finish() {
      require(left() == 0, left() + " bytes too many");
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private static byte[] join(byte[]... parts) {
    int length = 0;
    for (byte[] part : parts) {
      length += part.length;
    }
    ByteBuffer joined = ByteBuffer.allocate(length);
    for (byte[] part : parts) {
      joined.put(part);
    }
    return joined.array();
  }

  private static byte[] be32(int value) {
    return ByteBuffer.allocate(4).putInt(value).array();
  }

  private static byte[] be64(long value) {
    return ByteBuffer.allocate(8).putLong(value).array();
  }

  private static String hex(byte[] bytes) {
    return HexFormat.of().formatHex(bytes);
  }

  private static byte[] unhex(String digits) {
    return HexFormat.of().parseHex(digits);
  }

  private static boolean isHex(String text, int length) {
    return text.length() == length && text.matches("[0-9a-f]*");
  }

  private static boolean isNumber(String text) {
    return text.matches("0|[1-9][0-9]{0,8}");
  }

  // ---------------------------------------------------------------------------------------------
  // Cryptography. repository.md "Conventions", "Sealed objects".
  // ---------------------------------------------------------------------------------------------

  private static final int TAG = 16;

  private static byte[] sha256(byte[] bytes, int from, int to) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      digest.update(bytes, from, to - from);
      return digest.digest();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Mac mac(byte[] key) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(key, "HmacSHA256"));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] hmac(byte[] key, byte[]... parts) {
    Mac mac = mac(key);
    for (byte[] part : parts) {
      mac.update(part);
    }
    return mac.doFinal();
  }

  private static byte[] hkdf(byte[] ikm, byte[] salt, String info) {
    return hmac(hmac(salt, ikm), ascii(info), new byte[] {1});
  }

  /// Opens AES-256-GCM; empty if the tag does not fit.
  private static Optional<byte[]> aes(
      byte[] key, byte[] nonce, byte[] context, byte[] sealed, int from, int to) {
    try {
      Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
      cipher.init(
          Cipher.DECRYPT_MODE,
          new SecretKeySpec(key, "AES"),
          new GCMParameterSpec(TAG * Byte.SIZE, nonce));
      cipher.updateAAD(context);
      return Optional.of(cipher.doFinal(sealed, from, to - from));
    } catch (AEADBadTagException _) {
      return Optional.empty();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  /// Opens a sealed object, which lies from `from` to `to`.
  ///
  /// @param keys the key of a version, null if there is none
  private static byte[] unseal(
      IntFunction<byte[]> keys,
      String purpose,
      byte[] context,
      byte[] object,
      int from,
      int to,
      int plainMax,
      String what) {
    In in = new In(object, from, to, what);
    in.require(in.left() >= 40 + TAG + 32, "it is too short");
    in.require(in.left() - 40 - TAG - 32 <= plainMax, "it is too long");
    in.magic("HFS1");
    byte[] key = keys.apply(in.u32());
    in.require(key != null, "there is no key of its version");
    byte[] salt = in.bytes(32);
    byte[] use = join(new byte[1], ascii(purpose), new byte[1], salt);
    byte[] signed = Arrays.copyOfRange(object, from, to - 32);
    byte[] commitment =
        hmac(hmac(key, ascii("commit"), use), be32(context.length), context, signed);
    in.require(
        MessageDigest.isEqual(commitment, Arrays.copyOfRange(object, to - 32, to)),
        "its authentication code is wrong");
    byte[] header = Arrays.copyOfRange(object, from, from + 40);
    return aes(
            hmac(key, ascii("seal"), use),
            new byte[12],
            join(header, context),
            object,
            from + 40,
            to - 32)
        .orElseThrow(() -> in.bad("its encryption is damaged"));
  }

  /// Argon2id, version 1.3, as in RFC 9106; the section numbers are those of the RFC.
  private static final class Argon2id {
    private static final long[] BLAKE_START = {
      0x6a09e667f3bcc908L, 0xbb67ae8584caa73bL, 0x3c6ef372fe94f82bL, 0xa54ff53a5f1d36f1L,
      0x510e527fade682d1L, 0x9b05688c2b3e6c1fL, 0x1f83d9abfb41bd6bL, 0x5be0cd19137e2179L
    };
    private static final String[] BLAKE_ORDER = {
      "0123456789abcdef", "ea489fd61c02b753",
      "b8c052fdae367194", "7931dcbe265a40f8",
      "905724afe1bc683d", "2c6a0b834d75fe19",
      "c51fed4a0763928b", "db7ec13950f4862a",
      "6fe9b308c2d714a5", "a2847615fb9e3cd0"
    };

    private final int passes;
    private final int lanes;
    private final int columns;
    private final long[][] memory;

    private Argon2id(int passes, int kibibytes, int lanes) {
      this.passes = passes;
      this.lanes = lanes;
      this.columns = kibibytes / (4 * lanes) * 4;
      this.memory = new long[lanes * columns][];
    }

    /// Section 3.2.
    static byte[] hash(
        byte[] password,
        byte[] salt,
        byte[] secret,
        byte[] data,
        int passes,
        int kibibytes,
        int lanes,
        int length) {
      byte[] start =
          blake2b(
              64,
              join(
                  le32(lanes, length, kibibytes, passes, 0x13, 2, password.length),
                  password,
                  le32(salt.length),
                  salt,
                  le32(secret.length),
                  secret,
                  le32(data.length),
                  data));
      Argon2id argon = new Argon2id(passes, kibibytes, lanes);
      for (int lane = 0; lane < lanes; lane++) {
        for (int column = 0; column < 2; column++) {
          long[] block = new long[128];
          byte[] bytes = longHash(1024, join(start, le32(column, lane)));
          ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(block);
          argon.memory[lane * argon.columns + column] = block;
        }
      }
      argon.fill();
      long[] last = new long[128];
      for (int lane = 0; lane < lanes; lane++) {
        xor(last, argon.memory[(lane + 1) * argon.columns - 1]);
      }
      ByteBuffer bytes = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asLongBuffer().put(last);
      return longHash(length, bytes.array());
    }

    private void fill() {
      for (int pass = 0; pass < passes; pass++) {
        for (int slice = 0; slice < 4; slice++) {
          for (int lane = 0; lane < lanes; lane++) {
            fillSegment(pass, slice, lane);
          }
        }
      }
    }

    /// Section 3.4: which block is mixed in follows from the data, but in the first half of the
    /// first pass only from the position.
    private void fillSegment(int pass, int slice, int lane) {
      int segment = columns / 4;
      boolean independent = pass == 0 && slice < 2;
      long[] counter = new long[128];
      long[] addresses = new long[128];
      long[] setup = {pass, lane, slice, (long) lanes * columns, passes, 2};
      System.arraycopy(setup, 0, counter, 0, setup.length);
      for (int i = 0; i < segment; i++) {
        if (independent && i % 128 == 0) {
          counter[6]++;
          long[] zero = new long[128];
          addresses = compress(zero, compress(zero, counter));
        }
        if (pass == 0 && slice == 0 && i < 2) {
          continue;
        }
        int column = slice * segment + i;
        long[] previous = memory[lane * columns + (column == 0 ? columns : column) - 1];
        long random = independent ? addresses[i % 128] : previous[0];
        int other =
            pass == 0 && slice == 0 ? lane : (int) Long.remainderUnsigned(random >>> 32, lanes);
        long area = pass == 0 ? (long) slice * segment : columns - segment;
        area += other == lane ? i - 1 : i == 0 ? -1 : 0;
        long low = random & 0xffffffffL;
        long distance = area * (low * low >>> 32) >>> 32;
        long from = pass == 0 || slice == 3 ? 0 : (slice + 1L) * segment;
        int reference = (int) ((from + area - 1 - distance) % columns);
        long[] mixed = compress(previous, memory[other * columns + reference]);
        long[] old = memory[lane * columns + column];
        if (pass > 0) {
          xor(mixed, old);
        }
        memory[lane * columns + column] = mixed;
      }
    }

    /// Section 3.5, the function G.
    private static long[] compress(long[] x, long[] y) {
      long[] mixed = x.clone();
      xor(mixed, y);
      long[] result = mixed.clone();
      for (int row = 0; row < 128; row += 16) {
        permute(mixed, row, 1, 2);
      }
      for (int column = 0; column < 16; column += 2) {
        permute(mixed, column, 1, 16);
      }
      xor(result, mixed);
      return result;
    }

    /// Section 3.6, the permutation P, on eight pairs of words.
    private static void permute(long[] v, int from, int second, int pair) {
      int[] at = new int[16];
      for (int i = 0; i < 16; i++) {
        at[i] = from + i / 2 * pair + i % 2 * second;
      }
      for (int i = 0; i < 4; i++) {
        mix(v, at[i], at[4 + i], at[8 + i], at[12 + i]);
      }
      for (int i = 0; i < 4; i++) {
        mix(v, at[i], at[4 + (i + 1) % 4], at[8 + (i + 2) % 4], at[12 + (i + 3) % 4]);
      }
    }

    private static void mix(long[] v, int a, int b, int c, int d) {
      v[a] = add(v[a], v[b]);
      v[d] = Long.rotateRight(v[d] ^ v[a], 32);
      v[c] = add(v[c], v[d]);
      v[b] = Long.rotateRight(v[b] ^ v[c], 24);
      v[a] = add(v[a], v[b]);
      v[d] = Long.rotateRight(v[d] ^ v[a], 16);
      v[c] = add(v[c], v[d]);
      v[b] = Long.rotateRight(v[b] ^ v[c], 63);
    }

    private static long add(long a, long b) {
      return a + b + 2 * (a & 0xffffffffL) * (b & 0xffffffffL);
    }

    private static void xor(long[] into, long[] from) {
      for (int i = 0; i < into.length; i++) {
        into[i] ^= from[i];
      }
    }

    /// Section 3.3, the function H'.
    private static byte[] longHash(int length, byte[] bytes) {
      byte[] input = join(le32(length), bytes);
      if (length <= 64) {
        return blake2b(length, input);
      }
      ByteBuffer out = ByteBuffer.allocate(length);
      byte[] part = blake2b(64, input);
      while (out.remaining() > 64) {
        out.put(part, 0, 32);
        part = blake2b(Math.min(64, out.remaining()), part);
      }
      return out.put(part).array();
    }

    /// BLAKE2b, RFC 7693, without a key.
    private static byte[] blake2b(int length, byte[] input) {
      long[] h = BLAKE_START.clone();
      h[0] ^= 0x01010000 ^ length;
      int blocks = Math.max(1, (input.length + 127) / 128);
      for (int block = 0; block < blocks; block++) {
        long[] m = new long[16];
        byte[] padded = Arrays.copyOfRange(input, block * 128, block * 128 + 128);
        ByteBuffer.wrap(padded).order(ByteOrder.LITTLE_ENDIAN).asLongBuffer().get(m);
        long[] v = Arrays.copyOf(h, 16);
        System.arraycopy(BLAKE_START, 0, v, 8, 8);
        boolean last = block == blocks - 1;
        v[12] ^= last ? input.length : (block + 1L) * 128;
        v[14] = last ? ~v[14] : v[14];
        for (int round = 0; round < 12; round++) {
          String order = BLAKE_ORDER[round % 10];
          for (int i = 0; i < 8; i++) {
            int turn = i < 4 ? 0 : 1;
            blakeMix(
                v,
                i % 4,
                4 + (i + turn) % 4,
                8 + (i + 2 * turn) % 4,
                12 + (i + 3 * turn) % 4,
                m[Character.digit(order.charAt(2 * i), 16)],
                m[Character.digit(order.charAt(2 * i + 1), 16)]);
          }
        }
        for (int i = 0; i < 8; i++) {
          h[i] ^= v[i] ^ v[i + 8];
        }
      }
      ByteBuffer out = ByteBuffer.allocate(64).order(ByteOrder.LITTLE_ENDIAN);
      out.asLongBuffer().put(h);
      return Arrays.copyOf(out.array(), length);
    }

    private static void blakeMix(long[] v, int a, int b, int c, int d, long x, long y) {
      v[a] += v[b] + x;
      v[d] = Long.rotateRight(v[d] ^ v[a], 32);
      v[c] += v[d];
      v[b] = Long.rotateRight(v[b] ^ v[c], 24);
      v[a] += v[b] + y;
      v[d] = Long.rotateRight(v[d] ^ v[a], 16);
      v[c] += v[d];
      v[b] = Long.rotateRight(v[b] ^ v[c], 63);
    }

    private static byte[] le32(int... numbers) {
      ByteBuffer bytes = ByteBuffer.allocate(4 * numbers.length).order(ByteOrder.LITTLE_ENDIAN);
      bytes.asIntBuffer().put(numbers);
      return bytes.array();
    }
  }

  // ---------------------------------------------------------------------------------------------
  // The store. repository.md "Objects": in a local directory an object is the file of its name.
  // ---------------------------------------------------------------------------------------------

  private static final class Store {
    private final Path root;

    Store(Path root) {
      this.root = root;
    }

    /// A whole object; empty if there is none.
    ///
    /// @param bytesMax more than that is damage, found before anything is allocated
    Optional<byte[]> get(String name, long bytesMax) throws IOException {
      Optional<FileChannel> file = open(name);
      if (file.isEmpty()) {
        return Optional.empty();
      }
      try (FileChannel channel = file.get()) {
        long size = channel.size();
        if (size > bytesMax) {
          throw damaged(name + " has " + size + " bytes, more than " + bytesMax);
        }
        return Optional.of(read(channel, name, 0, (int) size));
      }
    }

    byte[] require(String name, long bytesMax) throws IOException {
      return get(name, bytesMax).orElseThrow(() -> damaged(name + " is missing"));
    }

    /// How many bytes an object has.
    int bytes(String name, int bytesMax) throws IOException {
      try (FileChannel channel = open(name).orElseThrow(() -> damaged(name + " is missing"))) {
        if (channel.size() > bytesMax) {
          throw damaged(name + " has " + channel.size() + " bytes, more than " + bytesMax);
        }
        return (int) channel.size();
      }
    }

    byte[] range(String name, long offset, int length) throws IOException {
      try (FileChannel channel = open(name).orElseThrow(() -> damaged(name + " is missing"))) {
        if (offset < 0 || offset + length > channel.size()) {
          throw damaged(name + " is too short");
        }
        return read(channel, name, offset, length);
      }
    }

    /// The names in a folder, in order; none if there is no such folder.
    List<String> list(String folder) throws IOException {
      try (Stream<Path> files = Files.list(root.resolve(folder))) {
        return files.map(file -> file.getFileName().toString()).sorted().toList();
      } catch (NoSuchFileException _) {
        return List.of();
      }
    }

    private Optional<FileChannel> open(String name) throws IOException {
      Path file = root.resolve(name);
      if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
        throw damaged(name + " is a directory");
      }
      try {
        return Optional.of(
            FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS));
      } catch (NoSuchFileException _) {
        return Optional.empty();
      }
    }

    private static byte[] read(FileChannel channel, String name, long offset, int length)
        throws IOException {
      ByteBuffer bytes = ByteBuffer.allocate(length);
      while (bytes.hasRemaining()) {
        int read;
        try {
          read = channel.read(bytes, offset + bytes.position());
        } catch (IOException e) {
          throw damaged(name + " cannot be read: " + e.getMessage()); // a bad sector
        }
        if (read < 0) {
          throw damaged(name + " is too short");
        }
      }
      return bytes.array();
    }
  }

  // ---------------------------------------------------------------------------------------------
  // Keys. repository.md "format/v1", "Key slots", "Keys".
  // ---------------------------------------------------------------------------------------------

  private static final int SLOTS_MAX = 64;
  private static final int VERSIONS_MAX = 1_000;

  /// What makes a place a repository, and its root key.
  private record Repository(byte[] id, byte[] keySpace, byte[] rootKey) {
    byte[] derive(String use) {
      return hkdf(rootKey, keySpace, "holdfast/v1/" + use);
    }

    byte[] domainId(String name) {
      byte[] mac = hmac(derive("domain-name"), name.getBytes(StandardCharsets.UTF_8));
      return Arrays.copyOf(mac, 16);
    }
  }

  /// The keys of a domain; data and meta by version.
  private record Domain(
      byte[] binding,
      byte[] id,
      byte[] identity,
      Map<Integer, byte[]> data,
      Map<Integer, byte[]> meta) {
    byte[] context(byte[] more) {
      return join(binding, more);
    }

    byte[] openMeta(String purpose, String name, byte[] object, int length, int plainMax) {
      return unseal(meta::get, purpose, context(ascii(name)), object, 0, length, plainMax, name);
    }
  }

  private Repository openRepository() throws IOException {
    byte[] object =
        store
            .get("format/v1", 64 << 10)
            .orElseThrow(() -> wrongUse("there is no repository in " + store.root));
    In in = new In(object, 0, Math.max(0, object.length - 32), "format/v1");
    in.magic("HOLDFAST");
    in.require(object.length >= 102, "it is too short");
    in.require(
        Arrays.equals(
            sha256(object, 0, object.length - 32),
            Arrays.copyOfRange(object, object.length - 32, object.length)),
        "its checksum is wrong");
    if (in.raw(4) != 1 || in.raw(4) != 0) {
      throw tooNew("the repository");
    }
    in.raw(8); // flags for those who write and maintain
    byte[] id = in.bytes(16);
    byte[] keySpace = in.bytes(16);
    for (int i = 0; i < 3; i++) {
      in.require(in.u8() <= 1, "a flag is neither 0 nor 1");
    }
    in.zeros(1);
    in.u64(); // time of creation
    in.text(1_024); // remark
    in.finish();
    return new Repository(id, keySpace, rootKey(id, givenKey()));
  }

  /// A raw key, or a passphrase.
  private record Given(byte[] secret, boolean isPassphrase, String from) {}

  private Given givenKey() throws IOException {
    List<Given> given = new ArrayList<>();
    String keyFile = options.get("--key-file");
    if (keyFile != null) {
      return new Given(parseKey(small(path(keyFile)), keyFile), false, keyFile);
    }
    for (String name :
        List.of("BACKUP_ENCRYPTION_KEY", "BACKUP_PASSPHRASE", "BACKUP_ENCRYPTION_SECRET")) {
      String value = environment.getOrDefault(name, "");
      String file = environment.getOrDefault(name + "_FILE", "");
      String text = value.isEmpty() && !file.isEmpty() ? small(path(file)).strip() : value;
      if (!text.isEmpty()) {
        boolean isPassphrase = !name.equals("BACKUP_ENCRYPTION_KEY");
        String form = Normalizer.normalize(text, Normalizer.Form.NFC);
        byte[] secret = isPassphrase ? form.getBytes(StandardCharsets.UTF_8) : parseKey(text, name);
        given.add(new Given(secret, isPassphrase, name));
      }
    }
    String named = environment.getOrDefault("BACKUP_KEY_FILE", "");
    if (!named.isEmpty()) {
      given.add(new Given(parseKey(small(path(named)), named), false, named));
    }
    if (given.size() > 1) {
      throw wrongUse("several keys are given: " + given.stream().map(Given::from).toList());
    }
    if (given.isEmpty()) {
      String home = environment.getOrDefault("HOME", "/") + "/.config";
      Path file = path(environment.getOrDefault("XDG_CONFIG_HOME", home)).resolve("holdfast/key");
      if (!Files.exists(file)) {
        throw wrongUse("no key is given, and there is no " + file);
      }
      given.add(new Given(parseKey(small(file), file.toString()), false, file.toString()));
    }
    return given.getFirst();
  }

  private static String small(Path file) throws IOException {
    if (!Files.isReadable(file) || Files.size(file) > 64 << 10) {
      throw wrongUse("the key file " + file + " cannot be read");
    }
    return new String(Files.readAllBytes(file), StandardCharsets.UTF_8);
  }

  /// 64 hexadecimal digits, or the eight lines of a recovery kit.
  private static byte[] parseKey(String text, String from) {
    String digits = text.strip().toLowerCase(Locale.ROOT);
    if (!isHex(digits, 64)) {
      StringBuilder all = new StringBuilder();
      for (int i = 1; i <= 8; i++) {
        String start = "key-" + i + ":";
        String line =
            text.lines()
                .map(String::strip)
                .filter(l -> l.startsWith(start))
                .map(l -> l.substring(start.length()).strip().toLowerCase(Locale.ROOT))
                .findFirst()
                .orElseThrow(() -> wrongUse(from + " holds no key: 64 hexadecimal digits"));
        String eight = line.length() == 11 ? line.substring(0, 8) : "";
        byte[] checked = ascii("holdfast/v1/kit" + (i - 1) + eight);
        String check = hex(sha256(checked, 0, checked.length)).substring(0, 2);
        if (!isHex(eight, 8) || !line.equals(eight + "-" + check)) {
          throw wrongUse("line " + start + " of the recovery kit is mistyped");
        }
        all.append(eight);
      }
      digits = all.toString();
    }
    return unhex(digits);
  }

  private byte[] rootKey(byte[] repository, Given given) throws IOException {
    List<String> slots = store.list("keys/slot").stream().filter(n -> isHex(n, 16)).toList();
    int broken = 0;
    for (String name : slots.subList(0, Math.min(SLOTS_MAX, slots.size()))) {
      try {
        Optional<byte[]> root = openSlot(repository, given, name);
        if (root.isPresent()) {
          return root.get();
        }
      } catch (Failure e) {
        broken++;
        warn(e.getMessage());
      }
    }
    if (broken > 0 || slots.isEmpty()) {
      throw damaged(
          "the key opens none of " + slots.size() + " slots, of which " + broken + " are damaged");
    }
    throw wrongUse("the key or passphrase (" + given.from() + ") opens no slot of this repository");
  }

  /// The root key; empty if another key opens the slot.
  private Optional<byte[]> openSlot(byte[] repository, Given given, String name)
      throws IOException {
    byte[] object = store.require("keys/slot/" + name, 192);
    In in = new In(object, "keys/slot/" + name);
    in.require(object.length == 192, "it is too short");
    in.require(
        Arrays.equals(sha256(object, 0, 160), Arrays.copyOfRange(object, 160, 192)),
        "its checksum is wrong");
    in.magic("HFK1");
    int kind = in.u8();
    in.u8(); // use: tells people their slots apart, and nothing else
    in.zeros(2);
    in.require(hex(in.bytes(8)).equals(name), "it has another name");
    in.u64(); // time of creation
    byte[] salt = in.bytes(32);
    int iterations = in.u32(16);
    int kibibytes = in.u32(1 << 20);
    int lanes = in.u32(16);
    if (kind != (given.isPassphrase() ? 2 : 1)) {
      return Optional.empty();
    }
    byte[] ikm = given.secret();
    if (given.isPassphrase()) {
      in.require(iterations >= 1 && lanes >= 1 && kibibytes >= 8 * lanes, "odd parameters");
      byte[] none = new byte[0];
      ikm = Argon2id.hash(ikm, salt, none, none, iterations, kibibytes, lanes, 32);
    } else {
      in.require(iterations == 0 && kibibytes == 0 && lanes == 0, "odd parameters");
    }
    byte[] commitment =
        hmac(hkdf(ikm, salt, "holdfast/v1/slot/commit"), repository, Arrays.copyOf(object, 128));
    if (!MessageDigest.isEqual(commitment, Arrays.copyOfRange(object, 128, 160))) {
      return Optional.empty();
    }
    byte[] context = join(repository, Arrays.copyOf(object, 68));
    byte[] nonce = Arrays.copyOfRange(object, 68, 80);
    Optional<byte[]> root =
        aes(hkdf(ikm, salt, "holdfast/v1/slot/wrap"), nonce, context, object, 80, 128);
    in.require(root.isPresent(), "its encryption is damaged");
    return root;
  }

  private Domain openDomain(Repository repository, String name) throws IOException {
    byte[] id = repository.domainId(name);
    byte[] key = repository.derive("domain-wrap");
    String folder = "keys/domain/" + hex(id);
    byte[] identity = null;
    Map<Integer, byte[]> data = new HashMap<>();
    Map<Integer, byte[]> meta = new HashMap<>();
    List<String> versions =
        store.list(folder).stream().filter(v -> isNumber(v) && !v.equals("0")).toList();
    for (String version : versions.subList(0, Math.min(VERSIONS_MAX, versions.size()))) {
      String object = folder + "/" + version;
      int v = Integer.parseInt(version);
      try {
        byte[] sealed = store.require(object, 4_096);
        byte[] plain =
            unseal(
                k -> k == 1 ? key : null,
                "domain",
                join(repository.id(), id, be32(v)),
                sealed,
                0,
                sealed.length,
                4_096,
                object);
        In in = new In(plain, object);
        int record = in.u8();
        in.require(record == 1 || record == 2, "unknown form");
        in.require(in.u32() == v, "another version");
        in.require(in.text(256).equals(name), "another name");
        if (record == 2) {
          in.u64(); // time of creation
        }
        byte[] sameIdentity = in.bytes(32);
        in.bytes(32); // K_gear, for writers
        in.require(identity == null || Arrays.equals(identity, sameIdentity), "another identity");
        identity = sameIdentity;
        data.put(v, in.bytes(32));
        meta.put(v, in.bytes(32));
        in.finish();
      } catch (Failure e) {
        report(e);
      }
    }
    if (identity == null) {
      throw damaged("there are no keys of the domain '" + name + "' in " + folder);
    }
    return new Domain(join(repository.id(), id), id, identity, data, meta);
  }

  // ---------------------------------------------------------------------------------------------
  // Backups. repository.md "Session log", "Maintenance".
  // ---------------------------------------------------------------------------------------------

  private record Snapshot(
      String name,
      String source,
      String kind,
      String type,
      Instant start,
      Instant end,
      long logicalBytes,
      long files,
      Map<String, String> attributes,
      Map<String, byte[]> roots,
      String domain) {
    byte[] root(String tree) {
      byte[] root = roots.get(tree);
      if (root == null) {
        throw damaged("the backup has no tree '" + tree + "'");
      }
      return root;
    }

    Snapshot in(String other) {
      return new Snapshot(
          name, source, kind, type, start, end, logicalBytes, files, attributes, roots, other);
    }
  }

  /// What maintenance has decided, as far as readers need it.
  private record State(
      Set<String> buried, List<String> shards, Optional<String> sealedBelow, Set<String> kept) {
    static final State NONE = new State(Set.of(), List.of(), Optional.empty(), Set.of());

    /// Of a sealed session nothing counts. Session ids have one length, so texts compare as bytes.
    boolean isSealed(String session) {
      return sealedBelow.isPresent()
          && session.compareTo(sealedBelow.get()) < 0
          && !kept.contains(session);
    }
  }

  private record Backups(
      Repository repository, Domain domain, State state, List<Snapshot> snapshots) {}

  private Backups openBackups() throws IOException {
    Repository repository = openRepository();
    Domain domain = openDomain(repository, "main");
    byte[] maintenance = repository.derive("maintenance");
    // The slots first and the state after that: a slot that came late is then never believed.
    Map<String, List<String>> sessions = new LinkedHashMap<>();
    for (String session : store.list("log")) {
      if (isHex(session, 32)) {
        sessions.put(session, store.list("log/" + session));
      }
    }
    State state = newestState(domain, maintenance);
    sessions.keySet().removeIf(state::isSealed);
    Map<String, Snapshot> found = new LinkedHashMap<>();
    for (Map.Entry<String, List<String>> session : sessions.entrySet()) {
      readSession(domain, session.getKey(), session.getValue(), found);
    }
    for (String slot : List.copyOf(found.keySet())) {
      if (isForgotten(domain, maintenance, slot)) {
        found.remove(slot);
      }
    }
    Set<String> shredded = new HashSet<>();
    for (Snapshot snapshot : found.values()) {
      if (!snapshot.domain().equals("main") && isShredded(repository, domain, snapshot.domain())) {
        shredded.add(snapshot.domain());
      }
    }
    found.values().removeIf(snapshot -> shredded.contains(snapshot.domain()));
    List<Snapshot> snapshots = new ArrayList<>(found.values());
    snapshots.sort(Comparator.comparing(Snapshot::start).thenComparing(Snapshot::name));
    return new Backups(repository, domain, state, snapshots);
  }

  private void readSession(
      Domain domain, String session, List<String> names, Map<String, Snapshot> found)
      throws IOException {
    String folder = "log/" + session;
    TreeMap<Integer, String> slots = new TreeMap<>();
    names.stream()
        .filter(HoldfastReader::isNumber)
        .forEach(name -> slots.put(Integer.valueOf(name), name));
    int next = 0;
    byte[] before = new byte[32];
    boolean over = false;
    for (Map.Entry<Integer, String> slot : slots.entrySet()) {
      String name = folder + "/" + slot.getValue();
      try {
        if (slot.getKey() != next) {
          throw damaged("slot " + next + " of session " + session + " is missing");
        }
        byte[] object = store.require(name, (1 << 20) + (4 << 10));
        byte[] link = before;
        before = sha256(object, 0, object.length);
        byte[] plain = domain.openMeta("slot", name, object, object.length, 1 << 20);
        In in = new In(plain, name);
        int form = in.u8();
        in.require(form == 1 || form == 2, "a form that is not known");
        int kind = in.u8();
        in.require(form == 1 || kind == 2, "a form that its kind does not have");
        in.u64(); // time
        in.require(Arrays.equals(in.bytes(32), link), "the slot before was exchanged");
        in.require(kind >= 1 && kind <= 5, "a kind that is not known");
        in.require(!over, "it follows the end of the session");
        in.require(kind == 1 == (slot.getKey() == 0), "it is not in the place of its kind");
        over = kind == 4 || kind == 5;
        if (kind == 2) {
          in.u32(); // deltas of the session so far
          Snapshot snapshot = form == 1 ? snapshot(in) : snapshot(in).in(in.text(256));
          in.require(form == 1 || !snapshot.domain().equals("main"), "a domain that is not said");
          in.finish();
          found.put(session + "." + slot.getValue(), snapshot);
        } else {
          in.finish();
        }
      } catch (Failure e) {
        report(e);
      }
      next = slot.getKey() + 1;
    }
  }

  private static Snapshot snapshot(In in) {
    String name = in.text(256);
    String source = in.text(256);
    String kind = in.text(256);
    String type = in.text(256);
    int hasParent = in.u8();
    in.require(hasParent <= 1, "a flag is neither 0 nor 1");
    if (hasParent == 1) {
      in.text(256);
    }
    Instant start = instant(in);
    Instant end = instant(in);
    long logicalBytes = in.u64();
    in.u64(); // bytes that the backup added to the repository
    long files = in.u64();
    Map<String, String> attributes = new LinkedHashMap<>();
    for (int left = in.u32(1_024); left > 0; left--) {
      String key = in.text(256);
      in.require(attributes.put(key, in.text(32 << 10)) == null, "an attribute twice");
    }
    Map<String, byte[]> roots = new LinkedHashMap<>();
    for (int left = in.u32(256); left > 0; left--) {
      String tree = in.text(256);
      in.require(roots.put(tree, in.bytes(32)) == null, "a tree twice");
    }
    return new Snapshot(
        name, source, kind, type, start, end, logicalBytes, files, attributes, roots, "main");
  }

  private static Instant instant(In in) {
    long seconds = in.u64();
    int nanoseconds = in.u32(999_999_999);
    in.require(seconds <= Instant.MAX.getEpochSecond(), "a time that cannot be");
    return Instant.ofEpochSecond(seconds, nanoseconds);
  }

  private static final int STATE_MAX = 32 << 20;

  private State newestState(Domain domain, byte[] maintenance) throws IOException {
    List<Integer> numbers =
        store.list("maint").stream()
            .filter(n -> isNumber(n) && !n.equals("0"))
            .map(Integer::valueOf)
            .sorted(Comparator.reverseOrder())
            .toList();
    for (int number : numbers) {
      try {
        Optional<byte[]> plain =
            maintained(domain, maintenance, "maintenance", "maint/" + number, STATE_MAX);
        if (plain.isPresent()) {
          return state(plain.get(), number);
        }
      } catch (Failure e) {
        report(e);
      }
    }
    return State.NONE;
  }

  private boolean isForgotten(Domain domain, byte[] maintenance, String slot) throws IOException {
    try {
      return maintained(domain, maintenance, "forgotten", "forgot/" + slot, 0).isPresent();
    } catch (Failure e) {
      report(e); // a damaged tombstone hides nothing
      return false;
    }
  }

  /// Section "Shredding".
  private boolean isShredded(Repository repository, Domain main, String name) throws IOException {
    try {
      String object = "shredded/" + hex(repository.domainId(name));
      Optional<byte[]> plain =
          maintained(main, repository.derive("maintenance"), "shredded", object, 300);
      if (plain.isEmpty()) {
        return false;
      }
      In in = new In(plain.get(), object);
      in.require(in.u8() == 1, "a version that this reader does not know");
      in.u64();
      boolean isOfThis = in.text(256).equals(name); // else whoever signed it: it means nothing
      in.require(in.left() == 0, "more than a tombstone holds");
      return isOfThis;
    } catch (Failure e) {
      report(e); // a damaged tombstone hides nothing
      return false;
    }
  }

  /// The body of an object that only maintenance can make; empty if it is missing or forged.
  private Optional<byte[]> maintained(
      Domain domain, byte[] key, String purpose, String name, int plainMax) throws IOException {
    Optional<byte[]> stored;
    try {
      stored = store.get(name, plainMax + (4 << 10));
    } catch (Failure _) {
      return Optional.empty(); // above the limit: forged
    }
    if (stored.isEmpty()) {
      return Optional.empty();
    }
    byte[] object = stored.get();
    int sum = object.length - 32;
    int signature = sum - 32;
    if (signature < 0
        || !Arrays.equals(sha256(object, 0, sum), Arrays.copyOfRange(object, sum, object.length))) {
      throw damaged(name + ": its checksum is wrong");
    }
    byte[] use = join(ascii("holdfast/v1/" + purpose), new byte[1], ascii(name), new byte[1]);
    byte[] expected = hmac(key, domain.binding(), use, Arrays.copyOf(object, signature));
    if (!MessageDigest.isEqual(expected, Arrays.copyOfRange(object, signature, sum))) {
      warn(name + " is forged, and ignored");
      return Optional.empty();
    }
    return Optional.of(domain.openMeta(purpose, name, object, signature, plainMax));
  }

  private static State state(byte[] plain, int number) {
    In in = new In(plain, "maint/" + number);
    int form = in.u8();
    in.require((form == 1 || form == 2) && in.u64() == number, "a state of another form or number");
    packs(in); // condemned packs can still be read
    Set<String> buried = packs(in);
    List<String> shards = new ArrayList<>();
    for (int left = in.u32(16_384); left > 0; left--) {
      shards.add(hex(in.bytes(16)));
    }
    Optional<String> announced = floor(in);
    Optional<String> sealed = floor(in);
    in.require(
        sealed.isEmpty() || announced.isPresent() && announced.get().compareTo(sealed.get()) >= 0,
        "a sealed floor above the announced one");
    Set<String> kept = new HashSet<>();
    for (int left = in.u32(16_384); left > 0; left--) {
      kept.add(hex(in.bytes(16)));
    }
    if (form == 2) { // below which positions WAL may be gone; whoever reads finds out
      for (int left = in.u32(16_384); left > 0; left--) {
        in.bytes(28);
      }
    }
    in.finish();
    return new State(buried, shards, sealed, kept);
  }

  private static Set<String> packs(In in) {
    Set<String> packs = new HashSet<>();
    for (int left = in.u32(262_144); left > 0; left--) {
      packs.add(packName(in.bytes(16), in.u32(), in.bytes(32)));
    }
    return packs;
  }

  private static Optional<String> floor(In in) {
    int present = in.u8();
    in.require(present <= 1, "a flag is neither 0 nor 1");
    return present == 1 ? Optional.of(hex(in.bytes(16))) : Optional.empty();
  }

  // ---------------------------------------------------------------------------------------------
  // Chunks. repository.md "Chunks", "Packs", "Index".
  // ---------------------------------------------------------------------------------------------

  private static final int PAGES = 1;
  private static final int PATCH = 2;
  private static final int STREAM = 4;
  private static final int LIST = 5;
  private static final int ROOT = 6;

  private static final int ENTRY = 48;
  private static final int CHUNK_MAX = 16 << 20;
  private static final int PACK_MAX = 256 << 20;
  private static final int INDEX_MAX = 16 << 20;
  private static final int TABLE_MAX = 8 << 20;

  private static String packName(byte[] session, int seq, byte[] sha) {
    String digest = hex(sha);
    return String.format(
        Locale.ROOT, "packs/%s/%s-%08x-%s", digest.substring(0, 2), hex(session), seq, digest);
  }

  private void loadIndex(Chunks chunks, Backups backups) throws IOException {
    for (String shard : backups.state().shards()) {
      loadIndexObject(chunks, backups, "idx/b/" + shard);
    }
    for (String delta : store.list("idx/d")) {
      int dash = delta.indexOf('-');
      if (dash == 32
          && isHex(delta.substring(0, dash), 32)
          && isNumber(delta.substring(dash + 1))
          && !backups.state().isSealed(delta.substring(0, dash))) {
        loadIndexObject(chunks, backups, "idx/d/" + delta);
      }
    }
  }

  /// A damaged piece of the index is reported; whether it was needed shows later.
  private void loadIndexObject(Chunks chunks, Backups backups, String name) throws IOException {
    try {
      byte[] object = store.require(name, INDEX_MAX + (4 << 10));
      byte[] plain = backups.domain().openMeta("index", name, object, object.length, INDEX_MAX);
      chunks.add(plain, name);
    } catch (Failure e) {
      report(e);
    }
  }

  /// A pack, and where its entries lie in an object of the index.
  private record Section(
      String pack, int bytes, int version, int packing, byte[] index, int at, int count) {
    boolean isDifference(int entry) {
      return index[at + entry * ENTRY + 33] == 1;
    }

    /// Behind the entries stand the prefixes of those that are differences.
    int prefixesBefore(int entry) {
      int before = 0;
      for (int i = 0; i < entry; i++) {
        before += isDifference(i) ? 1 : 0;
      }
      return before;
    }

    int end() {
      return at + count * ENTRY + 32 * prefixesBefore(count);
    }
  }

  /// All chunks that the index lists: an open hash table of places, so that a chunk costs its entry
  /// and about 16 bytes. A chunk may be listed several times; the copies are tried one by one.
  private static final class Chunks {
    private static final int CACHE_BYTES = 64 << 20;

    private final HoldfastReader reader;
    private final Store store;
    private final Domain domain;
    private final Set<String> buried;
    private final byte[] frameContext;
    private final Mac idMac;
    private final Mac pageMac;
    private final List<Section> sections = new ArrayList<>();
    private long[] table = new long[1 << 12];
    private int listed;
    private final LinkedHashMap<String, byte[]> cache = new LinkedHashMap<>(16, 0.75f, true);
    private int cachedBytes;
    private boolean tablesRead;

    /// @param domain of the backup; chunks of others are passed over
    Chunks(HoldfastReader reader, Repository repository, Domain domain, State state) {
      this.reader = reader;
      this.store = reader.store;
      this.domain = domain;
      this.buried = state.buried();
      this.frameContext = join(repository.keySpace(), domain.id());
      this.idMac = mac(domain.identity());
      this.pageMac = mac(hmac(domain.identity(), ascii("holdfast/v1/page")));
    }

    /// The sections of an object of the index.
    void add(byte[] plain, String name) {
      In in = new In(plain, name);
      in.require(in.u8() == 1, "a form that is not known");
      for (int left = in.u32(131_072); left > 0; left--) {
        String pack = packName(in.bytes(16), in.u32(), in.bytes(32));
        boolean ours = Arrays.equals(in.bytes(16), domain.id());
        int version = in.u32();
        int packing = in.u8();
        in.require(packing == 1 || packing == 2, "a packing that is not known");
        in.zeros(3);
        int bytes = in.u32(PACK_MAX);
        int count = in.u32(65_536);
        in.require(in.left() >= (long) count * ENTRY, "it is too short");
        Section section = new Section(pack, bytes, version, packing, plain, in.at, count);
        in.require(section.end() <= plain.length, "it is too short");
        if (ours) {
          add(section);
        }
        in.at = section.end();
      }
      in.finish();
    }

    private void add(Section section) {
      if (!buried.contains(section.pack())) {
        sections.add(section);
        for (int entry = 0; entry < section.count(); entry++) {
          place((long) (sections.size() - 1) << 17 | entry);
        }
      }
    }

    /// The tables of all packs, which say what the index says.
    private void readTables() throws IOException {
      for (String folder : store.list("packs")) {
        for (String name : store.list("packs/" + folder)) {
          if (name.matches("[0-9a-f]{32}-[0-9a-f]{8}-[0-9a-f]{64}")) {
            try {
              addTable("packs/" + folder + "/" + name, unhex(name.replace("-", "")));
            } catch (Failure e) {
              reader.warn(e.getMessage());
            }
          }
        }
      }
    }

    /// Section "Packs".
    ///
    /// @param named session 16, number 4, SHA-256 32
    private void addTable(String pack, byte[] named) throws IOException {
      int bytes = store.bytes(pack, PACK_MAX);
      byte[] header = store.range(pack, 0, 128);
      In head = new In(header, pack);
      CRC32C crc = new CRC32C();
      crc.update(header, 0, 124);
      head.magic("HFPACK01");
      byte[] binding = head.bytes(32);
      head.require(Arrays.equals(head.bytes(20), Arrays.copyOf(named, 20)), "it has another name");
      int version = head.u32();
      int packing = head.u8();
      head.require(packing == 1 || packing == 2, "a packing that is not known");
      head.zeros(59);
      head.require(head.raw(4) == crc.getValue(), "the checksum of its header is wrong");
      if (!Arrays.equals(binding, domain.binding())) {
        return; // of another domain
      }
      In foot = new In(store.range(pack, bytes - 64, 64), pack);
      int offset = foot.u32();
      int length = foot.u32(TABLE_MAX + 1_024);
      foot.require(
          offset >= 128 && (long) offset + length == bytes - 64, "its table lies elsewhere");
      foot.zeros(16);
      foot.magic("HFPACKE1");
      foot.require(
          Arrays.equals(foot.bytes(32), Arrays.copyOfRange(named, 20, 52)), "it has another name");
      byte[] table = store.range(pack, offset, length);
      byte[] context = domain.context(header);
      byte[] plain =
          unseal(domain.meta()::get, "pack-table", context, table, 0, length, TABLE_MAX, pack);
      In in = new In(plain, pack);
      int count = in.u32(65_536);
      in.require(in.left() >= (long) count * ENTRY, "its table is too short");
      Section section = new Section(pack, bytes, version, packing, plain, in.at, count);
      in.require(section.end() <= plain.length, "its table is too short");
      add(section);
    }

    private void place(long entry) {
      if (2 * ++listed > table.length) {
        long[] old = table;
        table = new long[2 * old.length];
        for (long place : old) {
          if (place != 0) {
            put(place);
          }
        }
      }
      put(entry + 1);
    }

    private void put(long place) {
      Section section = sections.get((int) (place - 1 >>> 17));
      int at = slotOf(section.index(), section.at() + (int) (place - 1 & 0x1ffff) * ENTRY);
      while (table[at] != 0) {
        at = at + 1 & table.length - 1;
      }
      table[at] = place;
    }

    private int slotOf(byte[] bytes, int at) {
      return (int) ByteBuffer.wrap(bytes, at, 8).getLong() & table.length - 1;
    }

    /// A chunk with exactly so many bytes, whose id was computed again from them.
    ///
    /// @param pageBytes of a chunk of pages, else 0
    byte[] read(int type, byte[] id, int bytes, int pageBytes) throws IOException {
      byte[] chunk = read(type, id, bytes);
      byte[] computed =
          type == PAGES ? pagesId(chunk, chunk.length, pageBytes) : id(type, chunk, chunk.length);
      if (chunk.length != bytes || !Arrays.equals(computed, id)) {
        throw damaged("chunk " + hex(id) + " has another content than its id says");
      }
      return chunk;
    }

    /// The same, kept for a while: patches and bases serve many extents.
    byte[] readCached(int type, byte[] id, int bytes, int pageBytes) throws IOException {
      String key = type + " " + bytes + " " + pageBytes + " " + hex(id);
      byte[] chunk = cache.get(key);
      if (chunk == null) {
        chunk = read(type, id, bytes, pageBytes);
        cache.put(key, chunk);
        cachedBytes += chunk.length;
        var oldest = cache.entrySet().iterator();
        while (cachedBytes > CACHE_BYTES && oldest.hasNext()) {
          cachedBytes -= oldest.next().getValue().length;
          oldest.remove();
        }
      }
      return chunk;
    }

    byte[] id(int type, byte[] bytes, int length) {
      idMac.update((byte) type);
      idMac.update(bytes, 0, length);
      return idMac.doFinal();
    }

    byte[] pageHash(byte[] bytes, int from, int pageBytes) {
      pageMac.update(bytes, from, pageBytes);
      return Arrays.copyOf(pageMac.doFinal(), 16);
    }

    byte[] pagesId(byte[] bytes, int length, int pageBytes) {
      int pages = length / pageBytes;
      ByteBuffer hashes = ByteBuffer.allocate(5 + 16 * pages).put((byte) PAGES).putInt(pages);
      for (int page = 0; page < pages; page++) {
        hashes.put(pageHash(bytes, page * pageBytes, pageBytes));
      }
      return idMac.doFinal(hashes.array());
    }

    /// The bytes of the first copy that opens; `bytesMax` bounds them. What the index does not have
    /// may be in the packs all the same.
    byte[] read(int type, byte[] id, int bytesMax) throws IOException {
      try {
        return readListed(type, id, bytesMax, true);
      } catch (Failure e) {
        if (tablesRead) {
          throw e;
        }
        tablesRead = true;
        readTables();
        byte[] chunk = readListed(type, id, bytesMax, true);
        reader.report(damaged("the index is not whole; the tables of the packs are used instead"));
        return chunk;
      }
    }

    /// @param differences whether copies count that are the difference to another chunk; for that
    ///   chunk they do not
    private byte[] readListed(int type, byte[] id, int bytesMax, boolean differences)
        throws IOException {
      Failure first = null;
      for (int at = slotOf(id, 0); table[at] != 0; at = at + 1 & table.length - 1) {
        Section section = sections.get((int) (table[at] - 1 >>> 17));
        int entry = (int) (table[at] - 1 & 0x1ffff);
        int from = section.at() + entry * ENTRY;
        if (Arrays.equals(id, 0, 32, section.index(), from, from + 32)
            && (differences || !section.isDifference(entry))) {
          try {
            return open(section, entry, type, id, bytesMax);
          } catch (Failure e) {
            first = first == null ? e : first;
          }
        }
      }
      throw first != null ? first : damaged("chunk " + hex(id) + " is missing");
    }

    private byte[] open(Section section, int number, int type, byte[] id, int bytesMax)
        throws IOException {
      int from = section.at() + number * ENTRY;
      In entry = new In(section.index(), from + 32, from + ENTRY, "the index");
      boolean isData = type == PAGES || type == PATCH || type == STREAM;
      entry.require(entry.u8() == type, "a chunk of another type than expected");
      int storedAs = entry.u8();
      entry.require(
          storedAs == 0 || storedAs == 1 && type == STREAM, "a way of storing that is not known");
      entry.zeros(2);
      long offset = entry.u32();
      int length = entry.u32(CHUNK_MAX + 1_024);
      int bytes = entry.u32(CHUNK_MAX);
      entry.require(
          offset >= 128 && offset + length <= section.bytes(), "a place outside its pack");
      entry.require(length >= 12 + 5 + TAG, "a frame that is too short");
      entry.require(bytes <= bytesMax, "a chunk of " + bytes + " bytes, at most " + bytesMax);
      entry.require(section.packing() == (isData ? 1 : 2), "a chunk in a pack of another kind");
      byte[] key = (isData ? domain.data() : domain.meta()).get(section.version());
      entry.require(key != null, "there is no key of the pack's version");
      byte[] frame = store.range(section.pack(), offset, length);
      String what = "chunk " + hex(id) + " in " + section.pack();
      byte[] context = join(frameContext, new byte[] {(byte) type}, id);
      byte[] nonce = Arrays.copyOf(frame, 12);
      byte[] plain =
          aes(hmac(key, ascii("chunk"), id), nonce, context, frame, 12, length)
              .orElseThrow(() -> damaged(what + ": its encryption is damaged"));
      In in = new In(plain, what);
      int codec = in.u8();
      in.require(in.u32() == bytes, "it has another length than the index says");
      in.require(
          (codec == 2) == (storedAs == 1), "it is stored in another way than the index says");
      if (codec != 2) {
        return decompress(codec, in, bytes);
      }
      int at = section.at() + section.count() * ENTRY + 32 * section.prefixesBefore(number);
      byte[] prefix = in.bytes(32);
      in.require(
          Arrays.equals(prefix, 0, 32, section.index(), at, at + 32),
          "it is the difference to another chunk than the index says");
      return decompress(prefix(prefix, what), in, bytes);
    }

    /// What a chunk is the difference to: of type STREAM, and stored whole.
    private byte[] prefix(byte[] id, String what) throws IOException {
      byte[] prefix;
      try {
        prefix = readListed(STREAM, id, CHUNK_MAX, false);
      } catch (Failure e) {
        throw damaged(what + ": it is the difference to another chunk: " + e.getMessage());
      }
      if (!Arrays.equals(id(STREAM, prefix, prefix.length), id)) {
        throw damaged("chunk " + hex(id) + " has another content than its id says");
      }
      return prefix;
    }
  }

  /// The rest of `in`: as it is (codec 0), or one zstd frame (1) of so many bytes.
  private static byte[] decompress(int codec, In in, int bytes) {
    in.require(codec == 0 || codec == 1, "codec " + codec + " is not known to this reader");
    if (codec == 0) {
      in.require(in.left() == bytes, "it has another length than it says");
      return in.bytes(bytes);
    }
    byte[] plain = new byte[bytes];
    long done = Zstd.decompressByteArray(plain, 0, bytes, in.bytes, in.at, in.left());
    in.require(!Zstd.isError(done) && done == bytes, "its compression is damaged");
    return plain;
  }

  /// The rest of `in`, one zstd frame, with the bytes of another chunk as its dictionary.
  private static byte[] decompress(byte[] prefix, In in, int bytes) {
    byte[] plain = new byte[bytes];
    try (ZstdDecompressCtx zstd = new ZstdDecompressCtx()) {
      zstd.loadDict(prefix, ZstdDictContentType.RAW_CONTENT);
      int done = zstd.decompressByteArray(plain, 0, bytes, in.bytes, in.at, in.left());
      in.require(done == bytes, "its compression is damaged");
    } catch (ZstdException _) {
      in.require(false, "its compression is damaged");
    }
    return plain;
  }

  // ---------------------------------------------------------------------------------------------
  // Trees. trees.md.
  // ---------------------------------------------------------------------------------------------

  private static final int EXTENT = 512 << 10;
  private static final int PAGE_MAX = 256 << 10;
  private static final int LAYER_INDEX_MAX = 8 << 20;
  private static final int PATHS_MAX = 8 << 20;

  private static final int FILE = 1;
  private static final int DIRECTORY = 2;
  private static final int LINK = 3;
  private static final int SPECIAL = 4;

  private static final int PAGED = 1;
  private static final int LINES = 3;
  private static final int CUT = 4;

  private static final int METADATA = 1;
  private static final int GONE = 2;
  private static final int ATTRIBUTED = 7;

  /// What a tree says of a file.
  private record Meta(
      String path,
      int kind,
      int layout,
      int pageBytes,
      long extents,
      long size,
      int mode,
      long changedSeconds,
      String link,
      byte[] digest,
      byte[] attributes) {
    boolean isCutByContent() {
      return layout == LINES || layout == CUT;
    }
  }

  /// An entry of a list page. Slot 0 is the file itself (type metadata or gone), slot i + 1 its
  /// extent i.
  private record Entry(byte[] path, long slot, int type, Meta meta, Extent extent) {
    int compareKey(Entry other) {
      int byPath = Arrays.compareUnsigned(path, other.path);
      return byPath != 0 ? byPath : Long.compare(slot, other.slot);
    }
  }

  /// How an extent is stored.
  private record Extent(
      int type,
      int length,
      byte[] id,
      int pages,
      byte[] base,
      int basePages,
      List<NewPage> overrides) {}

  /// A page that is not that of the base; of zeros where there is no patch.
  private record NewPage(int page, Reference patch, int slot, byte[] hash) {}

  private record Reference(byte[] id, int slots) {}

  private record Layer(byte[] index, int indexBytes, int pages, long records, long listBytes) {}

  private record ListPage(byte[] id, int bytes, int records, byte[] firstPath, long firstSlot) {}

  /// Gets a tree, file after file, in the order of their paths.
  private interface Visitor {
    /// Whether the bytes of the file and its end are wanted.
    boolean begin(Meta file) throws IOException;

    void bytes(byte[] bytes, int length) throws IOException;

    void end(Meta file) throws IOException;

    /// Instead of the end, where bytes of the file cannot be read.
    default void unreadable(Meta file, Failure why) throws IOException {
      throw why;
    }
  }

  private static final class Tree {
    private final Chunks chunks;
    private final byte[] root;
    private final int version;
    private final byte[] buffer = new byte[EXTENT];

    /// @param version which trees of the kind of backup have
    Tree(Chunks chunks, byte[] root, int version) {
      this.chunks = chunks;
      this.root = root;
      this.version = version;
    }

    /// Section "Reading".
    void walk(Visitor visitor) throws IOException {
      byte[] plain = chunks.read(ROOT, root, 4_096);
      In in = new In(chunks.read(ROOT, root, plain.length, 0), "the root of a tree");
      in.magic("HFTR");
      if (in.u8() != version) {
        throw tooNew("a tree");
      }
      in.require(in.varint(EXTENT) == EXTENT, "extents of another size");
      long files = in.varint(Long.MAX_VALUE);
      long bytes = in.varint(Long.MAX_VALUE);
      long extentsListed = in.varint(Long.MAX_VALUE);
      long overriddenListed = in.varint(Long.MAX_VALUE);
      int layers = in.u8();
      in.require(layers == 1 || layers == 2, layers + " layers");
      LayerReader base = layer(in);
      LayerReader overlay = layers == 2 ? layer(in) : null;
      in.finish();
      Walk walk = new Walk(visitor);
      merge(base, overlay, walk);
      walk.endFile();
      in.require(
          walk.files == files
              && walk.bytes == bytes
              && walk.extents == extentsListed
              && walk.overridden == overriddenListed,
          "it counts other files, bytes, extents or pages than there are");
    }

    private LayerReader layer(In in) throws IOException {
      byte[] index = in.bytes(32);
      int indexBytes = in.varint(LAYER_INDEX_MAX);
      int pages = in.varint(LAYER_INDEX_MAX / 32);
      long records = in.varint(Long.MAX_VALUE);
      long listBytes = in.varint(Long.MAX_VALUE);
      Layer layer = new Layer(index, indexBytes, pages, records, listBytes);
      return new LayerReader(chunks, layer, version);
    }

    /// A record of the overlay hides the base's record of the same key; *gone* hides all of a path.
    private static void merge(LayerReader base, LayerReader overlay, Walk walk) throws IOException {
      Entry below = base.next();
      Entry above = overlay == null ? null : overlay.next();
      byte[] gone = null;
      while (below != null || above != null) {
        int order = below == null ? 1 : above == null ? -1 : below.compareKey(above);
        if (order >= 0) {
          if (above.type() == GONE) {
            gone = above.path();
          } else {
            walk.entry(above);
          }
          above = overlay.next();
        } else if (below.type() == GONE) {
          throw damaged("a tree: a record 'gone' in its base");
        } else if (!Arrays.equals(below.path(), gone)) {
          walk.entry(below);
        }
        if (order <= 0) {
          below = base.next();
        }
      }
    }

    /// Puts the visible records of each file together.
    private final class Walk {
      private final Visitor visitor;
      private byte[] path = new byte[0];
      private Meta file;
      private boolean wanted;
      private long next;
      private long offset;
      private long files;
      private long bytes;
      private long extents;
      private long overridden;

      Walk(Visitor visitor) {
        this.visitor = visitor;
      }

      void entry(Entry entry) throws IOException {
        if (entry.type() == METADATA) {
          endFile();
          file = entry.meta();
          path = entry.path();
          next = 0;
          offset = 0;
          files++;
          bytes += file.size();
          extents += file.extents();
          wanted = visitor.begin(file);
          return;
        }
        if (file == null || !Arrays.equals(path, entry.path())) {
          throw damaged("a tree: an extent of a file that is not there");
        }
        long index = entry.slot() - 1;
        if (index >= file.extents()) {
          return; // left over from when the file was longer
        }
        if (index != next) {
          throw damaged(file.path() + ": extent " + next + " is missing");
        }
        next++;
        Extent extent = entry.extent();
        long rest = file.size() - offset;
        if (file.isCutByContent()
            ? extent.length() > rest
            : extent.length() != Math.min(EXTENT, rest)) {
          throw damaged(file.path() + ": extent " + index + " has a wrong length");
        }
        offset += extent.length();
        overridden += extent.overrides().size();
        wanted = wanted && isTaken(extent);
      }

      private boolean isTaken(Extent extent) throws IOException {
        try {
          readExtent(file, extent);
        } catch (Failure e) {
          visitor.unreadable(file, e);
          return false;
        }
        visitor.bytes(buffer, extent.length());
        return true;
      }

      void endFile() throws IOException {
        if (file != null) {
          if (next != file.extents() || offset != file.size()) {
            throw damaged(file.path() + ": it ends with extent " + next + " and byte " + offset);
          }
          if (wanted) {
            visitor.end(file);
          }
        }
      }
    }

    /// Fills the buffer. Section "Extents and how they are identified".
    private void readExtent(Meta file, Extent extent) throws IOException {
      int length = extent.length();
      int pageBytes = file.pageBytes();
      switch (extent.type()) {
        case 3 -> Arrays.fill(buffer, 0, length, (byte) 0);
        case 4 ->
            System.arraycopy(chunks.read(STREAM, extent.id(), length, 0), 0, buffer, 0, length);
        default -> {
          if (file.layout() != PAGED || (long) extent.pages() * pageBytes != length) {
            throw damaged(file.path() + ": an extent with another number of pages");
          }
          if (extent.type() == 5) {
            System.arraycopy(
                chunks.read(PAGES, extent.id(), length, pageBytes), 0, buffer, 0, length);
          } else {
            readPatched(file, extent);
          }
        }
      }
    }

    private void readPatched(Meta file, Extent extent) throws IOException {
      int pageBytes = file.pageBytes();
      long baseBytes = (long) extent.basePages() * pageBytes;
      if (baseBytes > EXTENT) {
        throw damaged(file.path() + ": a base that is too large");
      }
      byte[] base = chunks.readCached(PAGES, extent.base(), (int) baseBytes, pageBytes);
      System.arraycopy(base, 0, buffer, 0, Math.min(base.length, extent.length()));
      for (NewPage page : extent.overrides()) {
        int at = page.page() * pageBytes;
        Reference patch = page.patch();
        if (patch == null) {
          Arrays.fill(buffer, at, at + pageBytes, (byte) 0);
        } else {
          long patchBytes = (long) patch.slots() * pageBytes;
          if (patchBytes > 1 << 20) {
            throw damaged(file.path() + ": a patch chunk that is too large");
          }
          byte[] pages = chunks.readCached(PATCH, patch.id(), (int) patchBytes, 0);
          System.arraycopy(pages, page.slot() * pageBytes, buffer, at, pageBytes);
        }
        if (!Arrays.equals(chunks.pageHash(buffer, at, pageBytes), page.hash())) {
          throw damaged(file.path() + ": page " + page.page() + " is not the one meant");
        }
      }
      if (!Arrays.equals(chunks.pagesId(buffer, extent.length(), pageBytes), extent.id())) {
        throw damaged(file.path() + ": an extent has another content than its id says");
      }
    }
  }

  /// The records of one layer, in order. Sections "Layer index", "List pages".
  private static final class LayerReader {
    private final Chunks chunks;
    private final int version;
    private final List<ListPage> pages = new ArrayList<>();
    private int nextPage;
    private List<Entry> entries = List.of();
    private int nextEntry;
    private Entry last;

    LayerReader(Chunks chunks, Layer layer, int version) throws IOException {
      this.chunks = chunks;
      this.version = version;
      In in =
          new In(chunks.read(LIST, layer.index(), layer.indexBytes(), 0), "the index of a layer");
      in.require(in.u8() == 2, "it is not an index");
      in.require(in.varint(layer.pages()) == layer.pages(), "it has another number of pages");
      byte[] path = new byte[0];
      long records = 0;
      long bytes = 0;
      for (int i = 0; i < layer.pages(); i++) {
        byte[] id = in.bytes(32);
        int length = in.varint(PAGE_MAX);
        int count = in.varint(PAGE_MAX);
        path = path(in, path);
        pages.add(new ListPage(id, length, count, path, in.varint(Long.MAX_VALUE)));
        records += count;
        bytes += length;
      }
      in.finish();
      in.require(
          records == layer.records() && bytes == layer.listBytes(), "its sums are not the root's");
    }

    /// The next record, or null.
    Entry next() throws IOException {
      if (nextEntry == entries.size()) {
        if (nextPage == pages.size()) {
          return null;
        }
        ListPage page = pages.get(nextPage++);
        entries = read(page);
        nextEntry = 0;
        Entry first = entries.getFirst();
        if (entries.size() != page.records()
            || first.slot() != page.firstSlot()
            || !Arrays.equals(first.path(), page.firstPath())) {
          throw damaged("a list page is not the one that the index describes");
        }
      }
      Entry entry = entries.get(nextEntry++);
      if (last != null && last.compareKey(entry) >= 0) {
        throw damaged("a layer of a tree is not in order");
      }
      last = entry;
      return entry;
    }

    private List<Entry> read(ListPage page) throws IOException {
      In in = new In(chunks.read(LIST, page.id(), page.bytes(), 0), "a list page");
      in.require(in.u8() == 1, "it is not a list page");
      int count = in.varint(PAGE_MAX);
      List<Reference> references = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        byte[] id = in.bytes(32);
        references.add(new Reference(id, in.varint(65_536)));
        in.require(references.getLast().slots() >= 1, "a chunk without slots");
      }
      int records = in.varint(PAGE_MAX);
      in.require(records >= 1, "no records");
      List<Entry> entries = new ArrayList<>();
      long pathBytes = 0;
      byte[] path = new byte[0];
      long slot = 0;
      for (int i = 0; i < records; i++) {
        int tag = in.u8();
        int type = tag & 0xf;
        boolean isNew = (tag & 0x80) != 0;
        boolean isShort = (tag & 0x40) != 0;
        boolean isExtent = type > GONE && type < ATTRIBUTED;
        int typeMax = version == 1 ? ATTRIBUTED - 1 : ATTRIBUTED;
        in.require((tag & 0x30) == 0 && type >= 1 && type <= typeMax, "a record with tag " + tag);
        in.require(isNew || i > 0 && isExtent, "a record without a path");
        in.require(isExtent || !isShort, "a short record that is no extent");
        if (isNew) {
          path = path(in, path);
          pathBytes += path.length;
          in.require(pathBytes <= PATHS_MAX, "paths of more than 8 MiB");
          slot = 0;
        }
        if (isExtent) {
          slot += 1 + in.varint(1L << 51);
          in.require(slot <= 1L << 51, "an extent behind all files");
        }
        int length = !isExtent ? 0 : isShort ? in.varint(EXTENT - 1) : EXTENT;
        in.require(!isExtent || length >= 1, "an extent without bytes");
        Meta meta = isExtent || type == GONE ? null : meta(in, path, type);
        Extent extent = isExtent ? extent(in, type, length, references) : null;
        entries.add(new Entry(path, slot, meta != null ? METADATA : type, meta, extent));
      }
      in.finish();
      return entries;
    }

    private Meta meta(In in, byte[] path, int type) {
      int kind = in.u8();
      int layout = in.u8();
      int kindMax = type == ATTRIBUTED ? SPECIAL : LINK;
      int layoutMax = version == 1 ? LINES : CUT;
      in.require(kind >= FILE && kind <= kindMax, "a kind of file that is not known");
      in.require(layout >= PAGED && layout <= layoutMax, "a layout that is not known");
      int pageBytes = layout == PAGED ? in.varint(32_768) : 0;
      in.require(
          layout != PAGED || pageBytes >= 1_024 && Integer.bitCount(pageBytes) == 1,
          "pages of " + pageBytes + " bytes");
      boolean isCut = layout == LINES || layout == CUT;
      long listed = isCut ? in.varint(1L << 50) : 0;
      long size = in.varint(1L << 50);
      in.require(kind == FILE || size == 0 && listed == 0, "bytes in what is no file");
      int mode = (int) in.varint(0xffffffffL);
      long changed = in.varint(-1L);
      String link = in.utf8(in.counted(4_096));
      in.require(link.isEmpty() == (kind != LINK), "the target of a link");
      in.utf8(in.counted(256)); // owner
      in.utf8(in.counted(256)); // group
      byte[] digest = in.counted(80);
      byte[] attributes = type == ATTRIBUTED ? in.counted(1 << 16) : new byte[0];
      in.require(type == METADATA || attributes.length > 0, "attributes of no bytes");
      long extents = isCut ? listed : (size + EXTENT - 1) / EXTENT;
      return new Meta(
          in.utf8(path),
          kind,
          layout,
          pageBytes,
          extents,
          size,
          mode,
          changed >>> 1 ^ -(changed & 1),
          link,
          digest,
          attributes);
    }

    private static Extent extent(In in, int type, int length, List<Reference> references) {
      if (type == 3) {
        return new Extent(type, length, null, 0, null, 0, List.of());
      }
      byte[] id = in.bytes(32);
      if (type == 4) {
        return new Extent(type, length, id, 0, null, 0, List.of());
      }
      int pages = in.varint(512);
      in.require(pages >= 1, "an extent without pages");
      if (type == 5) {
        hashes(in, references);
        return new Extent(type, length, id, pages, null, 0, List.of());
      }
      byte[] base = in.bytes(32);
      int basePages = in.varint(512);
      in.require(basePages >= 1, "a base without pages");
      hashes(in, references);
      int count = in.varint(pages);
      List<NewPage> overrides = new ArrayList<>();
      int next = 0;
      int last = 0;
      for (int i = 0; i < count; i++) {
        int page = next + in.varint(511);
        int place = in.varint(references.size());
        Reference patch = place == 0 ? null : references.get(place - 1);
        int slot = patch == null ? 0 : in.varint(patch.slots() - 1);
        overrides.add(new NewPage(page, patch, slot, in.bytes(16)));
        in.require(page < pages, "a page behind the end of the extent");
        in.require(page < basePages || page == Math.max(last, basePages), "a page is missing");
        next = page + 1;
        last = next;
      }
      in.require(pages <= basePages || last == pages, "a page is missing");
      return new Extent(type, length, id, pages, base, basePages, overrides);
    }

    /// Where the hashes of the pages lie; only writers use them.
    private static void hashes(In in, List<Reference> references) {
      in.require(in.varint(65_536) < references.size(), "a chunk that is not in the table");
      in.varint(65_536);
    }

    private static byte[] path(In in, byte[] before) {
      int shared = in.varint(before.length);
      return checked(in, join(Arrays.copyOf(before, shared), in.counted(4_096 - shared)));
    }

    static byte[] checked(In in, byte[] path) {
      String text = in.utf8(path);
      for (String step : text.split("/", -1)) {
        in.require(
            !step.isEmpty() && !step.equals(".") && !step.equals("..") && step.indexOf(0) < 0,
            "a path that cannot be");
      }
      return path;
    }
  }

  // ---------------------------------------------------------------------------------------------
  // Files that are written. Nothing is written over, and no link is followed: links come last.
  // ---------------------------------------------------------------------------------------------

  private static class Extraction implements Visitor, AutoCloseable {
    private final Path root;
    private final TreeMap<String, String> links = new TreeMap<>();
    private final CRC32C crc = new CRC32C();
    private WritableByteChannel channel;

    Extraction(Path root) throws IOException {
      this.root = root;
      makeDirectory(root);
    }

    /// Where a path of the tree goes.
    Path place(String path) {
      return below(root, path);
    }

    static Path below(Path root, String path) {
      try {
        return root.resolve(path);
      } catch (InvalidPathException e) {
        throw new Failure(
            UNAVAILABLE,
            "the name '" + path + "' cannot be written here; try LC_ALL=C.UTF-8 (" + e + ")");
      }
    }

    @Override
    public final boolean begin(Meta file) throws IOException {
      switch (file.kind()) {
        case DIRECTORY -> makeDirectory(place(file.path()));
        case LINK -> links.put(file.path(), file.link());
        default -> channel = open(file);
      }
      crc.reset();
      return true;
    }

    @Override
    public final void bytes(byte[] bytes, int length) throws IOException {
      crc.update(bytes, 0, length);
      put(channel, bytes, 0, length);
    }

    @Override
    public final void end(Meta file) throws IOException {
      if (file.kind() == FILE) {
        close();
        ByteBuffer checksum = ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN);
        finish(file, checksum.putInt((int) crc.getValue()).array());
      }
    }

    WritableByteChannel open(Meta file) throws IOException {
      return create(place(file.path()));
    }

    /// @param checksum CRC-32C of all bytes, the lowest byte first
    void finish(Meta file, byte[] checksum) throws IOException {
      Path place = place(file.path());
      Files.setPosixFilePermissions(place, permissions(file.mode()));
      Files.setLastModifiedTime(place, FileTime.from(file.changedSeconds(), TimeUnit.SECONDS));
    }

    /// The links of the tree by their paths.
    final Map<String, String> links() {
      return links;
    }

    /// Makes the links, those below others first: so none is ever followed.
    final void makeLinks() throws IOException {
      for (Map.Entry<String, String> link : links.descendingMap().entrySet()) {
        try {
          Path place = place(link.getKey());
          makeDirectory(place.getParent());
          Files.createSymbolicLink(place, Path.of(link.getValue()));
        } catch (FileAlreadyExistsException | InvalidPathException e) {
          throw damaged("the link " + link.getKey() + ": " + e.getMessage());
        }
      }
    }

    @Override
    public void close() throws IOException {
      if (channel != null) {
        channel.close();
      }
    }

    static WritableByteChannel create(Path place) throws IOException {
      makeDirectory(place.getParent());
      try {
        return Files.newByteChannel(
            place,
            Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
            PosixFilePermissions.asFileAttribute(permissions(0600)));
      } catch (FileAlreadyExistsException e) {
        throw damaged("two files in one place: " + e.getMessage());
      }
    }

    static void makeDirectory(Path place) throws IOException {
      if (!Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
        try {
          if (place.getParent() != null && !Files.exists(place.getParent())) {
            makeDirectory(place.getParent());
          }
          Files.createDirectory(place);
          Files.setPosixFilePermissions(place, permissions(0700));
        } catch (FileAlreadyExistsException e) {
          throw damaged("two files in one place: " + e.getMessage());
        }
      }
    }

    /// Writes a whole file.
    static void write(WritableByteChannel file, byte[] bytes) throws IOException {
      try (file) {
        put(file, bytes, 0, bytes.length);
      }
    }

    static void put(WritableByteChannel channel, byte[] bytes, int from, int length)
        throws IOException {
      ByteBuffer left = ByteBuffer.wrap(bytes, from, length);
      while (left.hasRemaining()) {
        channel.write(left);
      }
    }

    static Set<PosixFilePermission> permissions(int mode) {
      Set<PosixFilePermission> permissions = EnumSet.noneOf(PosixFilePermission.class);
      for (PosixFilePermission permission : PosixFilePermission.values()) {
        if ((mode & 0400 >> permission.ordinal()) != 0) {
          permissions.add(permission);
        }
      }
      return permissions;
    }
  }

  // ---------------------------------------------------------------------------------------------
  // Files. files.md.
  // ---------------------------------------------------------------------------------------------

  /// The byte b of a name that is not UTF-8 is the character ESCAPE + b.
  private static final int ESCAPE = 0x10ff00;

  private static final int TYPE = 0170000;
  private static final Map<Integer, String> SPECIALS =
      Map.of(0010000, "pipes", 0140000, "sockets", 0020000, "devices", 0060000, "devices");

  /// A stretch of data in a sparse file.
  private record Region(long offset, long length) {}

  /// The name of an extended attribute has one character for each byte.
  private record Extended(String name, byte[] value) {}

  /// Section "Attributes".
  ///
  /// @param first the path that has the content, where this is a further name; else empty
  private record Facts(
      boolean isUnsettled,
      long size,
      int nanoseconds,
      int user,
      int group,
      String first,
      Optional<List<Region>> sparse,
      List<Extended> extended) {
    private static final int UNSETTLED = 1;
    private static final int HARD_LINK = 4;
    private static final int SPARSE = 8;
    private static final int EXTENDED = 16;
    private static final int DEVICE = 32;

    static Facts of(Meta file) {
      In in = new In(file.attributes(), "the attributes of " + file.path());
      if (in.u8() != 1) {
        throw tooNew("an entry of a backup of files");
      }
      int flags = in.varint(63);
      long size = in.varint(1L << 50);
      int nanoseconds = in.varint(999_999_999);
      in.varint(-1L); // change time: nobody can set it
      in.varint(999_999_999);
      in.varint(-1L); // inode
      int user = (int) in.varint(0xffffffffL);
      int group = (int) in.varint(0xffffffffL);
      boolean isLink = (flags & HARD_LINK) != 0;
      String first = isLink ? in.utf8(LayerReader.checked(in, in.counted(4_096))) : "";
      Optional<List<Region>> sparse =
          (flags & SPARSE) == 0 ? Optional.empty() : Optional.of(regions(in, size));
      List<Extended> extended = new ArrayList<>();
      for (int left = (flags & EXTENDED) == 0 ? 0 : in.varint(in.left()); left > 0; left--) {
        String name = new String(in.counted(255), StandardCharsets.ISO_8859_1);
        in.require(name.indexOf(0) < 0, "a name with a zero byte");
        extended.add(new Extended(name, in.counted(1 << 16)));
      }
      if ((flags & DEVICE) != 0) {
        in.varint(0xffffffffL);
        in.varint(0xffffffffL);
      }
      in.finish();
      boolean isUnsettled = (flags & UNSETTLED) != 0;
      return new Facts(isUnsettled, size, nanoseconds, user, group, first, sparse, extended);
    }

    private static List<Region> regions(In in, long size) {
      List<Region> regions = new ArrayList<>();
      long at = 0;
      for (int left = in.varint(in.left()); left > 0; left--) {
        long offset = at + in.varint(size - at);
        long length = in.varint(size - offset);
        in.require(length > 0, "a region without bytes");
        regions.add(new Region(offset, length));
        at = offset + length;
      }
      return regions;
    }

    /// Where the content lies in the file.
    List<Region> places(Meta file) {
      List<Region> places = sparse.orElse(size == 0 ? List.of() : List.of(new Region(0, size)));
      if (places.stream().mapToLong(Region::length).sum() != file.size()) {
        throw damaged(file.path() + " has another number of bytes than its attributes say");
      }
      return places;
    }
  }

  /// Extracts a backup of files in three walks over its tree: directories and files; links; what
  /// directories shall have. No link is there while files are written, and a link is only made in a
  /// directory of the tree, so nothing is ever written through one.
  private static final class FileTree {
    static final String KIND = "files";

    /// Bytes of a name, and characters that are left of a longer one.
    private static final int NAME_MAX = 255;

    private static final int NAME_KEPT = 40;

    private final HoldfastReader reader;
    private final Tree tree;
    private final Path to;
    private final Map<String, Note> notes = new LinkedHashMap<>();
    private long written;
    private long leftOut;

    /// What could not be restored, how often, and where first.
    private record Note(long count, String first) {}

    FileTree(HoldfastReader reader, Chunks chunks, Snapshot backup, Path to) {
      this.reader = reader;
      this.tree = new Tree(chunks, backup.root("files"), 2);
      this.to = to;
    }

    void extract() throws IOException {
      Extraction.makeDirectory(to);
      Contents contents = new Contents();
      Directories directories = new Directories();
      Failure first = null;
      for (Pass pass : List.of(contents, new Links(), directories)) {
        try {
          tree.walk(pass);
        } catch (Failure e) { // what comes before it is restored as far as it can be
          first = first == null ? e : first;
        } finally {
          contents.abandon();
        }
      }
      directories.leave("");
      notes.forEach(
          (what, note) ->
              reader.warn(note.count() + " " + what + ", the first is '" + note.first() + "'"));
      reader.out.println(written + " entries are in " + to);
      if (first != null) {
        throw first;
      }
      if (leftOut > 0) {
        throw damaged(leftOut + " entries are left out");
      }
    }

    private void note(String what, String path) {
      notes.merge(what, new Note(1, path), (old, _) -> new Note(old.count() + 1, old.first()));
    }

    private void leaveOut(Failure why) {
      leftOut++;
      reader.damageSeen = true;
      reader.report(why); // each one: nobody else can say what is missing
    }

    /// What the file system of the target does not take: a path that is too long, say.
    private void refused(Meta file, FileSystemException why) {
      leaveOut(damaged(file.path() + " is left out: it cannot be made here: " + why.getReason()));
    }

    /// Where a path of the tree goes.
    private Path place(String path) {
      return Extraction.below(to, local(path, path));
    }

    /// A path or the target of a link as it is written here. Java cannot write bytes that are no
    /// text, so these stay as the tree has them: as private characters.
    private String local(String text, String path) {
      if (text.codePoints().anyMatch(c -> c >= ESCAPE && c < ESCAPE + 0x80)) {
        throw damaged(path + ": an escaped byte that is plain");
      }
      boolean isAscii = text.chars().allMatch(c -> c < 0x80);
      if (!isAscii && !System.getProperty("sun.jnu.encoding", "UTF-8").equals("UTF-8")) {
        throw new Failure(
            UNAVAILABLE, "the name '" + text + "' cannot be written here; try LC_ALL=C.UTF-8");
      }
      return isText(text)
          ? text
          : Arrays.stream(text.split("/", -1))
              .map(FileTree::fitting)
              .collect(Collectors.joining("/"));
    }

    /// Four bytes for one may make a name too long for any file system.
    private static String fitting(String name) {
      byte[] bytes = name.getBytes(StandardCharsets.UTF_8);
      return bytes.length <= NAME_MAX
          ? name
          : name.substring(0, name.offsetByCodePoints(0, NAME_KEPT))
              + "~"
              + hex(sha256(bytes, 0, bytes.length)).substring(0, 32);
    }

    private static boolean isText(String name) {
      return name.codePoints().noneMatch(c -> c >= ESCAPE);
    }

    /// One walk. Each entry must lie in a directory of the tree.
    private abstract class Pass implements Visitor {
      private final List<Map.Entry<Meta, Facts>> open = new ArrayList<>();

      @Override
      public final boolean begin(Meta file) throws IOException {
        leave(file.path());
        int slash = file.path().lastIndexOf('/');
        String parent = file.path().substring(0, Math.max(0, slash));
        if (slash >= 0 && open.stream().noneMatch(d -> d.getKey().path().equals(parent))) {
          throw damaged(file.path() + ": it does not lie in a directory of the tree");
        }
        Facts facts = Facts.of(file);
        boolean isFurther = !facts.first().isEmpty();
        if (kind(file.mode()) != file.kind()
            || isFurther && (file.kind() == DIRECTORY || file.size() > 0)) {
          throw damaged(file.path() + ": its kind is not that of its attributes");
        }
        if (file.kind() == DIRECTORY) {
          open.add(Map.entry(file, facts));
        }
        return take(file, facts, place(file.path()));
      }

      private static int kind(int mode) {
        return switch (mode & TYPE) {
          case 0100000 -> FILE;
          case 0040000 -> DIRECTORY;
          case 0120000 -> LINK;
          default -> SPECIAL;
        };
      }

      /// Those that can have nothing more below them; what begins with their path may still come.
      final void leave(String path) throws IOException {
        while (!open.isEmpty()
            && (path.isEmpty() || !path.startsWith(open.getLast().getKey().path()))) {
          Map.Entry<Meta, Facts> left = open.removeLast();
          left(left.getKey(), left.getValue());
        }
      }

      abstract boolean take(Meta file, Facts facts, Path place) throws IOException;

      void left(Meta directory, Facts facts) throws IOException {}

      @Override
      public void bytes(byte[] bytes, int length) throws IOException {}

      @Override
      public void end(Meta file) throws IOException {}
    }

    /// Makes directories and files.
    private final class Contents extends Pass {
      private FileChannel channel;
      private Path place;
      private Facts facts;
      private List<Region> regions;
      private int region;
      private long done;

      @Override
      boolean take(Meta file, Facts itsFacts, Path itsPlace) throws IOException {
        if (!isText(file.path().substring(file.path().lastIndexOf('/') + 1))) {
          note("names are no text: U+10FF00 + b stands for each byte b that is none", file.path());
        }
        if (file.kind() == DIRECTORY) {
          try {
            Files.createDirectory(itsPlace);
          } catch (FileAlreadyExistsException e) {
            throw damaged("two entries in one place: " + e.getMessage());
          } catch (FileSystemException e) {
            refused(file, e);
            return false;
          }
          Files.setPosixFilePermissions(itsPlace, Extraction.permissions(0700));
        } else if (file.kind() == SPECIAL) {
          String what = SPECIALS.getOrDefault(file.mode() & TYPE, "entries of an unknown kind");
          note(what + " are not restored", file.path());
        }
        if (file.kind() != FILE || !itsFacts.first().isEmpty()) {
          return false;
        }
        place = itsPlace;
        facts = itsFacts;
        regions = itsFacts.places(file);
        region = 0;
        done = 0;
        try {
          channel = (FileChannel) Extraction.create(itsPlace);
          return true;
        } catch (FileSystemException e) {
          refused(file, e);
          return false;
        }
      }

      @Override
      public void bytes(byte[] bytes, int length) throws IOException {
        for (int at = 0; at < length; ) {
          Region current = regions.get(region);
          int part = (int) Math.min(length - at, current.length() - done);
          channel.position(current.offset() + done);
          Extraction.put(channel, bytes, at, part);
          at += part;
          done += part;
          if (done == current.length()) {
            region++;
            done = 0;
          }
        }
      }

      @Override
      public void end(Meta file) throws IOException {
        channel.close();
        channel = null;
        if (facts.sparse().isPresent()) {
          try (RandomAccessFile whole = new RandomAccessFile(place.toFile(), "rw")) {
            whole.setLength(facts.size());
          }
        }
        if (facts.isUnsettled()) {
          note("files changed while they were backed up", file.path());
        }
        describe(place, file, facts);
      }

      @Override
      public void unreadable(Meta file, Failure why) throws IOException {
        abandon();
        leaveOut(damaged(file.path() + " is left out: " + why.getMessage()));
      }

      /// Removes the file that is being written, if there is one.
      void abandon() throws IOException {
        if (channel != null) {
          channel.close();
          channel = null;
          Files.delete(place);
        }
      }
    }

    /// Makes symbolic links and further names of files.
    private final class Links extends Pass {
      @Override
      boolean take(Meta file, Facts facts, Path place) throws IOException {
        try {
          if (file.kind() != SPECIAL && !facts.first().isEmpty()) {
            link(file, facts.first(), place);
          } else if (file.kind() == LINK) {
            Path target = Path.of(local(file.link(), file.path()));
            if (!target.toString().equals(file.link()) || !isText(file.link())) {
              note("targets of links are written in another way", file.path());
            }
            Files.createSymbolicLink(place, target);
            describe(place, file, facts);
          }
        } catch (FileAlreadyExistsException | InvalidPathException e) {
          throw damaged("the link " + file.path() + " cannot be made: " + e.getMessage());
        } catch (FileSystemException e) {
          refused(file, e);
        }
        return false;
      }

      private void link(Meta file, String first, Path place) throws IOException {
        byte[] path = file.path().getBytes(StandardCharsets.UTF_8);
        if (Arrays.compareUnsigned(first.getBytes(StandardCharsets.UTF_8), path) >= 0) {
          throw damaged(file.path() + ": a further name of what comes later");
        }
        if (!isThere(first, file.kind())) {
          leaveOut(damaged(file.path() + " is left out: it is a further name of " + first));
          return;
        }
        Files.createLink(place, place(first));
        written++;
      }

      /// Whether that is here, of that kind, with nothing but directories above it.
      private boolean isThere(String path, int kind) {
        for (int at = path.indexOf('/'); at >= 0; at = path.indexOf('/', at + 1)) {
          if (!Files.isDirectory(place(path.substring(0, at)), LinkOption.NOFOLLOW_LINKS)) {
            return false;
          }
        }
        Path place = place(path);
        return kind == LINK
            ? Files.isSymbolicLink(place)
            : Files.isRegularFile(place, LinkOption.NOFOLLOW_LINKS);
      }
    }

    /// Gives directories what they shall have, those below others first.
    private final class Directories extends Pass {
      @Override
      boolean take(Meta file, Facts facts, Path place) {
        return false;
      }

      @Override
      void left(Meta directory, Facts facts) throws IOException {
        describe(place(directory.path()), directory, facts);
      }
    }

    private interface Step {
      void run() throws IOException;
    }

    private boolean isDone(String otherwise, String path, Step step) {
      try {
        step.run();
        return true;
      } catch (IOException | UnsupportedOperationException _) {
        note(otherwise, path);
        return false;
      }
    }

    /// Owner, attributes, time and permissions, in the order that keeps them.
    private void describe(Path place, Meta file, Facts facts) {
      written++;
      boolean isOwned = isDone("owners are not restored", file.path(), () -> own(place, facts));
      int mode = file.mode() & (isOwned ? 07777 : 01777);
      for (Extended each : facts.extended()) {
        if (each.name().equals("system.posix_acl_access")) {
          mode &= 07707 | owningGroup(each.value()) << 3;
        }
        extend(place, file, each);
      }
      isDone("times are not restored", file.path(), () -> setTime(place, file, facts));
      if (file.kind() != LINK) {
        int permissions = mode;
        isDone(
            "permissions are not restored",
            file.path(),
            () -> Files.setAttribute(place, "unix:mode", permissions, LinkOption.NOFOLLOW_LINKS));
      }
    }

    private static void own(Path place, Facts facts) throws IOException {
      Map<String, Object> is =
          Files.readAttributes(place, "unix:uid,gid", LinkOption.NOFOLLOW_LINKS);
      if (facts.user() == -1 || facts.group() == -1) {
        throw new IOException("a number that stands for nobody");
      }
      if (!is.get("gid").equals(facts.group())) {
        Files.setAttribute(place, "unix:gid", facts.group(), LinkOption.NOFOLLOW_LINKS);
      }
      if (!is.get("uid").equals(facts.user())) {
        Files.setAttribute(place, "unix:uid", facts.user(), LinkOption.NOFOLLOW_LINKS);
      }
    }

    /// What an access list gives the owning group. Where there is a list, the group's permissions
    /// in the mode are the most that it gives to anybody: without it they would be too many.
    private static int owningGroup(byte[] list) {
      ByteBuffer in = ByteBuffer.wrap(list).order(ByteOrder.LITTLE_ENDIAN);
      for (int at = 4; at + 8 <= list.length; at += 8) {
        if (in.getShort(at) == 4) {
          return in.getShort(at + 2) & 7;
        }
      }
      return 0;
    }

    private void extend(Path place, Meta file, Extended attribute) {
      String name = attribute.name();
      if (name.startsWith("user.") && file.kind() != LINK) {
        isDone(
            "extended attributes are not restored",
            file.path(),
            () -> {
              byte[] bytes = name.substring(5).getBytes(StandardCharsets.ISO_8859_1);
              CharBuffer text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes));
              UserDefinedFileAttributeView view =
                  Files.getFileAttributeView(
                      place, UserDefinedFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
              boolean isAscii = text.chars().allMatch(c -> c < 0x80);
              if (view == null
                  || !isAscii && !System.getProperty("sun.jnu.encoding", "UTF-8").equals("UTF-8")) {
                throw new UnsupportedOperationException();
              }
              view.write(text.toString(), ByteBuffer.wrap(attribute.value()));
            });
      } else if (name.startsWith("system.posix_acl_")) {
        note("access lists are not restored", file.path());
      } else {
        note("attributes of the system (trusted, security) are not restored", file.path());
      }
    }

    /// Java sets no fractions of seconds before 1970.
    private static void setTime(Path place, Meta file, Facts facts) throws IOException {
      long seconds = file.changedSeconds();
      FileTime time =
          seconds < 0 || seconds > Instant.MAX.getEpochSecond()
              ? FileTime.from(seconds, TimeUnit.SECONDS)
              : FileTime.from(Instant.ofEpochSecond(seconds, facts.nanoseconds()));
      Files.getFileAttributeView(place, BasicFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
          .setTimes(time, null, null);
    }
  }

  // ---------------------------------------------------------------------------------------------
  // The write-ahead log. wal.md.
  // ---------------------------------------------------------------------------------------------

  private static final int RANGE_MAX = 16 << 20;
  private static final int WAL_OBJECT_MAX = 20 << 20;
  private static final int WAL_FRAME = 4 << 20;
  private static final int SUMMARY_MAX = 1 << 20;
  private static final int WAL_FILE_MAX = 1 << 20;

  private static final class Wal {
    private final Store store;
    private final Domain domain;
    private final byte[] pseudonyms;
    private final String lineage;
    private final Map<Integer, List<Range>> ranges = new HashMap<>();
    private int segmentBytes;

    /// @param end the position after the last byte
    private record Range(int timeline, long start, long end) {
      String name() {
        return String.format(Locale.ROOT, "%08x/%016x-%016x", timeline, start, end);
      }
    }

    /// @param systemIdentifier of the cluster, as a decimal number
    Wal(Store store, Domain domain, String source, String systemIdentifier) throws IOException {
      this.store = store;
      this.domain = domain;
      this.pseudonyms = hmac(domain.identity(), ascii("holdfast/v1/pseudonym"));
      this.lineage =
          pseudonym("wal-domain").substring(0, 16)
              + pseudonym("wal-lineage/" + systemIdentifier + "/" + source).substring(0, 16);
      In in = small("about", "HFWALABT", "wal-about", ascii(lineage));
      in.require(Long.toUnsignedString(in.raw(8)).equals(systemIdentifier), "another cluster");
      segmentBytes = in.u32(1 << 30);
      in.require(
          segmentBytes >= 1 << 20 && Integer.bitCount(segmentBytes) == 1, "odd size of segments");
      in.require(in.utf8(in.bytes(in.left())).equals(source), "another source");
    }

    private String pseudonym(String text) {
      return hex(hmac(pseudonyms, text.getBytes(StandardCharsets.UTF_8))).substring(0, 32);
    }

    private byte[] open(
        String purpose, byte[] context, byte[] object, int from, int to, int max, String what) {
      return unseal(
          domain.data()::get, purpose, domain.context(context), object, from, to, max, what);
    }

    /// The inside of a small object: of its plain name, or of a copy that replaces it.
    private In small(String name, String magic, String purpose, byte[] context) throws IOException {
      String folder = "wal/" + lineage;
      return firstWhole(
          folder,
          name,
          (object, what) -> {
            In head = new In(object, what);
            head.magic(magic);
            head.require(head.u32() == 1, "a version that is not known");
            byte[] plain =
                open(purpose, context, object, 12, object.length, WAL_FILE_MAX + 1_024, what);
            return new In(plain, what);
          });
    }

    private interface Opening<T> {
      T open(byte[] object, String name);
    }

    /// Opens the object of the plain name or else the first of its replacements that is whole.
    private <T> T firstWhole(String folder, String name, Opening<T> opening) throws IOException {
      List<String> candidates = new ArrayList<>(List.of(name));
      int slash = name.lastIndexOf('/') + 1;
      String below = slash == 0 ? folder : folder + "/" + name.substring(0, slash - 1);
      for (String other : store.list(below)) {
        if (other.startsWith(name.substring(slash) + ".r")) {
          candidates.add(name.substring(0, slash) + other);
        }
      }
      Failure first = null;
      for (String candidate : candidates) {
        String object = folder + "/" + candidate;
        try {
          return opening.open(store.require(object, WAL_OBJECT_MAX), object);
        } catch (Failure e) {
          first = first == null ? e : first;
        }
      }
      throw first;
    }

    /// A small file, such as the history of a timeline; empty if there is none.
    Optional<byte[]> file(String name) throws IOException {
      String pseudonym = pseudonym("wal-file/" + lineage + "/" + name);
      String folder = "wal/" + lineage + "/files";
      if (store.list(folder).stream()
          .noneMatch(n -> n.equals(pseudonym) || n.startsWith(pseudonym + ".r"))) {
        return Optional.empty();
      }
      In in = small("files/" + pseudonym, "HFWALFIL", "wal-file", ascii(lineage + "/" + pseudonym));
      in.require(in.text(255).equals(name), "another file");
      return Optional.of(in.bytes(in.left()));
    }

    private List<Range> ranges(int timeline) throws IOException {
      List<Range> known = ranges.get(timeline);
      if (known == null) {
        Set<Range> found = new HashSet<>();
        for (String name :
            store.list(String.format(Locale.ROOT, "wal/%s/%08x", lineage, timeline))) {
          if (name.matches("[0-9a-f]{16}-[0-9a-f]{16}(\\.r[0-9a-f]{8})?")) {
            long start = HexFormat.fromHexDigitsToLong(name, 0, 16);
            long end = HexFormat.fromHexDigitsToLong(name, 17, 33);
            if (end - start > 0 && end - start <= RANGE_MAX) {
              found.add(new Range(timeline, start, end));
            }
          }
        }
        known = new ArrayList<>(found);
        known.sort((a, b) -> Long.compareUnsigned(a.start(), b.start()));
        ranges.put(timeline, known);
      }
      return known;
    }

    /// The first position from `from` on that no range covers.
    long end(int timeline, long from) throws IOException {
      long end = from;
      for (Range range : ranges(timeline)) {
        if (Long.compareUnsigned(range.start(), end) <= 0
            && Long.compareUnsigned(range.end(), end) > 0) {
          end = range.end();
        }
      }
      return end;
    }

    private interface Sink {
      void bytes(byte[] bytes, int from, int length) throws IOException;
    }

    /// Hands over the bytes from `from` to `to`, each time from the range that reaches farthest.
    /// Where two ranges that are read overlap, their common bytes must be the same.
    void read(int timeline, long from, long to, Sink sink) throws IOException {
      long at = from;
      Range before = null;
      byte[] bytesBefore = new byte[0];
      Range range = null;
      int next = 0;
      List<Range> all = ranges(timeline);
      while (at < to) {
        for (; next < all.size() && all.get(next).start() <= at; next++) {
          if (range == null || range.end() < all.get(next).end()) {
            range = all.get(next);
          }
        }
        if (range == null || range.end() <= at) {
          throw damaged("the write-ahead log at " + lsn(at) + " is missing");
        }
        byte[] bytes = content(range);
        for (long p = before == null ? at : Math.max(range.start(), before.start()); p < at; p++) {
          if (bytes[(int) (p - range.start())] != bytesBefore[(int) (p - before.start())]) {
            throw damaged("two stored pieces of the write-ahead log differ at " + lsn(p));
          }
        }
        int length = (int) (Math.min(to, range.end()) - at);
        sink.bytes(bytes, (int) (at - range.start()), length);
        at += length;
        before = range;
        bytesBefore = bytes;
      }
    }

    /// Section "Range objects".
    private byte[] content(Range range) throws IOException {
      return firstWhole(
          "wal/" + lineage, range.name(), (object, what) -> content(range, object, what));
    }

    private byte[] content(Range range, byte[] object, String what) {
      byte[] context =
          join(ascii(lineage), be32(range.timeline()), be64(range.start()), be64(range.end()));
      In in = new In(object, what);
      in.magic("HFWALRNG");
      in.require(in.u32() == 1, "a version that is not known");
      int head = sealed(in);
      byte[] none = be32(-1);
      byte[] summary =
          open("wal-summary", join(context, none), object, head, in.at, SUMMARY_MAX + 32, what);
      in.require(summary.length >= 32, "it has no digest");
      byte[] digest = Arrays.copyOf(summary, 32);
      byte[] bytes = new byte[(int) (range.end() - range.start())];
      for (int done = 0, frame = 0; done < bytes.length; frame++) {
        int share = Math.min(WAL_FRAME, bytes.length - done);
        int from = sealed(in);
        byte[] bound = join(context, be32(frame), digest);
        byte[] plain = open("wal-frame", bound, object, from, in.at, WAL_FRAME + 1_024, what);
        In inside = new In(plain, what);
        int codec = inside.u8();
        inside.require(inside.u32() == share, "a frame of another length");
        System.arraycopy(decompress(codec, inside, share), 0, bytes, done, share);
        done += share;
      }
      in.finish();
      in.require(Arrays.equals(sha256(bytes, 0, bytes.length), digest), "its digest is wrong");
      return bytes;
    }

    /// Passes over a sealed piece with its length in front, and says where it begins.
    private static int sealed(In in) {
      int length = in.u32();
      in.require(length <= in.left(), "it is too short");
      in.at += length;
      return in.at - length;
    }
  }

  private static String lsn(long position) {
    return String.format(Locale.ROOT, "%X/%X", position >>> 32, position & 0xffffffffL);
  }

  // ---------------------------------------------------------------------------------------------
  // A cluster. physical.md.
  // ---------------------------------------------------------------------------------------------

  private static final class Physical {
    static final String KIND = "physical";
    private static final String CONTROL = "global/pg_control";
    private static final String MAP = "tablespace_map";
    private static final int SMALL_MAX = 1 << 20;

    private final HoldfastReader reader;
    private final Repository repository;
    private final Chunks chunks;
    private final Snapshot backup;
    private final Path to;
    private final Path data;
    private final Map<String, Path> spaces = new LinkedHashMap<>();

    Physical(
        HoldfastReader reader, Repository repository, Chunks chunks, Snapshot backup, Path to) {
      this.reader = reader;
      this.repository = repository;
      this.chunks = chunks;
      this.backup = backup;
      this.to = to;
      this.data = to.resolve("data");
    }

    void extract() throws IOException {
      for (int i = 0; backup.attributes().containsKey("tablespace." + i); i++) {
        String number = attribute("tablespace." + i).split(" ", 2)[0];
        if (!number.matches("[1-9][0-9]{0,9}")) {
          throw damaged("the attribute tablespace." + i + " cannot be read");
        }
        spaces.put(number, to.resolve("tablespaces").resolve(number));
      }
      try (Cluster cluster = new Cluster()) {
        for (Path space : spaces.values()) {
          Extraction.makeDirectory(space);
        }
        new Tree(chunks, backup.root("cluster"), 1).walk(cluster);
        try (Extraction side = new Extraction(to.resolve("side"))) {
          new Tree(chunks, backup.root("side"), 1).walk(side);
        }
        writeWal();
        for (Map.Entry<String, Path> space : spaces.entrySet()) {
          Path link = data.resolve("pg_tblspc").resolve(space.getKey());
          Extraction.makeDirectory(link.getParent());
          Files.createSymbolicLink(link, space.getValue());
        }
        for (String link : cluster.links().keySet()) {
          reader.warn("the source's link " + link + " is left out");
        }
        cluster.writeKept();
      }
      if (!Files.exists(data.resolve("postgresql.conf"))) {
        reader.warn("the source's configuration lay elsewhere: see " + to.resolve("side"));
      }
      reader.out.println("done: " + data + " is of " + attribute("serverVersion"));
      reader.out.println("give it to the server's user, then: pg_ctl -D " + data + " start");
    }

    /// The tree `cluster`, in its places. Two files are kept back: the control file, which must be
    /// the last, and the map of tablespaces, which must name their new places.
    private final class Cluster extends Extraction {
      private final Map<Meta, ByteArrayOutputStream> kept = new LinkedHashMap<>();

      Cluster() throws IOException {
        super(data);
      }

      @Override
      Path place(String path) {
        String[] steps = path.split("/", 3);
        Path space = steps.length > 1 && steps[0].equals("pg_tblspc") ? spaces.get(steps[1]) : null;
        return space == null
            ? super.place(path)
            : steps.length == 2 ? space : below(space, steps[2]);
      }

      @Override
      WritableByteChannel open(Meta file) throws IOException {
        if (!file.path().equals(CONTROL) && !file.path().equals(MAP)) {
          return super.open(file);
        }
        if (file.size() > SMALL_MAX) {
          throw damaged(file.path() + " has " + file.size() + " bytes");
        }
        kept.put(file, new ByteArrayOutputStream());
        return Channels.newChannel(kept.get(file));
      }

      @Override
      void finish(Meta file, byte[] checksum) throws IOException {
        if (file.digest().length > 0 && !Arrays.equals(file.digest(), ascii(hex(checksum)))) {
          throw damaged(file.path() + ": its checksum is not the one that the backup noted");
        }
        if (!kept.containsKey(file)) {
          super.finish(file, checksum);
        }
      }

      void writeKept() throws IOException {
        if (kept.keySet().stream().noneMatch(file -> file.path().equals(CONTROL))) {
          throw damaged("the backup has no " + CONTROL);
        }
        // In reverse order of their paths: tablespace_map, global/pg_control.
        for (Meta file : new ArrayList<>(kept.keySet()).reversed()) {
          byte[] bytes = kept.get(file).toByteArray();
          write(super.open(file), file.path().equals(MAP) ? map() : bytes);
          super.finish(file, new byte[0]);
        }
      }

      /// One line for each tablespace; backslashes and line ends follow a backslash.
      private byte[] map() {
        StringBuilder map = new StringBuilder();
        spaces.forEach(
            (number, place) ->
                map.append(number)
                    .append(' ')
                    .append(place.toString().replaceAll("[\\\\\n\r]", "\\\\$0"))
                    .append('\n'));
        return map.toString().getBytes(StandardCharsets.UTF_8);
      }
    }

    private String attribute(String name) {
      String value = backup.attributes().get(name);
      if (value == null) {
        throw damaged("the backup has no attribute " + name);
      }
      return value;
    }

    /// A number that is written in an attribute or in the history of a timeline.
    private static long number(String text, int radix, String what) {
      try {
        return Long.parseUnsignedLong(text, radix);
      } catch (NumberFormatException _) {
        throw damaged(what + " '" + text + "' is no number");
      }
    }

    private static long position(String text, String what) {
      String[] halves = text.split("/", -1);
      if (halves.length != 2 || !text.matches("[0-9A-Fa-f]{1,8}/[0-9A-Fa-f]{1,8}")) {
        throw damaged(what + " '" + text + "' is no position");
      }
      return number(halves[0], 16, what) << 32 | number(halves[1], 16, what);
    }

    /// Section "The write-ahead log of a backup": whole segments into `pg_wal`, with zeros behind
    /// the last byte, so that the server recovers to there and not further.
    private void writeWal() throws IOException {
      Domain domain = reader.openDomain(repository, "wal/" + backup.source());
      Wal wal = new Wal(reader.store, domain, backup.source(), attribute("systemIdentifier"));
      int timeline = (int) number(attribute("timeline"), 10, "timeline");
      long start = position(attribute("startLsn"), "startLsn");
      long stop = position(attribute("stopLsn"), "stopLsn");
      long end = reader.wantsAllWal() ? Math.max(stop, wal.end(timeline, start)) : stop;
      long segment = wal.segmentBytes;
      if (timeline < 1 || start < 0 || stop <= start) {
        throw damaged("the backup has no WAL: " + lsn(start) + " to " + lsn(stop));
      }
      Path folder = data.resolve("pg_wal");
      Extraction.makeDirectory(folder.resolve("archive_status"));
      Optional<byte[]> history = timeline > 1 ? wal.file(historyName(timeline)) : Optional.empty();
      if (history.isPresent()) {
        Extraction.write(Extraction.create(folder.resolve(historyName(timeline))), history.get());
      }
      for (long from = start - start % segment; from < end; from += segment) {
        long perId = 0x1_0000_0000L / segment;
        long number = from / segment;
        String name =
            String.format(Locale.ROOT, "%08X%08X%08X", timeline, number / perId, number % perId);
        try (WritableByteChannel file = Extraction.create(folder.resolve(name))) {
          long first = from;
          if (from < start && wal.end(timeline, from) < start) {
            first = writeFromAncestors(wal, timeline, history, from, start, file);
          }
          long last = Math.min(end, from + segment);
          wal.read(timeline, first, last, (b, at, length) -> Extraction.put(file, b, at, length));
          Extraction.put(
              file, new byte[(int) (from + segment - last)], 0, (int) (from + segment - last));
        }
      }
      reader.out.println("write-ahead log from " + lsn(start) + " to " + lsn(end));
    }

    private static String historyName(int timeline) {
      return String.format(Locale.ROOT, "%08X.history", timeline);
    }

    /// The beginning of the first segment, where it was written before the timeline began.
    private static long writeFromAncestors(
        Wal wal,
        int timeline,
        Optional<byte[]> history,
        long from,
        long to,
        WritableByteChannel file)
        throws IOException {
      long at = from;
      String text = new String(history.orElse(new byte[0]), StandardCharsets.UTF_8);
      for (String line : text.lines().map(String::strip).toList()) {
        String[] words = line.split("\\s+");
        if (!line.isEmpty() && !line.startsWith("#") && words.length > 1) {
          int ancestor = (int) number(words[0], 10, "timeline");
          long until = Math.min(to, position(words[1], "switch point"));
          if (at < until) {
            wal.read(ancestor, at, until, (b, f, length) -> Extraction.put(file, b, f, length));
            at = until;
          }
        }
      }
      return at;
    }
  }
}
