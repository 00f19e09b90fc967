package io.holdfast.engine.imports;

import io.holdfast.engine.EngineContext;
import io.holdfast.engine.portable.FileKeys;
import io.holdfast.portable.BoundedGunzip;
import io.holdfast.portable.ByteSource;
import io.holdfast.portable.FileKind;
import io.holdfast.portable.FileKindDetector;
import io.holdfast.portable.PortableFileException;
import io.holdfast.portable.seal.OpenSslFile;
import io.holdfast.portable.seal.SealKey;
import io.holdfast.portable.seal.SealedInputStream;
import java.io.BufferedInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// A file with what it is wrapped into taken off: encryption, then gzip. *Confined.*
final class OpenedFile implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final int LAYERS_MAX = 3;

  private final FileChannel file;
  private final EngineContext context;
  private final List<String> warnings = new ArrayList<>();
  private FileKind kind = FileKind.UNKNOWN;
  private BufferedInputStream content = new BufferedInputStream(InputStream.nullInputStream());
  private @Nullable SealKey key;

  private OpenedFile(FileChannel file, EngineContext context) {
    this.file = file;
    this.context = context;
  }

  /// @param keys asked only if it is encrypted
  static OpenedFile open(ImportRequest request, FileKeys keys, EngineContext context)
      throws IOException {
    OpenedFile opened =
        new OpenedFile(FileChannel.open(request.file(), StandardOpenOption.READ), context);
    try {
      opened.unwrap(request, keys);
      return opened;
    } catch (IOException | RuntimeException e) {
      opened.close();
      throw e;
    }
  }

  private void unwrap(ImportRequest request, FileKeys keys) throws IOException {
    ByteSource source = ByteSource.of(file);
    String name = Objects.toString(request.file().getFileName(), "");
    take(new Stoppable(source.stream(0, source.size())));
    kind = FileKindDetector.of(first(), name, source.size());
    for (int layer = 0; layer < LAYERS_MAX; layer++) {
      switch (kind) {
        case SEALED -> {
          key = keys.forOpening();
          take(new SealedInputStream(content, key));
        }
        case OPENSSL -> {
          if (layer > 0) {
            throw PortableFileException.unknownKind(
                "it is a file of 'openssl enc' within another one", "Decrypt it first.");
          }
          OpenSslFile sealed = new OpenSslFile(source, keys.forOpenSsl());
          take(
              (request.options().derivation() == null
                      ? sealed.open()
                      : sealed.open(request.options().derivation()))
                  .plain());
          warnings.add(
              "'openssl enc' does not notice changes: nobody can tell whether the file was changed");
        }
        case GZIP -> take(new BoundedGunzip(content, request.options().gunzip()));
        case PORTABLE_TAR,
            ERP_SEALED,
            OPENSSL_BASE64,
            PG_DUMP_CUSTOM,
            PG_DUMP_TAR,
            PLAIN_SQL,
            OTHER_TAR,
            JSON,
            UNKNOWN -> {
          requirePortableAlone(layer, keys);
          return;
        }
      }
      kind = FileKindDetector.ofFirstBytes(first());
    }
  }

  /// Portable files are read at any place, so nothing but our own seal may be around them.
  private void requirePortableAlone(int layers, FileKeys keys) {
    if (kind != FileKind.PORTABLE_TAR) {
      return;
    }
    if (layers > 1 || (layers == 1 && key == null)) {
      throw PortableFileException.unknownKind(
          "it is a portable file within another one", "Unpack or decrypt it first.");
    }
    if (layers == 0 && keys.areGiven()) {
      key = keys.forOpening();
    }
  }

  private void take(InputStream in) {
    content = new BufferedInputStream(in, BUFFER_BYTES);
  }

  private byte[] first() throws IOException {
    content.mark(FileKindDetector.FIRST_BYTES);
    byte[] first = content.readNBytes(FileKindDetector.FIRST_BYTES);
    content.reset();
    return first;
  }

  /// What it is, unwrapped.
  FileKind kind() {
    return kind;
  }

  /// The key of a portable file that is sealed, or that has to be.
  @Nullable SealKey key() {
    return key;
  }

  /// The bytes, unwrapped.
  BufferedInputStream content() {
    return content;
  }

  List<String> warnings() {
    return warnings;
  }

  /// Reads to the end: only there a cut or a wrong checksum shows.
  void requireEnd() throws IOException {
    long more = content.transferTo(java.io.OutputStream.nullOutputStream());
    if (more > 0 && kind == FileKind.PLAIN_SQL) {
      throw PortableFileException.damaged("it goes on behind its end");
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }

  /// Stops where somebody asks for it.
  private final class Stoppable extends FilterInputStream {
    Stoppable(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      context.cancellation().throwIfRequested();
      return in.read(target, offset, length);
    }
  }
}
