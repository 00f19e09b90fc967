package io.holdfast.engine.imports;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.dump.DumpImport;
import io.holdfast.engine.dump.ScratchDirectory;
import io.holdfast.portable.PortableFileException;
import io.holdfast.postgres.client.ArchiveHeader;
import io.holdfast.postgres.client.ClientPipe;
import io.holdfast.postgres.client.ClientPrograms;
import java.io.IOException;
import java.util.Optional;

/// The script that `pg_restore` makes of an archive.
record ArchiveScript(OpenedFile file, String database, ClientPrograms programs)
    implements DumpImport.Script {
  private static final int TAR_HEADER_BYTES = 512;

  /// @throws io.holdfast.base.BackupException `SERVER_PROGRAM_MISSING` if no `pg_restore` here is
  ///   new enough
  static ArchiveScript of(OpenedFile file, EngineContext context) throws IOException {
    file.content().mark(ArchiveHeader.FIRST_BYTES);
    byte[] first = file.content().readNBytes(ArchiveHeader.FIRST_BYTES);
    file.content().reset();
    Optional<ArchiveHeader> header = ArchiveHeader.of(first, 0);
    if (header.isEmpty()) {
      header = ArchiveHeader.of(first, TAR_HEADER_BYTES);
    }
    ArchiveHeader known =
        header.orElseThrow(
            () -> PortableFileException.damaged("the header of the archive cannot be read"));
    int major =
        known
            .programMajor()
            .orElseThrow(
                () ->
                    PortableFileException.damaged(
                        "the archive does not say what pg_dump wrote it"));
    return new ArchiveScript(
        file, known.database(), ClientPrograms.require(major, context.environment()));
  }

  @Override
  public void read(DumpImport.Reader reader) throws IOException {
    try (ScratchDirectory scratch = ScratchDirectory.make("holdfast-import");
        ClientPipe pipe = ClientPipe.toScript(programs, file.content(), scratch.path())) {
      try {
        reader.accept(pipe.script());
      } catch (PortableFileException e) {
        // What the program says is nearer to the cause.
        pipe.script().transferTo(java.io.OutputStream.nullOutputStream());
        finish(pipe);
        throw e;
      }
      finish(pipe);
      file.requireEnd();
    }
  }

  private static void finish(ClientPipe pipe) throws IOException {
    try {
      pipe.finish();
    } catch (BackupException e) {
      if (e.code() == ErrorCode.FILE_CORRUPT) {
        throw PortableFileException.damaged(e.text());
      }
      throw e;
    }
  }
}
