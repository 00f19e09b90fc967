package io.holdfast.repository.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.Progress;
import io.holdfast.base.testing.Seeds;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkIds;
import io.holdfast.repository.ChunkReader;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.ChunkWriter;
import io.holdfast.repository.PackId;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.StoredSnapshot;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.repository.tree.Digest;
import io.holdfast.repository.tree.FileEntry;
import io.holdfast.repository.tree.FileKind;
import io.holdfast.repository.tree.FileLayout;
import io.holdfast.repository.tree.TreeFile;
import io.holdfast.repository.tree.TreeReader;
import io.holdfast.repository.tree.TreeWriter;
import io.holdfast.storage.LocalBlobStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A golden repository with chunks that are stored as differences, for the product and for the
/// stand-alone reader. `-Dholdfast.golden-differences=FILE` writes it anew; a change of what is
/// stored needs a new format version.
final class GoldenDifferencesTest {
  private static final String GOLDEN = "golden-differences-v1.zip";
  private static final FileLayout STREAM = new FileLayout.Stream();
  private static final List<String> NAMES = List.of("first", "second", "third");

  @TempDir Path scratch = Path.of("");
  private LoadedReader reader;

  @BeforeEach
  void compile() throws Exception {
    reader = LoadedReader.compile(Files.createDirectory(scratch.resolve("classes")));
  }

  @AfterEach
  void close() throws Exception {
    reader.close();
  }

  @Test
  void theGoldenRepositoryIsReadable() throws Exception {
    requireReadable(golden());
  }

  @Test
  void theGoldenRepositoryCanBeWrittenAnew() throws Exception {
    Path written = Files.createDirectory(scratch.resolve("written"));
    write(written);
    String target = System.getProperty("holdfast.golden-differences");
    if (target != null) {
      GoldenFiles.pack(written, Path.of(target));
    }
    requireReadable(written);
  }

  private static void requireReadable(Path directory) throws IOException {
    try (Repository repository = open(directory, 90)) {
      assertThat(repository.snapshots())
          .extracting(snapshot -> snapshot.record().name())
          .containsExactlyElementsOf(NAMES);
      for (ChunkReader chunks : List.of(repository.reader(), repository.readerFromPackTables())) {
        int differences = 0;
        for (int i = 0; i < NAMES.size(); i++) {
          TreeReader tree =
              TreeReader.open(chunks, repository.snapshots().get(i).record().root("folder"));
          TreeFile file = tree.file("lines").orElseThrow();
          assertThat(tree.readAll(file, 1 << 20)).isEqualTo(lines(i));
          Map<ChunkId, ChunkType> all = new HashMap<>();
          tree.forEachChunk((type, id) -> all.put(id, type));
          for (var chunk : all.entrySet()) {
            differences += chunks.prefix(chunk.getValue(), chunk.getKey()).isPresent() ? 1 : 0;
          }
        }
        assertThat(differences).isEqualTo(2);
      }
      var verification = repository.verification();
      assertThat(verification.check()).isEmpty();
      assertThat(verification.verifyPacks(verification.packs(), Progress.NONE)).isEmpty();
    }
  }

  @Test
  void theStandAloneReaderGivesTheSame() throws Exception {
    Path golden = golden();
    for (int i = 0; i < NAMES.size(); i++) {
      assertThat(extract(golden, NAMES.get(i), 0)).hasBinaryContent(lines(i));
    }
  }

  @Test
  void theStandAloneReaderGivesTheSameWhereTheIndexIsGone() throws Exception {
    Path golden = golden();
    for (Path delta : GoldenFiles.under(golden.resolve("idx"))) {
      Files.delete(delta);
    }
    assertThat(extract(golden, "third", 4)).hasBinaryContent(lines(2));
  }

  @Test
  void theStandAloneReaderNamesWhatIsDamaged() throws Exception {
    Path golden = golden();
    try (Repository repository = open(golden, 91)) {
      StoredSnapshot first = repository.snapshots().getFirst();
      for (PackId pack : repository.verification().packsOf(first.id())) {
        if (repository.verification().packBytes(pack) > 10_000) {
          Path file = find(golden, pack);
          byte[] bytes = Files.readAllBytes(file);
          bytes[5_000] ^= 1;
          Files.write(file, bytes);
        }
      }
    }
    LoadedReader.Ended ended = run("third", golden);
    assertThat(ended.status()).isEqualTo(4);
    assertThat(ended.err()).contains("it is the difference to another chunk: ");
  }

  private static Path find(Path golden, PackId pack) throws IOException {
    for (Path file : GoldenFiles.under(golden.resolve("packs"))) {
      if (file.toString().contains(pack.digest().hex())) {
        return file;
      }
    }
    throw new AssertionError(pack + " is not there");
  }

  private LoadedReader.Ended run(String name, Path golden) throws Exception {
    Path to = scratch.resolve("to-" + name);
    return reader.run("extract", golden.toString(), name, "--to", to.toString());
  }

  private Path extract(Path golden, String name, int status) throws Exception {
    LoadedReader.Ended ended = run(name, golden);
    assertThat(ended.status()).as(ended.err()).isEqualTo(status);
    return scratch.resolve("to-" + name).resolve("folder/lines");
  }

  private Path golden() throws IOException {
    return GoldenFiles.unpack(GOLDEN, Files.createDirectory(scratch.resolve("golden")));
  }

  private static Repository open(Path directory, long seed) throws IOException {
    return Repositories.open(store(directory, seed), seed);
  }

  private static LocalBlobStore store(Path directory, long seed) throws IOException {
    return LocalBlobStore.open(directory, () -> Repositories.NOW, Seeds.entropy(seed));
  }

  private static void write(Path directory) throws IOException {
    try (Repository repository = Repositories.init(store(directory, 1), 2)) {
      Optional<ChunkId> before = Optional.empty();
      for (int i = 0; i < NAMES.size(); i++) {
        byte[] lines = lines(i);
        try (BackupSession session = repository.beginSession()) {
          Similar chunks = new Similar(session.chunks(), before.stream().toList());
          TreeWriter tree = new TreeWriter(chunks, Optional.empty());
          FileEntry entry =
              new FileEntry(
                  "lines",
                  FileKind.FILE,
                  lines.length,
                  0100644,
                  1_700_000_000L,
                  "",
                  "",
                  "",
                  Digest.NONE);
          tree.putSmallFile(entry, STREAM, lines);
          TreeMap<String, ChunkId> roots = new TreeMap<>();
          roots.put("folder", tree.finish().root());
          session.commit(record(NAMES.get(i), roots));
          before = Optional.of(chunks.ids().of(ChunkType.STREAM, lines, 0, lines.length));
        }
      }
    }
  }

  private static SnapshotRecord record(String name, SortedMap<String, ChunkId> roots) {
    return new SnapshotRecord(
        name,
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
        roots);
  }

  /// Lines of which a few change with each version; one more is inserted.
  private static byte[] lines(int version) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 900; i++) {
      SplittableRandom random = Seeds.random(i % 100 < version ? version * 1_000L + i : i);
      text.append(i).append('\t').append(random.nextLong()).append('\t');
      text.append(random.nextInt(100)).append('\n');
      if (i == 500) {
        text.append("inserted\n".repeat(version));
      }
    }
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /// Stores every STREAM chunk as if it were like these.
  private record Similar(ChunkWriter chunks, List<ChunkId> similar) implements ChunkWriter {
    @Override
    public ChunkIds ids() {
      return chunks.ids();
    }

    @Override
    public boolean contains(ChunkType type, ChunkId id) {
      return chunks.contains(type, id);
    }

    @Override
    public PutOutcome put(ChunkType type, ChunkId id, byte[] bytes, int offset, int length)
        throws IOException {
      return type == ChunkType.STREAM
          ? chunks.putSimilar(type, id, bytes, offset, length, similar).outcome()
          : chunks.put(type, id, bytes, offset, length);
    }
  }
}
