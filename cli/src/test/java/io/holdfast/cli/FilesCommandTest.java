package io.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.holdfast.base.testing.Seeds;
import io.holdfast.cli.TestRepository.Result;
import io.holdfast.files.FileFacts;
import io.holdfast.files.posix.Accounts;
import io.holdfast.files.posix.FileStatus;
import io.holdfast.files.posix.FileStatus.Timestamp;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.repository.tree.Attributes;
import io.holdfast.repository.tree.Digest;
import io.holdfast.repository.tree.FileContent;
import io.holdfast.repository.tree.FileEntry;
import io.holdfast.repository.tree.FileKind;
import io.holdfast.repository.tree.SortedTreeWriter;
import io.holdfast.storage.BlobStore;
import io.holdfast.storage.BlobStores;
import io.holdfast.storage.StoreContext;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The commands about files: what each option does to what is stored and restored.
class FilesCommandTest {
  private static final Pattern NAME = Pattern.compile("main_files_[0-9TZ-]+");
  private static final String USER = "daemon";
  private static final int ITS_NUMBER_ELSEWHERE = 54_321;

  @TempDir private Path temporary = Path.of("");
  private Path directory = Path.of("");
  private Path tree = Path.of("");
  private Optional<TestRepository> made = Optional.empty();

  @BeforeEach
  void makeTree() throws IOException {
    directory = temporary.toRealPath();
    made = Optional.of(new TestRepository(directory));
    tree = Files.createDirectory(directory.resolve("tree"));
    Files.writeString(tree.resolve("letter"), "dear reader");
    Files.writeString(tree.resolve("draft.tmp"), "dear");
    Files.writeString(tree.resolve("keep.tmp"), "keep me");
  }

  @Test
  void listShowsWhatABackupHolds() throws IOException {
    String first = backUp();
    Files.writeString(tree.resolve("letter"), "dear reader, good bye");
    backUp();

    assertThat(repository().run("files", "list", first).good().out().lines())
        .anyMatch(line -> line.matches("-r.* 11 .* " + tree + "/letter"));
    assertThat(repository().run("files", "list", "latest").good().out().lines())
        .anyMatch(line -> line.matches("-r.* 21 .* " + tree + "/letter"))
        .anyMatch(line -> line.matches("d.* " + tree));
    assertThat(repository().run("files", "list", first, "--json").good().out())
        .startsWith("{\n\"entries\": [")
        .contains("\"path\": \"" + tree + "/letter\"", "\"size\": 11");
    assertThat(repository().run("files", "list", "none").err()).contains("HF-1030", "'none'");
  }

  @Test
  void diffShowsWhatBecameOfEachEntry() throws IOException {
    String first = backUp();
    Files.writeString(tree.resolve("letter"), "dear reader, good bye");
    Files.delete(tree.resolve("draft.tmp"));
    Files.createSymbolicLink(tree.resolve("link"), Path.of("letter"));
    String second = backUp();

    assertThat(repository().run("files", "diff", first, second).good().out().lines())
        .contains("M " + tree + "/letter", "- " + tree + "/draft.tmp", "+ " + tree + "/link")
        .doesNotContain("M " + tree + "/keep.tmp");
    assertThat(repository().run("files", "diff", "latest", first).good().out().lines())
        .as("the other way round")
        .contains("+ " + tree + "/draft.tmp", "- " + tree + "/link");
    assertThat(repository().run("files", "diff", first, "latest", "--json").good().out())
        .startsWith("{\n\"changes\": [")
        .contains("\"change\": \"content\"", "\"path\": \"" + tree + "/letter\"")
        .containsPattern("\"removed\",\\s+\"path\": \"[^\"]*/draft.tmp\"");
    assertThat(repository().run("files", "diff", second, second, "--json").good().out())
        .isEqualTo("{\n\"changes\": []\n}\n");
  }

  @Test
  void patternsOfAFileLeaveOutAndThoseOfTheCommandLineComeAfterThem() throws IOException {
    Files.writeString(directory.resolve("patterns"), "# no drafts\n*.tmp\n");
    assertThat(names("--exclude-file", "patterns")).containsExactly("letter");
    assertThat(names("--exclude-file", "patterns", "--exclude", "!keep.tmp"))
        .containsExactly("keep.tmp", "letter");
    Files.writeString(directory.resolve("more"), "letter\n");
    assertThat(names("--exclude-file", "patterns", "--exclude-file", "more")).isEmpty();

    Result absent =
        repository().run("files", "backup", tree.toString(), "--exclude-file", "nowhere");
    assertThat(absent.status()).isEqualTo(2);
    assertThat(absent.err()).contains("HF-1001", "the patterns in nowhere cannot be read");
  }

  @Test
  void cachesAreLeftOutOnlyIfAskedFor() throws IOException {
    Path cache = Files.createDirectory(tree.resolve("cache"));
    Files.writeString(
        cache.resolve("CACHEDIR.TAG"), "Signature: 8a477f597d28d172789f06886806bc55\n");
    Files.writeString(cache.resolve("page"), "cached");

    assertThat(names()).contains("cache/CACHEDIR.TAG", "cache/page");
    assertThat(names("--exclude-caches"))
        .contains("cache", "cache/CACHEDIR.TAG", "letter")
        .doesNotContain("cache/page");
  }

  /// `/dev/pts` is mounted below `/dev` on every usual Linux.
  @Test
  void otherFileSystemsAreEnteredUnlessForbidden() {
    assumeTrue(Files.exists(Path.of("/dev/pts/ptmx")), "no /dev/pts here");
    repository().run("files", "backup", "/dev", "--exclude", "/dev/shm");
    assertThat(listed()).contains("/dev/pts", "/dev/pts/ptmx");
    repository().run("files", "backup", "/dev", "--exclude", "/dev/shm", "--one-file-system");
    assertThat(listed()).contains("/dev/pts").doesNotContain("/dev/pts/ptmx");
  }

  @Test
  void checksumFindsWhatSizeAndTimeDoNotTell() throws IOException {
    backUp();
    restore().good();
    Path restored = directory.resolve("out" + tree + "/letter");
    FileTime time = Files.getLastModifiedTime(restored);
    Files.writeString(restored, "DEAR READER");
    Files.setLastModifiedTime(restored, time);

    restore("--delta").good();
    assertThat(restored).hasContent("DEAR READER");
    assertThat(restore("--delta", "--checksum").good().out()).contains("wrote 1 files");
    assertThat(restored).hasContent("dear reader");
  }

  @Test
  void ownersAreThoseOfTheNameUnlessNumbersAreAskedFor() throws IOException {
    assumeTrue(Accounts.isRoot(), "only root gives files away");
    assumeTrue(new Accounts().userId(USER).isPresent(), "no user " + USER + " here");
    storeFileOfUserWithAnotherNumber();

    restore().good();
    assertThat(Files.getAttribute(directory.resolve("out/file"), "unix:uid"))
        .isEqualTo(new Accounts().userId(USER).orElseThrow());
    repository().run("files", "restore", "latest", "--to", "numbers", "--numeric-ids").good();
    assertThat(Files.getAttribute(directory.resolve("numbers/file"), "unix:uid"))
        .isEqualTo(ITS_NUMBER_ELSEWHERE);
  }

  @Test
  void aDryRunSaysWhatABackupWouldBeAndMakesNone() throws IOException {
    Result first = repository().run("files", "backup", tree.toString(), "--dry-run").good();
    assertThat(first.out())
        .contains("would back up ", " entries of source main, 22 B")
        .contains("  3 files, ")
        .contains("there is no backup to compare with")
        .contains("would read 22 B");
    assertThat(repository().run("list").good().out()).contains("no backups");

    String backup = backUp();
    Files.delete(tree.resolve("draft.tmp"));
    Files.writeString(tree.resolve("new"), "new");
    List<String> before = objects();
    assertThat(
            repository()
                .run(
                    "files", "backup", tree.toString(), "--dry-run", "--json", "--exclude", "keep*")
                .good()
                .out())
        .contains("\"dryRun\": true", "\"comparedWith\": \"" + backup + "\"")
        .contains("\"files\": 2", "\"new\": 1", "\"removed\": 2", "\"unread\": 0")
        .doesNotContain("\"repositories\"");
    assertThat(objects()).isEqualTo(before);
  }

  @Test
  void aDryRunForSeveralRepositoriesFindsThoseThatAreNotThere() {
    repository().run("init", "--repo", "second").good();
    Result both =
        repository()
            .run("files", "backup", tree.toString(), "--dry-run", "--also", "second")
            .good();
    assertThat(both.out().lines())
        .contains("would store in  " + repository().path())
        .contains("would store in  " + directory.resolve("second"));
    assertThat(repository().run("list", "--repo", "second").good().out()).contains("no backups");

    Result one =
        repository()
            .run("files", "backup", tree.toString(), "--dry-run", "--json", "--also", "third");
    assertThat(one.status()).isEqualTo(6);
    assertThat(one.out())
        .contains("\"reachable\": true", "\"reachable\": false", "there is no directory ");
  }

  private String backUp() {
    Matcher name = NAME.matcher(repository().run("files", "backup", tree.toString()).good().out());
    assertThat(name.find()).isTrue();
    return name.group();
  }

  /// Backs the tree up and answers what is below it then.
  private List<String> names(String... options) {
    String[] args =
        Stream.concat(Stream.of("files", "backup", tree.toString()), Stream.of(options))
            .toArray(String[]::new);
    repository().run(args).good();
    return listed().stream()
        .filter(path -> path.startsWith(tree + "/"))
        .map(path -> path.substring(tree.toString().length() + 1))
        .toList();
  }

  /// The paths of the newest backup.
  private List<String> listed() {
    return repository()
        .run("files", "list", "latest")
        .good()
        .out()
        .lines()
        .map(line -> line.substring(line.indexOf(" /") + 1))
        .toList();
  }

  private Result restore(String... options) {
    String[] args =
        Stream.concat(Stream.of("files", "restore", "latest", "--to", "out"), Stream.of(options))
            .toArray(String[]::new);
    return repository().run(args);
  }

  private List<String> objects() throws IOException {
    try (Stream<Path> files = Files.walk(repository().path())) {
      return files.map(Path::toString).sorted().toList();
    }
  }

  /// As if it came from a machine on which that user has another number.
  private void storeFileOfUserWithAnotherNumber() throws IOException {
    FileFacts facts =
        new FileFacts(
            Set.of(),
            0,
            0,
            new Timestamp(1, 0),
            1,
            ITS_NUMBER_ELSEWHERE,
            0,
            0,
            0,
            "",
            List.of(),
            List.of());
    FileEntry entry =
        new FileEntry(
            "file",
            FileKind.FILE,
            0,
            FileStatus.REGULAR | 0600,
            1,
            "",
            USER,
            "",
            Digest.NONE,
            Attributes.of(facts.encode()));
    try (BlobStore store =
            BlobStores.open(
                repository().path().toString(),
                new StoreContext(InstantSource.system(), Seeds.entropy(1), Map.of()));
        Repository open = Repositories.open(store, 1);
        BackupSession session = open.beginSession()) {
      SortedTreeWriter writer = new SortedTreeWriter(session.chunks(), Optional.empty());
      writer.put(entry, FileContent.empty());
      SnapshotRecord like = Repositories.record("made", writer.finish().root());
      session.commit(
          new SnapshotRecord(
              "made",
              "main",
              "files",
              "files",
              Optional.empty(),
              like.startedAt(),
              like.startedAt(),
              0,
              0,
              1,
              new TreeMap<>(),
              new TreeMap<>(Map.of("files", like.root("tree")))));
    }
  }

  private TestRepository repository() {
    return made.orElseThrow();
  }
}
