package io.holdfast.engine.backup;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.base.Quoted;
import io.holdfast.postgres.Lsn;
import io.holdfast.postgres.basebackup.BackupReceiver;
import io.holdfast.postgres.datadir.RelationFile;
import io.holdfast.postgres.manifest.ChecksumAlgorithm;
import io.holdfast.postgres.manifest.FileDigest;
import io.holdfast.postgres.manifest.RawPath;
import io.holdfast.repository.tree.Digest;
import io.holdfast.repository.tree.FileEntry;
import io.holdfast.repository.tree.FileKind;
import io.holdfast.repository.tree.FileLayout;
import io.holdfast.repository.tree.TreeWriter;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Cuts the arriving files into extents for the workers, computes each file's checksum on the way,
/// and notes what the manifest has to list. *Confined* to the thread that reads the connection.
final class ClusterReceiver implements BackupReceiver {
  private static final FileLayout STREAM = new FileLayout.Stream();

  /// Owners and groups whose text is shared by their files.
  private static final int OWNERS_SHARED = 1_000;

  /// Told when the server says where the backup starts.
  interface Listener {
    void started(Lsn start, int timeline, List<Tablespace> tablespaces) throws IOException;
  }

  private final TreeWriter tree;
  private final ExtentPipeline pipeline;
  private final Optional<PageInspector> inspector;
  private final FileLayout paged;
  private final int pageBytes;
  private final int blocksPerSegment;
  private final int extentBytes;
  private final Listener listener;
  private final ManifestIntake manifest;
  private final Map<Long, String> owners = new HashMap<>();
  private @Nullable OpenFile open;

  ClusterReceiver(
      TreeWriter tree,
      ExtentPipeline pipeline,
      Optional<PageInspector> inspector,
      int pageBytes,
      int blocksPerSegment,
      int extentBytes,
      ManifestIntake manifest,
      Listener listener) {
    this.tree = tree;
    this.pipeline = pipeline;
    this.inspector = inspector;
    this.paged = new FileLayout.Paged(pageBytes);
    this.pageBytes = pageBytes;
    this.blocksPerSegment = blocksPerSegment;
    this.extentBytes = extentBytes;
    this.manifest = manifest;
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
    requireText("directory", meta.path());
    tree.putFile(entry(meta, FileKind.DIRECTORY, "", 0, Digest.NONE), STREAM);
  }

  @Override
  public void symlink(Meta meta, String target) throws IOException {
    requireText("link", meta.path());
    requireText("target of a link,", target);
    tree.putFile(entry(meta, FileKind.SYMLINK, target, 0, Digest.NONE), STREAM);
  }

  @Override
  public void fileBegin(Meta meta) {
    requireText("file", meta.path());
    Optional<RelationFile> relation = RelationFile.parse(meta.path());
    open =
        relation
            .map(
                file ->
                    new OpenFile(meta, paged, OptionalLong.of(file.firstBlock(blocksPerSegment))))
            .orElseGet(() -> new OpenFile(meta, STREAM, OptionalLong.empty()));
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
    FileEntry entry =
        entry(
            file.meta,
            FileKind.FILE,
            "",
            file.bytes,
            Digest.of(file.digest.hex().getBytes(StandardCharsets.US_ASCII)));
    manifest.arrived(entry);
    tree.putFile(entry, file.layout);
  }

  @Override
  public void manifestData(byte[] bytes, int offset, int length) throws IOException {
    manifest.write(bytes, offset, length);
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

  /// Paths in a repository are text; another form of them would be another format.
  private static void requireText(String what, String path) {
    if (!RawPath.isText(path)) {
      throw new BackupException(
          ErrorCode.FILE_NAME_UNSUITABLE,
          "the name of the "
              + what
              + " "
              + Quoted.of(RawPath.escaped(path))
              + " in the data directory is not UTF-8",
          "PostgreSQL makes no such names: rename or remove it on the server, then run the backup again.");
    }
  }

  private FileEntry entry(Meta meta, FileKind kind, String linkTarget, long size, Digest digest) {
    return new FileEntry(
        meta.path(),
        kind,
        size,
        meta.mode(),
        meta.mtimeSeconds(),
        linkTarget,
        owner(meta.uid()),
        owner(meta.gid()),
        digest);
  }

  private String owner(long number) {
    return owners.size() < OWNERS_SHARED
        ? owners.computeIfAbsent(number, id -> Long.toString(id))
        : Long.toString(number);
  }
}
