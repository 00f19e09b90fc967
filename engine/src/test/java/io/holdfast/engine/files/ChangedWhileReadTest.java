package io.holdfast.engine.files;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.files.FileFacts;
import io.holdfast.files.FileFacts.Mark;
import io.holdfast.files.content.Cutter;
import io.holdfast.files.posix.Handle;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.ChunkIds;
import io.holdfast.repository.ChunkType;
import io.holdfast.repository.ChunkWriter;
import io.holdfast.repository.testing.MemoryChunks;
import io.holdfast.repository.tree.FileContent;
import io.holdfast.repository.tree.FileEntry;
import io.holdfast.repository.tree.SortedTreeWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Somebody writes to a file at the very moment at which a piece of it is stored.
class ChangedWhileReadTest {
  private static final byte[] NAME = "f".getBytes(StandardCharsets.US_ASCII);

  @TempDir Path directory;

  private int disturbances;

  @Test
  void aFileThatChangesOnceIsReadAgainAndIsWhole() throws IOException {
    FileEntry entry = read(1, "more");
    FileFacts facts = Entries.facts(entry);
    assertThat(facts.marks()).doesNotContain(Mark.CHANGED_WHILE_READ);
    assertThat(entry.size()).isEqualTo("firstmore".length());
    assertThat(disturbances).isEqualTo(2);
  }

  @Test
  void aFileThatChangesEachTimeIsKeptAndMarked() throws IOException {
    FileFacts facts = Entries.facts(read(9, "more"));
    assertThat(facts.marks()).contains(Mark.CHANGED_WHILE_READ);
    assertThat(facts.size()).as("as it was when the second reading began").isEqualTo(9);
  }

  @Test
  void aFileThatBecomesShorterIsKeptAsFarAsItWent() throws IOException {
    Files.write(directory.resolve("f"), new byte[2_000_000]);
    Files.writeString(directory.resolve("f"), "x", StandardOpenOption.APPEND);
    FileEntry entry = read(9, "");
    FileFacts facts = Entries.facts(entry);
    assertThat(facts.size()).isEqualTo(entry.size()).isLessThan(2_000_001);
  }

  /// Reads the file while it is appended to, or cut to half where there is nothing to append, with
  /// each of the first pieces that are stored.
  private FileEntry read(int times, String appended) throws IOException {
    Path file = directory.resolve("f");
    if (!Files.exists(file)) {
      Files.writeString(file, "first");
    }
    ChunkWriter chunks =
        new Disturbed(
            new MemoryChunks(),
            () -> {
              disturbances++;
              if (disturbances <= times) {
                disturb(file, appended);
              }
            });
    SortedTreeWriter tree = new SortedTreeWriter(chunks, Optional.empty());
    Problems problems = new Problems();
    Instant later = Instant.EPOCH.plusSeconds(10_000_000_000L);
    FileReading reading = new FileReading(() -> later, tree, new Cutter(1), problems);
    Slot slot = new Slot("f");
    try (Handle in = Handle.openDirectory(directory);
        Handle opened = in.open(NAME, Handle.Use.READ)) {
      reading.read(
          new FileJob(
              slot,
              opened,
              opened.status(),
              later,
              new Entries.Owners("a", "b"),
              FileContent.empty()));
    }
    FileEntry entry = slot.entry();
    assertThat(problems.texts()).isEmpty();
    if (entry == null) {
      throw new AssertionError("nothing was read");
    }
    return entry;
  }

  private static void disturb(Path file, String appended) {
    try {
      if (appended.isEmpty()) {
        try (var channel = java.nio.channels.FileChannel.open(file, StandardOpenOption.WRITE)) {
          channel.truncate(channel.size() / 2);
        }
      } else {
        Files.writeString(file, appended, StandardOpenOption.APPEND);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// Chunks in memory; something happens with each data chunk.
  private record Disturbed(MemoryChunks memory, Runnable disturbance) implements ChunkWriter {
    @Override
    public ChunkIds ids() {
      return memory.ids();
    }

    @Override
    public boolean contains(ChunkType type, ChunkId id) {
      return memory.contains(type, id);
    }

    @Override
    public PutOutcome put(ChunkType type, ChunkId id, byte[] bytes, int offset, int length) {
      disturbance.run();
      return memory.put(type, id, bytes, offset, length);
    }
  }
}
