package io.holdfast.systemtests;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Wrong arguments, keys, places and files: each line is refused with its code, its values and a
/// hint, and leaves the repository and the target as they were. What servers do wrong is in
/// [BadServerTest].
class BadInputTest {
  private static Path shared = Path.of("/tmp");
  private static Path tablespace = Path.of("/tmp");
  private static Program program = new Program(shared);
  private static Map<String, String> stored = Map.of();
  private Path scratch = Path.of("/tmp");

  @BeforeAll
  static void backUpOnce() throws Exception {
    shared = Scratch.make();
    program = new Program(shared);
    try (Cluster source = Cluster.create(Files.createDirectory(shared.resolve("s")))) {
      tablespace = source.directory("space");
      source.execute("CREATE TABLESPACE space LOCATION '" + tablespace + "'");
      program.expect(0, "init");
      program.with("DATABASE_URL", source.url()).expect(0, "backup");
    }
    stored = repositoryFiles();
  }

  @AfterAll
  static void removeShared() throws IOException {
    Scratch.remove(shared);
  }

  @BeforeEach
  void makeScratch() throws IOException {
    scratch = Scratch.make();
  }

  @AfterEach
  void removeScratch() throws Exception {
    Scratch.remove(scratch);
    assertThat(repositoryFiles()).as("files of the repository").isEqualTo(stored);
  }

  @Test
  void wrongOrMalformedKeysOpenNothing() throws IOException {
    refused("HF-1012", key("f".repeat(64)).run("list"), "2 key slots");
    refused("HF-1011", key("abc").run("list"), "3 characters");
    refused("HF-1011", key("g".repeat(64)).run("list"), "character 1");
    Path missing = scratch.resolve("no-key");
    refused("HF-1011", program.withKeyFile(missing).run("list"), missing.toString(), "no such");
    refused("HF-1011", program.withKeyFile(scratch).run("list"), scratch.toString());
    refused("HF-1010", key("").with("HOME", scratch.toString()).run("list"), ".config/holdfast");
    refused("HF-1012", key("").with("BACKUP_PASSPHRASE", "wrong").run("list"));
    refused("HF-1002", program.with("BACKUP_PASSPHRASE", "x").run("list"), "BACKUP_ENCRYPTION_KEY");
    refused(
        "HF-1002",
        key("").with("BACKUP_PASSPHRASE_FILE", missing.toString()).run("list"),
        "BACKUP_PASSPHRASE_FILE",
        missing.toString());
  }

  @Test
  void placesWithoutRepositoryAreNamed() throws IOException {
    Path file = Files.writeString(scratch.resolve("file"), "x");
    refused("HF-1020", at("/nowhere/at/all").run("list"), "/nowhere/at/all");
    refused("HF-1020", at(scratch).run("list"), scratch.toString());
    refused("HF-1023", at(file).run("list"), file.toString(), "not a directory");
    refused("HF-1003", at("s3://user:geheim@bucket/x").run("list"), "s3:");
    refused("HF-1001", program.run("list", "--repo", ""), "--repo");
  }

  @Test
  void initLeavesForeignPlacesAlone() throws IOException {
    refused("HF-1021", program.run("init"), shared.resolve("repository").toString());
    Path foreign = Files.createDirectory(scratch.resolve("foreign"));
    Files.writeString(foreign.resolve("mine"), "mine");
    refused("HF-1023", at(foreign).run("init"), foreign.toString(), "mine");
    assertThat(names(foreign)).containsExactly("mine");
    refused("HF-1023", at(foreign.resolve("mine")).run("init"), "not a directory");
    refused("HF-1023", at(foreign.resolve("mine/below")).run("init"), "not a directory");
    Path fresh = scratch.resolve("fresh");
    refused("HF-1011", at(fresh).with("BACKUP_ENCRYPTION_KEY", "ab").run("init"), "2 characters");
    assertThat(fresh).as("a repository without a key").doesNotExist();
  }

  @Test
  void twoInitsAtOnceMakeOneRepository() throws Exception {
    Program one = at(scratch.resolve("r"));
    try (Victim first = Victim.start(one, scratch, "init");
        Victim second = Victim.start(one, scratch, "init")) {
      List<Command.Ended> both = List.of(first.awaitEnd(), second.awaitEnd());
      assertThat(both.stream().map(Command.Ended::status)).containsExactlyInAnyOrder(0, 2);
      for (Command.Ended ended : both) {
        if (ended.status() == 2) {
          refused("HF-1021", ended, scratch.resolve("r").toString());
        }
      }
    }
    assertThat(one.expect(0, "list").out()).contains("no backups");
  }

  @Test
  void newerFormatsAreLeftToNewerPrograms() throws Exception {
    newerFormat(8, "format version 2", "knows 1");
    newerFormat(12, "needed to read");
    newerFormat(16, "needed to write");
    newerFormat(20, "needed to maintain");
  }

  private void newerFormat(int offset, String... values) throws Exception {
    Path copy = scratch.resolve("newer" + offset);
    Command.run(
        scratch,
        Map.of(),
        List.of("cp", "-a", shared.resolve("repository").toString(), copy.toString()));
    Path format = copy.resolve("format/v1");
    byte[] bytes = Files.readAllBytes(format);
    int body = bytes.length - 32;
    java.nio.ByteBuffer numbers =
        java.nio.ByteBuffer.wrap(bytes)
            .order(
                bytes[8] == 1 ? java.nio.ByteOrder.LITTLE_ENDIAN : java.nio.ByteOrder.BIG_ENDIAN);
    numbers.putInt(offset, offset == 8 ? 2 : 4);
    MessageDigest sha = MessageDigest.getInstance("SHA-256");
    sha.update(bytes, 0, body);
    System.arraycopy(sha.digest(), 0, bytes, body, 32);
    Files.setPosixFilePermissions(format, PosixFilePermissions.fromString("rw-------"));
    Files.write(format, bytes);
    refused("HF-1022", at(copy).run("list"), values);
  }

  @Test
  void unknownBackupsAndOptionsAreNamed() throws IOException {
    refused("HF-1030", program.run("show", "no_such"), "'no_such'");
    refused("HF-1030", program.run("verify", "../../etc"), "'../../etc'");
    refused("HF-1030", program.run("show", "x\u001b[31m"), "'x\\u001b[31m'");
    refused("HF-1030", program.run("show", "latest", "--source", "other"), "'other'");
    refused("HF-1001", program.run("list", "--no-such-option"), "'--no-such-option'");
    refused("HF-1001", program.run("no-such-command"), "'no-such-command'");
    refused("HF-1001", program.run("verify"), "no backup");
    refused("HF-1001", program.run("restore", "latest"), "--to");
    refused("HF-1001", program.run("backup", "--type", "none"), "'none'");
    refused("HF-1001", program.run("backup"), "no database URL");
  }

  @Test
  void hostileNamesNeverReachAFileOrATerminal() throws IOException {
    for (String name : List.of("../x", "a/b", "", "-x", "a b", "ü", "'; DROP TABLE x")) {
      refused("HF-1001", program.run("list", "--source=" + name), "'" + name + "'");
    }
    refused("HF-1001", program.run("list", "--source", "a\nb\u001b[2J"), "'a\\u000ab\\u001b[2J'");
    refused("HF-1001", program.run("list", "--source", "x".repeat(10_000)), "10000 characters");
    for (String slot : List.of("Big", "a-b", "", "a b", "\"", "x".repeat(64))) {
      refused(
          "HF-1001",
          program.run("wal", "stream", "--url", "postgresql://nowhere.invalid/d", "--slot=" + slot),
          "replication slot");
    }
    refusedTarget("HF-1042", "'it''s \"so\"'".replace("''", "'"), "--target-name", "it's \"so\"");
    refusedTarget("HF-1001", "10000 characters", "--target-name", "x".repeat(10_000));
  }

  @Test
  void targetsThatCannotBeMetAreRefusedBeforeAnythingIsWritten() throws IOException {
    refusedTarget("HF-1043", "'2026-01-01 10:00:00'", "--target-time", "2026-01-01 10:00:00");
    refusedTarget("HF-1042", "2001-01-01", "--target-time", "2001-01-01T00:00:00Z");
    refusedTarget("HF-1042", "reachable", "--target-time", "2101-01-01 00:00:00+02");
    refusedTarget("HF-1001", "'yesterday'", "--target-time", "yesterday");
    refusedTarget(
        "HF-1001", "'Mars/Base'", "--target-time", "2026-01-01 10:00", "--time-zone", "Mars/Base");
    refusedTarget("HF-1001", "'zz'", "--target-lsn", "zz");
    refusedTarget("HF-1042", "FF/0", "--target-lsn", "FF/0");
    refusedTarget("HF-1042", "0/10", "--target-lsn", "0/10");
    refusedTarget("HF-1001", "'zz'", "--target-xid", "zz");
    refusedTarget("HF-1042", "99999999", "--target-xid", "99999999");
    refusedTarget("HF-1042", "'nobody'", "--target-name", "nobody");
    refusedTarget("HF-1001", "more than one", "--target-xid", "9", "--target-lsn", "0/3");
    refusedTarget("HF-1042", "timeline 99", "--target-timeline", "99");
    refusedTarget("HF-1001", "'x'", "--target-timeline", "x");
    refusedTarget("HF-1001", "'fly'", "--target-action", "fly");
  }

  @Test
  void targetDirectoriesOfOthersStayAsTheyAre() throws IOException {
    Path full = Files.createDirectory(scratch.resolve("full"));
    Files.writeString(full.resolve("mine"), "mine");
    refusedTo("HF-1040", full, "mine");
    assertThat(full.resolve("mine")).hasContent("mine");
    refusedTo("HF-1040", full.resolve("mine"), "not a directory");
    refusedTo("HF-1040", full.resolve("../full"), full.toString());
    Path link = Files.createSymbolicLink(scratch.resolve("link"), Path.of("/nowhere/at/all"));
    refusedTo("HF-1040", link, "leads nowhere");
    Path inside = shared.resolve("repository/inside");
    refusedTo("HF-1001", inside, inside.toString(), "a repository");
    Path around = Files.createSymbolicLink(scratch.resolve("around"), shared);
    refusedTo("HF-1001", around.resolve("repository/inside"), "a repository");
    Path data = shared.resolve("s/data/inside");
    refusedTo("HF-1001", data, data.toString(), "data directory");
    assertThat(data).doesNotExist();
    refused("HF-1001", program.run("restore", "latest", "--to", ""), "--to");
    refused(
        "HF-1001",
        program.run(
            "restore", "latest", "--to", never().toString(), "--owner", "nobody_here", space()),
        "'nobody_here'");
    assertThat(never()).doesNotExist();
  }

  @Test
  void aLinkToAnEmptyDirectoryIsFollowed() throws IOException {
    Path real = Files.createDirectory(scratch.resolve("real"));
    Path link = Files.createSymbolicLink(scratch.resolve("link"), real);
    program.expect(
        0,
        "restore",
        "latest",
        "--to",
        link.toString(),
        "--tablespace",
        tablespace + "=" + scratch.resolve("space"));
    assertThat(real.resolve("global/pg_control")).exists();
    assertThat(Files.isSymbolicLink(link)).isTrue();
  }

  @Test
  void tablespacesGoNowhereUnexpected() throws IOException {
    String space = tablespace.toString();
    Path full = Files.createDirectory(scratch.resolve("full"));
    Files.writeString(full.resolve("mine"), "mine");
    refusedTarget("HF-1001", "foo", "--tablespace", "foo");
    refusedTarget("HF-1001", "/a", "--tablespace", "/a=/b");
    refusedTarget("HF-1001", "=relative'", "--tablespace", space + "=relative");
    refusedTarget("HF-1040", "mine", "--tablespace", space + "=" + full);
    refusedTarget("HF-1001", "in each other", "--tablespace", space + "=" + never() + "/inside");
    refusedTarget(
        "HF-1001",
        "a repository",
        "--tablespace",
        space + "=" + shared.resolve("repository/inside"));
    assertThat(names(full)).containsExactly("mine");
    refusedTarget("HF-1040", space); // without --tablespace it would go where it was
  }

  @Test
  void configurationFilesWithMistakesAreRefusedWithTheLine() throws IOException {
    config("repositories: [\n", "line 2");
    config("repositories:\n  main: {url: /x, kee: 3}\n", "line 2", "'kee'", "keyFile");
    config("sorces: {}\n", "line 1", "'sorces'", "sources");
    config("sources:\n  a: {repository: nope}\n", "'nope'");
    config("sources:\n  a: {url: [1]}\n", "sources.a.url");
    config("a: &a [x]\nb: *c\n", "line 2");
    Path binary = scratch.resolve("binary.yaml");
    Files.write(binary, new byte[] {-1, -2, 0});
    refused("HF-1002", program.run("list", "--config", binary.toString()), "not UTF-8");
    Path missing = scratch.resolve("missing.yaml");
    refused("HF-1002", program.run("list", "--config", missing.toString()), missing.toString());
  }

  private void config(String text, String... values) throws IOException {
    Path file = Files.writeString(scratch.resolve("holdfast.yaml"), text);
    refused("HF-1002", program.run("list", "--config", file.toString()), values);
  }

  @Test
  void doctorEndsWithTheStatusOfWhatIsWrong() throws IOException {
    Command.Ended wrongKey = key("f".repeat(64)).run("doctor");
    assertThat(wrongKey.status()).as(wrongKey.all()).isEqualTo(2);
    assertThat(wrongKey.out()).contains("FAIL  HF-1012");
    Command.Ended noServer =
        program.with("DATABASE_URL", "postgresql://postgres@127.0.0.1:1/x").run("doctor");
    assertThat(noServer.status()).as(noServer.all()).isEqualTo(3);
    assertThat(noServer.out()).contains("FAIL  HF-2");
  }

  @Test
  void walCommandsKeepTheirOwnRules() throws IOException {
    Path to = scratch.resolve("to");
    assertThat(program.run("wal", "fetch", "0000000100000000000000FF", to.toString()).status())
        .as("certainly absent")
        .isEqualTo(1);
    assertThat(program.run("wal", "fetch", "nonsense", to.toString()).status()).isEqualTo(126);
    Command.Ended misfit = program.run("wal", "fetch", "0000000100000000000001FF", to.toString());
    assertThat(misfit.status()).as(misfit.all()).isEqualTo(126);
    assertThat(misfit.err()).contains("HF-1001", "0000000100000000000001FF", "hint:");
    assertThat(key("abc").run("wal", "fetch", "0000000100000000000000FF", to.toString()).status())
        .isEqualTo(126);
    assertThat(program.run("wal", "fetch").status()).isEqualTo(126);
    refused("HF-1001", program.run("wal", "push", "/etc/passwd"), "'passwd'");
    assertThat(to).doesNotExist();
  }

  @Test
  void placesThatMayNotBeWrittenToAreNamed() throws IOException {
    assumeFalse(System.getProperty("user.name").equals("root"), "root may write everywhere");
    Path mine = Files.createDirectory(scratch.resolve("mine"));
    Files.setPosixFilePermissions(mine, PosixFilePermissions.fromString("r-xr-xr-x"));
    refused("HF-1023", program.run("init", "--repo=" + mine), mine.toString(), "not writable");
    refused("HF-1023", program.run("init", "--repo=" + mine + "/r"), "permission denied");
    refused(
        "HF-1041",
        program.run("restore", "latest", "--to", mine.resolve("x").toString(), space()),
        mine.toString());
    assertThat(names(mine)).isEmpty();
  }

  @Test
  void anotherUserIsToldWhatHeMayNotDo() throws IOException {
    assumeTrue(System.getProperty("user.name").equals("root"), "needs root to become nobody");
    Path mine = Files.createDirectory(scratch.resolve("mine"));
    refused("HF-1023", nobody("list"), "repository", "cannot be read");
    Path copy = scratch.resolve("copy");
    shell("cp -a " + shared.resolve("repository") + " " + copy + "; chown -R nobody " + copy);
    String repo = "--repo=" + copy;
    refused(
        "HF-1041",
        nobody("restore", "latest", repo, "--to", mine.resolve("x").toString(), space()),
        mine.toString());
    refused("HF-1023", nobody("init", "--repo=" + mine), mine.toString(), "not writable");
    refused("HF-1023", nobody("init", "--repo=" + mine + "/r"), "permission denied");
    assertThat(names(mine)).isEmpty();
    shell("chmod -R a-w " + copy);
    assertThat(nobody("list", repo).status()).as("a read-only repository can be read").isZero();
    assertThat(nobody("verify", "latest", repo).status()).isZero();
    Path file = Files.writeString(scratch.resolve("00000001000000000000000A"), "not WAL");
    assertThat(nobody("wal", "push", file.toString(), repo).err()).contains("error HF-");
  }

  private String space() {
    return "--tablespace=" + tablespace + "=" + scratch.resolve("mine/space");
  }

  private Command.Ended nobody(String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("runuser", "-u", "nobody", "--", "env"));
    command.addAll(List.of("BACKUP_DIR=" + shared.resolve("repository"), "TMPDIR=/tmp"));
    command.addAll(List.of("BACKUP_ENCRYPTION_KEY=" + Program.KEY, Program.HOME + "/bin/holdfast"));
    command.addAll(List.of(arguments));
    return Command.run(scratch, Map.of(), command);
  }

  private void shell(String line) throws IOException {
    Command.Ended ended = Command.run(scratch, Map.of(), List.of("sh", "-c", line));
    assertThat(ended.status()).as(ended.all()).isZero();
  }

  private void refusedTarget(String code, String value, String... target) throws IOException {
    List<String> command =
        new ArrayList<>(List.of("restore", "latest", "--to", never().toString()));
    command.addAll(List.of(target));
    refused(code, program.run(command.toArray(String[]::new)), value);
    assertThat(never()).doesNotExist();
  }

  private void refusedTo(String code, Path to, String... values) throws IOException {
    refused(code, program.run("restore", "latest", "--to", to.toString(), space()), values);
  }

  private Path never() {
    return scratch.resolve("never");
  }

  private static void refused(String code, Command.Ended ended, String... values)
      throws IOException {
    Refusal.expect(2, code, withoutPhases(ended), values);
  }

  private static Command.Ended withoutPhases(Command.Ended ended) {
    return new Command.Ended(
        ended.status(),
        ended.out(),
        ended.err().substring(Math.max(0, ended.err().indexOf("error "))));
  }

  private static Program key(String key) {
    return program.with("BACKUP_ENCRYPTION_KEY", key);
  }

  private static Program at(Object place) {
    return program.with("BACKUP_DIR", place.toString());
  }

  /// Names and checksums of its files.
  private static Map<String, String> repositoryFiles() throws Exception {
    Map<String, String> contents = new TreeMap<>();
    MessageDigest digest = MessageDigest.getInstance("SHA-256");
    try (Stream<Path> files = Files.walk(shared.resolve("repository"))) {
      for (Path file : files.toList()) {
        contents.put(
            file.toString(),
            Files.isRegularFile(file)
                ? HexFormat.of().formatHex(digest.digest(Files.readAllBytes(file)))
                : "directory");
      }
    }
    return contents;
  }

  private static List<String> names(Path directory) throws IOException {
    try (Stream<Path> files = Files.list(directory)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }
}
