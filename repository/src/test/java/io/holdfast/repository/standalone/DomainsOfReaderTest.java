package io.holdfast.repository.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.Repository;
import io.holdfast.repository.Shredding;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.repository.tree.Digest;
import io.holdfast.repository.tree.FileEntry;
import io.holdfast.repository.tree.FileKind;
import io.holdfast.repository.tree.FileLayout;
import io.holdfast.repository.tree.TreeWriter;
import io.holdfast.storage.LocalBlobStore;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The stand-alone reader and backups in several key domains.
final class DomainsOfReaderTest {
  @TempDir Path scratch = Path.of("");
  private LoadedReader reader;
  private Path directory = Path.of("");

  @BeforeEach
  void compile() throws Exception {
    reader = LoadedReader.compile(Files.createDirectory(scratch.resolve("classes")));
    directory = Files.createDirectory(scratch.resolve("repository"));
    try (Repository repository = Repositories.init(store(1), 2)) {
      backUp(repository, "main", 10);
      backUp(repository, "tenant", 20);
      backUp(repository, "other", 20);
    }
  }

  @AfterEach
  void close() throws Exception {
    reader.close();
  }

  @Test
  void eachBackupIsReadWithTheKeysOfItsDomain() throws Exception {
    assertThat(extract("main", 0)).hasBinaryContent(content(10));
    assertThat(extract("tenant", 0)).hasBinaryContent(content(20));
    assertThat(extract("other", 0)).hasBinaryContent(content(20));
  }

  @Test
  void aLostIndexIsReplacedByTheTablesOfThePacksOfTheDomain() throws Exception {
    for (Path delta : GoldenFiles.under(directory.resolve("idx"))) {
      Files.delete(delta);
    }
    assertThat(extract("tenant", 4)).hasBinaryContent(content(20));
  }

  @Test
  void theKeysOfOneDomainAreEnoughForItsBackups() throws Exception {
    Path keys;
    try (Repository repository = Repositories.open(store(3), 4)) {
      keys = directory.resolve("keys/domain/" + repository.domain("tenant").id().hex());
    }
    for (Path key : GoldenFiles.under(keys)) {
      Files.delete(key);
    }
    assertThat(extract("other", 0)).hasBinaryContent(content(20));
    LoadedReader.Ended ended = run("tenant");
    assertThat(ended.status()).isEqualTo(4);
    assertThat(ended.err()).contains("there are no keys of the domain 'tenant'");
  }

  @Test
  void aShreddedDomainHasNoBackupsAndIsNoDamage() throws Exception {
    try (Repository repository = Repositories.open(store(3), 4)) {
      repository.shredding("tenant").run(Shredding.KeptKeys.REFUSED);
    }
    // As if it had been committed behind the tombstone.
    for (Path forgotten : GoldenFiles.under(directory.resolve("forgot"))) {
      Files.delete(forgotten);
    }
    LoadedReader.Ended listed = reader.run("list", directory.toString());
    assertThat(listed.status()).as(listed.err()).isZero();
    assertThat(listed.out()).contains("other").doesNotContain("tenant");
    assertThat(extract("other", 0)).hasBinaryContent(content(20));
  }

  private LoadedReader.Ended run(String name) throws Exception {
    Path to = scratch.resolve("to-" + name);
    return reader.run("extract", directory.toString(), name, "--to", to.toString());
  }

  private Path extract(String name, int status) throws Exception {
    LoadedReader.Ended ended = run(name);
    assertThat(ended.status()).as(ended.err()).isEqualTo(status);
    return scratch.resolve("to-" + name).resolve("folder/file");
  }

  private LocalBlobStore store(long seed) throws IOException {
    return LocalBlobStore.open(directory, () -> Repositories.NOW, Seeds.entropy(seed));
  }

  private static byte[] content(long seed) {
    byte[] content = new byte[30_000];
    Seeds.random(seed).nextBytes(content);
    return content;
  }

  private static void backUp(Repository repository, String domain, long seed) throws IOException {
    byte[] content = content(seed);
    try (BackupSession session = repository.beginSession(domain)) {
      TreeWriter tree = new TreeWriter(session.chunks(), Optional.empty());
      FileEntry entry =
          new FileEntry(
              "file",
              FileKind.FILE,
              content.length,
              0100644,
              1_700_000_000L,
              "",
              "",
              "",
              Digest.NONE);
      tree.putSmallFile(entry, new FileLayout.Stream(), content);
      TreeMap<String, ChunkId> roots = new TreeMap<>();
      roots.put("folder", tree.finish().root());
      var _ =
          session.commit(
              new SnapshotRecord(
                  domain,
                  "main",
                  "folders",
                  "full",
                  Optional.empty(),
                  Repositories.NOW,
                  Repositories.NOW.plusSeconds(1),
                  1,
                  0,
                  1,
                  new TreeMap<>(),
                  roots));
    }
  }
}
