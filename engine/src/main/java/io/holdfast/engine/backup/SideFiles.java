package io.holdfast.engine.backup;

import io.holdfast.postgres.sql.OutsideConfiguration;
import io.holdfast.repository.tree.Digest;
import io.holdfast.repository.tree.FileEntry;
import io.holdfast.repository.tree.FileKind;
import io.holdfast.repository.tree.FileLayout;
import io.holdfast.repository.tree.TreeWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;

/// What belongs to a backup beside the data directory: `backup_manifest`, and under
/// `configuration/` the files that lie outside it on the source. A line of `configuration.index`
/// gives the original path of each.
public final class SideFiles {
  /// The server's manifest.
  public static final String MANIFEST = "backup_manifest";

  /// One line for each saved file: `<number> <original path>`; first the three main files as
  /// `config_file=<path>`.
  public static final String INDEX = "configuration.index";

  /// Folder of the saved files, named by number.
  public static final String FOLDER = "configuration";

  private static final int FILE_MODE = 0600;

  private SideFiles() {}

  /// Writes everything beside the manifest, whose text was written to [TreeWriter#lines] before.
  static void write(
      TreeWriter tree, long manifestBytes, OutsideConfiguration configuration, Instant at)
      throws IOException {
    tree.putFile(entry(MANIFEST, manifestBytes, at), new FileLayout.Lines());
    StringBuilder index = new StringBuilder("origin=" + configuration.origin() + "\n");
    configuration
        .main()
        .forEach((name, path) -> index.append(name).append('=').append(path).append('\n'));
    int number = 0;
    for (var file : configuration.files().entrySet()) {
      index.append(number).append(' ').append(file.getKey()).append('\n');
      put(
          tree,
          FOLDER + "/" + number++,
          file.getValue().getBytes(StandardCharsets.UTF_8),
          new FileLayout.Lines(),
          at);
    }
    put(tree, INDEX, index.toString().getBytes(StandardCharsets.UTF_8), new FileLayout.Lines(), at);
  }

  private static void put(TreeWriter tree, String path, byte[] bytes, FileLayout layout, Instant at)
      throws IOException {
    tree.putSmallFile(entry(path, bytes.length, at), layout, bytes);
  }

  private static FileEntry entry(String path, long size, Instant at) {
    return new FileEntry(
        path, FileKind.FILE, size, FILE_MODE, at.getEpochSecond(), "", "", "", Digest.NONE);
  }
}
