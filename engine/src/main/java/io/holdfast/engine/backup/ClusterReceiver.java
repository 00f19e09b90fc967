package io.holdfast.engine.backup;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.basebackup.BackupReceiver;
import io.holdfast.postgres.datadir.RelationFile;
import io.holdfast.postgres.manifest.ChecksumAlgorithm;
import io.holdfast.postgres.manifest.FileDigest;
import io.holdfast.repository.tree.Digest;
import io.holdfast.repository.tree.FileEntry;
import io.holdfast.repository.tree.FileKind;
import io.holdfast.repository.tree.FileLayout;
import io.holdfast.repository.tree.TreeWriter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Cuts the arriving files into extents for the workers, computes each file's checksum on the way,
/// and keeps what the manifest will be compared with. *Confined* to the thread that reads the
/// connection.
final class ClusterReceiver implements BackupReceiver {
  private static final int MANIFEST_BYTES_MAX = 64 << 20;

  /// What arrived of a file.
  record Arrived(long size, String checksum) {}

  /// Told when the server says where the backup starts.
  interface Listener {
    void started(Lsn start, int timeline, List<Tablespace> tablespaces) throws IOException;
  }

  private final TreeWriter tree;
  private final ExtentPipeline pipeline;
  private final Optional<PageInspector> inspector;
  private final int pageBytes;
  private final int blocksPerSegment;
  private final int extentBytes;
  private final Listener listener;
  private final Map<String, Arrived> arrived = new HashMap<>();
  private final ByteArrayOutputStream manifest = new ByteArrayOutputStream(64 << 10);
  private @Nullable OpenFile open;

  ClusterReceiver(
      TreeWriter tree,
      ExtentPipeline pipeline,
      Optional<PageInspector> inspector,
      int pageBytes,
      int blocksPerSegment,
      int extentBytes,
      Listener listener) {
    this.tree = tree;
    this.pipeline = pipeline;
    this.inspector = inspector;
    this.pageBytes = pageBytes;
    this.blocksPerSegment = blocksPerSegment;
    this.extentBytes = extentBytes;
    this.listener = listener;
  }

  /// The file that arrives now.
  private static final class OpenFile {
    final Meta meta;
    final FileLayout layout;
    final OptionalLong firstBlock;
    final FileDigest digest = FileDigest.of(ChecksumAlgorithm.CRC32C);
    long extentIndex;
    long bytes;
    ExtentPipeline.@Nullable Piece piece;

    OpenFile(Meta meta, FileLayout layout, OptionalLong firstBlock) {
      this.meta = meta;
      this.layout = layout;
      this.firstBlock = firstBlock;
    }
  }

  @Override
  public void started(Lsn start, int timeline, List<Tablespace> tablespaces) throws IOException {
    listener.started(start, timeline, tablespaces);
  }

  @Override
  public void directory(Meta meta) throws IOException {
    tree.putFile(entry(meta, FileKind.DIRECTORY, "", 0, Digest.NONE), new FileLayout.Stream());
  }

  @Override
  public void symlink(Meta meta, String target) throws IOException {
    tree.putFile(entry(meta, FileKind.SYMLINK, target, 0, Digest.NONE), new FileLayout.Stream());
  }

  @Override
  public void fileBegin(Meta meta) {
    Optional<RelationFile> relation = RelationFile.parse(meta.path());
    open =
        relation
            .map(
                file ->
                    new OpenFile(
                        meta,
                        new FileLayout.Paged(pageBytes),
                        OptionalLong.of(file.firstBlock(blocksPerSegment))))
            .orElseGet(() -> new OpenFile(meta, new FileLayout.Stream(), OptionalLong.empty()));
  }

  @Override
  public void fileData(byte[] bytes, int offset, int length) throws IOException {
    OpenFile file = requireOpen();
    file.digest.update(bytes, offset, length);
    file.bytes += length;
    int done = 0;
    while (done < length) {
      ExtentPipeline.Piece piece = pieceOf(file);
      int step = Math.min(extentBytes - piece.length, length - done);
      System.arraycopy(bytes, offset + done, piece.bytes, piece.length, step);
      piece.length += step;
      done += step;
      if (piece.length == extentBytes) {
        submit(file, piece);
      }
    }
  }

  @Override
  public void fileEnd() throws IOException {
    OpenFile file = requireOpen();
    if (file.piece != null) {
      submit(file, file.piece);
    }
    open = null;
    String checksum = file.digest.hex();
    arrived.put(file.meta.path(), new Arrived(file.bytes, checksum));
    tree.putFile(
        entry(
            file.meta,
            FileKind.FILE,
            "",
            file.bytes,
            Digest.of(checksum.getBytes(StandardCharsets.US_ASCII))),
        file.layout);
  }

  @Override
  public void manifestData(byte[] bytes, int offset, int length) {
    if (manifest.size() + length > MANIFEST_BYTES_MAX) {
      throw new BackupException(
          ErrorCode.MANIFEST_MISMATCH,
          "the server's manifest has more than " + MANIFEST_BYTES_MAX + " bytes",
          "This cluster has more files than this version of Holdfast can hold.");
    }
    manifest.write(bytes, offset, length);
  }

  /// The server's manifest.
  byte[] manifest() {
    return manifest.toByteArray();
  }

  /// What arrived, by path.
  Map<String, Arrived> arrived() {
    return arrived;
  }

  private ExtentPipeline.Piece pieceOf(OpenFile file) throws IOException {
    ExtentPipeline.Piece piece = file.piece;
    if (piece == null) {
      piece = pipeline.take();
      piece.path = file.meta.path();
      piece.layout = file.layout;
      piece.extentIndex = file.extentIndex;
      if (file.firstBlock.isPresent()) {
        piece.firstBlock =
            file.firstBlock.getAsLong() + file.extentIndex * (extentBytes / pageBytes);
        piece.inspector = inspector.orElse(null);
      }
      file.piece = piece;
    }
    return piece;
  }

  private void submit(OpenFile file, ExtentPipeline.Piece piece) {
    file.piece = null;
    file.extentIndex++;
    pipeline.submit(piece);
  }

  private OpenFile requireOpen() {
    OpenFile file = open;
    if (file == null) {
      throw new IllegalStateException("file data outside a file");
    }
    return file;
  }

  private static FileEntry entry(
      Meta meta, FileKind kind, String linkTarget, long size, Digest digest) {
    return new FileEntry(
        meta.path(),
        kind,
        size,
        meta.mode(),
        meta.mtimeSeconds(),
        linkTarget,
        Long.toString(meta.uid()),
        Long.toString(meta.gid()),
        digest);
  }
}
