package io.holdfast.repository.standalone;

import static org.assertj.core.api.Assertions.assertThat;

import io.holdfast.base.testing.Seeds;
import io.holdfast.repository.BackupSession;
import io.holdfast.repository.ChunkId;
import io.holdfast.repository.Repository;
import io.holdfast.repository.SnapshotRecord;
import io.holdfast.repository.testing.Repositories;
import io.holdfast.repository.tree.FileContent;
import io.holdfast.repository.tree.SortedFiles;
import io.holdfast.repository.tree.SortedTreeWriter;
import io.holdfast.repository.tree.TreeReader;
import io.holdfast.repository.tree.TreeSummary;
import io.holdfast.storage.LocalBlobStore;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.TreeMap;

/// Writes a repository with backups of files that have something of everything: `first`; `second`,
/// which builds on it, under new keys, with an overlay and a difference; `tenant`, in a domain of
/// its own.
final class GoldenTrees {
  static final String KIND = "files";
  static final String ESCAPED = "odd" + Character.toString(0x10ffff);
  static final int ZEROS = 4_096;

  private GoldenTrees() {}

  static Repository open(Path directory, long seed) throws IOException {
    return Repositories.open(store(directory, seed), seed);
  }

  private static LocalBlobStore store(Path directory, long seed) throws IOException {
    return LocalBlobStore.open(directory, () -> Repositories.NOW, Seeds.entropy(seed));
  }

  /// @param directory empty
  static void write(Path directory) throws IOException {
    try (Repository repository = Repositories.init(store(directory, 1), 2)) {
      TreeSummary first = backUp(repository, "first", "main", Optional.empty(), entries(1));
      repository.keyring().rotate(Optional.of("main"));
      try (Repository again = Repositories.open(store(directory, 5), 6)) {
        ChunkId root = first.root();
        TreeSummary second = backUp(again, "second", "main", Optional.of(root), entries(2));
        assertThat(second.overlayBytes()).isPositive();
        backUp(again, "tenant", "tenant", Optional.empty(), entries(1));
      }
    }
  }

  /// What the tree of each version has.
  static List<TreeEntry> entries(int version) {
    List<TreeEntry> entries = new ArrayList<>();
    entries.add(TreeEntry.directory("d"));
    entries.add(TreeEntry.file("d-x", "between d and what is in it"));
    entries.add(TreeEntry.file("d/big").with(List.of(big(version), new byte[] {1, 2})));
    entries.add(TreeEntry.file(version == 1 ? "d/goes" : "d/comes", "some", "thing"));
    entries.add(TreeEntry.file("d/empty"));
    entries.add(TreeEntry.file("d/f", "version " + version));
    entries.add(TreeEntry.file("d/g").furtherNameOf("d/f"));
    entries.add(TreeEntry.symlink("d/link", "../d-x"));
    entries.add(TreeEntry.symlink("d/link-2", "x").furtherNameOf("d/link"));
    entries.add(TreeEntry.special("d/null", 020666));
    entries.add(TreeEntry.special("d/pipe", 010600));
    entries.add(
        TreeEntry.file("d/sparse", "begin", "middle").sparse(1L << 20, 4_096L, 7L, 90_000L, 4L));
    entries.add(TreeEntry.file("d/zeros").with(List.of(new byte[ZEROS])));
    entries.add(TreeEntry.directory("e").extended("user.note", "on a directory"));
    entries.add(TreeEntry.file("e/Größe", "named").extended("trusted.note", "for root"));
    entries.add(TreeEntry.file("e/" + ESCAPED, "odd"));
    return entries;
  }

  static byte[] big(int version) {
    byte[] half = new byte[10_000];
    Seeds.random(4).nextBytes(half);
    byte[] big = HexFormat.of().formatHex(half).getBytes(StandardCharsets.US_ASCII);
    Arrays.fill(big, 5_000, 5_000 + 100 * version, (byte) version);
    return big;
  }

  static TreeSummary backUp(
      Repository repository,
      String name,
      String domain,
      Optional<ChunkId> parent,
      List<TreeEntry> entries)
      throws IOException {
    try (BackupSession session = repository.beginSession(domain)) {
      Optional<TreeReader> before = Optional.empty();
      if (parent.isPresent()) {
        before = Optional.of(TreeReader.open(repository.reader(), parent.get()));
      }
      SortedTreeWriter tree = new SortedTreeWriter(session.chunks(), before);
      Comparator<TreeEntry> order =
          (a, b) ->
              Arrays.compareUnsigned(
                  a.path().getBytes(StandardCharsets.UTF_8),
                  b.path().getBytes(StandardCharsets.UTF_8));
      Optional<SortedFiles> old =
          before.isPresent() ? Optional.of(before.get().sortedFiles()) : Optional.empty();
      for (TreeEntry entry : entries.stream().sorted(order).toList()) {
        Optional<SortedFiles.Found> found =
            old.isPresent() ? old.get().find(entry.path()) : Optional.empty();
        FileContent content =
            found.isPresent() ? tree.newContent(found.get().content()) : tree.newContent();
        entry.put(tree, content);
      }
      TreeSummary summary = tree.finish();
      commit(session, name, KIND, summary.root());
      return summary;
    }
  }

  static void commit(BackupSession session, String name, String kind, ChunkId root)
      throws IOException {
    TreeMap<String, ChunkId> roots = new TreeMap<>();
    roots.put("files", root);
    var _ =
        session.commit(
            new SnapshotRecord(
                name,
                "main",
                kind,
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
