package io.holdfast.engine.portable;

import io.holdfast.base.BackupException;
import io.holdfast.base.ByteSize;
import io.holdfast.base.ErrorCode;
import io.holdfast.engine.EngineContext;
import io.holdfast.engine.Failures;
import io.holdfast.portable.BoundedGunzip;
import io.holdfast.portable.ByteSource;
import io.holdfast.portable.FileKind;
import io.holdfast.portable.FileKindDetector;
import io.holdfast.portable.PortableFileException;
import io.holdfast.portable.seal.LegacySealed;
import io.holdfast.portable.seal.OpenSslFile;
import io.holdfast.portable.seal.SealedInputStream;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.SequenceInputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Opens one sealed file, of ours or of others.
public final class Decryption {
  private static final int BUFFER_BYTES = 1 << 16;
  private static final Set<FileKind> OPENABLE =
      EnumSet.of(FileKind.SEALED, FileKind.ERP_SEALED, FileKind.OPENSSL);

  /// What the file is, or that it is looked at.
  public enum Format {
    AUTO,
    HOLDFAST,
    ERP,
    OPENSSL
  }

  /// How `openssl enc` made the key.
  public enum Kdf {
    PBKDF2,
    SHA256,
    MD5
  }

  /// What to know about a foreign file.
  ///
  /// @param gunzip for what is packed inside
  /// @param derivation of `openssl`; null tries the usual ones
  public record Options(
      Format format, BoundedGunzip.Limit gunzip, OpenSslFile.@Nullable Derivation derivation) {
    private static final long UNPACKED_BYTES_MAX = 64 * ByteSize.GIB;
    private static final int ITERATIONS = 10_000;
    private static final int ITERATIONS_MAX = 10_000_000;

    /// As people say it; null where they said nothing.
    ///
    /// @throws BackupException `BAD_ARGUMENT`
    public static Options of(
        Format format,
        @Nullable ByteSize unpackedMax,
        @Nullable Kdf kdf,
        @Nullable Integer iterations) {
      BoundedGunzip.Limit limit =
          unpackedMax == null
              ? BoundedGunzip.Limit.ofTotal(UNPACKED_BYTES_MAX)
              : BoundedGunzip.Limit.ofTotalOnly(unpackedMax.bytes());
      if (iterations != null && (iterations < 1 || iterations > ITERATIONS_MAX)) {
        throw new BackupException(
            ErrorCode.BAD_ARGUMENT,
            iterations + " iterations are not possible",
            "Give 1 to 10000000.");
      }
      if (iterations != null && kdf != null && kdf != Kdf.PBKDF2) {
        throw new BackupException(
            ErrorCode.BAD_ARGUMENT,
            "only PBKDF2 has iterations",
            "Leave out --openssl-iter, or say --openssl-kdf pbkdf2.");
      }
      if (kdf == null && iterations == null) {
        return new Options(format, limit, null);
      }
      OpenSslFile.Derivation derivation =
          switch (kdf == null ? Kdf.PBKDF2 : kdf) {
            case PBKDF2 ->
                new OpenSslFile.Derivation.Pbkdf2(iterations == null ? ITERATIONS : iterations);
            case SHA256 -> new OpenSslFile.Derivation.BytesToKeySha256();
            case MD5 -> new OpenSslFile.Derivation.BytesToKeyMd5();
          };
      return new Options(format, limit, derivation);
    }
  }

  /// What came of it.
  ///
  /// @param kind of the sealed file, in words
  /// @param target where it went
  /// @param content what was in it by its first bytes, in words
  /// @param bytes plain ones
  /// @param integrity who vouches for the content
  public record Done(String kind, String target, String content, long bytes, Integrity integrity) {}

  /// Whether a change of the file would have been noticed.
  public enum Integrity {
    /// By the encryption itself.
    AUTHENTICATED,
    /// By the checksum of the gzip inside, against accidents.
    GZIP_CHECKSUM,
    /// By nothing.
    NONE
  }

  private final EngineContext context;
  private final FileKeys keys;

  public Decryption(EngineContext context, FileKeys keys) {
    this.context = context;
    this.keys = keys;
  }

  /// A named output is whole and on disk when this returns, and is not there if it throws. A pipe
  /// may have got a part of an authentic content by then.
  public Done decrypt(FileInput input, FileOutput output, Options options) {
    try {
      return Failures.translate(
          "decrypt " + input.describe(),
          () ->
              switch (input) {
                case FileInput.Named named -> fromFile(named, output, options);
                case FileInput.Piped piped -> fromPipe(piped, output, options);
              });
    } catch (PortableFileException e) {
      throw e.in(input.describe());
    }
  }

  private Done fromFile(FileInput.Named input, FileOutput output, Options options)
      throws IOException {
    try (FileChannel file = FileChannel.open(input.path(), StandardOpenOption.READ)) {
      ByteSource source = ByteSource.of(file);
      long size = source.size();
      byte[] first = source.stream(0, size).readNBytes(FileKindDetector.FIRST_BYTES);
      String name = Objects.toString(input.path().getFileName(), "");
      FileKind kind = chosen(options.format(), FileKindDetector.of(first, name, size));
      FileOutput.Definite target = FileNames.plain(input, output, kind);
      context.progress().phase("decrypt", size);
      if (kind == FileKind.OPENSSL) {
        return openSsl(source, target, options);
      }
      InputStream plain =
          kind == FileKind.ERP_SEALED
              ? new LegacySealed(keys.forErp())
                  .open(source, options.gunzip(), context.cancellation())
              : sealed(source.stream(0, size));
      return opened(kind, plain, target, Integrity.AUTHENTICATED);
    }
  }

  private Done fromPipe(FileInput.Piped input, FileOutput output, Options options)
      throws IOException {
    byte[] first = input.stream().readNBytes(FileKindDetector.FIRST_BYTES);
    FileKind kind = chosen(options.format(), FileKindDetector.ofFirstBytes(first));
    if (kind != FileKind.SEALED) {
      throw new BackupException(
          ErrorCode.BAD_ARGUMENT,
          "a " + kind.words() + " cannot be read from a pipe",
          "It must be read twice: give a file.");
    }
    InputStream all = new SequenceInputStream(new ByteArrayInputStream(first), input.stream());
    FileOutput.Definite target = FileNames.plain(input, output, kind);
    return opened(kind, sealed(all), target, Integrity.AUTHENTICATED);
  }

  private InputStream sealed(InputStream in) throws IOException {
    return new SealedInputStream(new BufferedInputStream(in, BUFFER_BYTES), keys.forOpening());
  }

  /// One of the three kinds that can be opened.
  private static FileKind chosen(Format asked, FileKind found) {
    return switch (asked) {
      case HOLDFAST -> FileKind.SEALED;
      case ERP -> FileKind.ERP_SEALED;
      case OPENSSL -> FileKind.OPENSSL;
      case AUTO -> {
        if (!OPENABLE.contains(found)) {
          throw notSealed(found);
        }
        yield found;
      }
    };
  }

  private static PortableFileException notSealed(FileKind found) {
    if (found == FileKind.OPENSSL_BASE64) {
      return PortableFileException.unknownKind(
          "it is base64 of a file of 'openssl enc'", "Decode it first: base64 -d.");
    }
    if (found == FileKind.UNKNOWN) {
      return PortableFileException.unknownKind(
          "nothing in it says that it is an encrypted file",
          "Encrypted backups of the ERP are known by a name that ends with .enc; for others say"
              + " --format.");
    }
    return PortableFileException.unknownKind(
        "it is not encrypted (" + found.words() + ")", "There is nothing to decrypt.");
  }

  /// Twice: the first time shows whether there is a checksum inside, and whether it holds.
  private Done openSsl(ByteSource source, FileOutput.Definite output, Options options)
      throws IOException {
    OpenSslFile file = new OpenSslFile(source, keys.forOpenSsl());
    OpenSslFile.Opened opened =
        options.derivation() == null ? file.open() : file.open(options.derivation());
    Integrity integrity = Integrity.NONE;
    try (BufferedInputStream looked = new BufferedInputStream(opened.plain(), BUFFER_BYTES)) {
      looked.mark(FileKindDetector.FIRST_BYTES);
      byte[] first = looked.readNBytes(FileKindDetector.FIRST_BYTES);
      looked.reset();
      if (FileKindDetector.ofFirstBytes(first) == FileKind.GZIP) {
        copy(
            new BoundedGunzip(looked, BoundedGunzip.Limit.ofTotalOnly(Long.MAX_VALUE)),
            OutputStream.nullOutputStream(),
            Watched.NO);
        integrity = Integrity.GZIP_CHECKSUM;
      }
    }
    return opened(FileKind.OPENSSL, file.open(opened.derivation()).plain(), output, integrity);
  }

  private Done opened(
      FileKind kind, InputStream plain, FileOutput.Definite output, Integrity integrity)
      throws IOException {
    try (plain) {
      Copied copied =
          switch (output) {
            case FileOutput.Piped(OutputStream stream) -> copy(plain, stream, Watched.YES);
            case FileOutput.Named named -> {
              try (NewFile file = NewFile.create(named.path(), named.existing())) {
                Copied all = copy(plain, Channels.newOutputStream(file.channel()), Watched.YES);
                file.publish();
                yield all;
              }
            }
          };
      return new Done(
          kind.words(), output.describe(), copied.content.words(), copied.bytes, integrity);
    }
  }

  private enum Watched {
    YES,
    NO
  }

  private record Copied(FileKind content, long bytes) {}

  private Copied copy(InputStream in, OutputStream out, Watched watched) throws IOException {
    Optional<FileKind> content = Optional.empty();
    long total = 0;
    byte[] buffer = new byte[BUFFER_BYTES];
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      context.cancellation().throwIfRequested();
      if (content.isEmpty()) {
        content =
            Optional.of(
                FileKindDetector.ofFirstBytes(
                    Arrays.copyOf(buffer, Math.min(read, FileKindDetector.FIRST_BYTES))));
      }
      out.write(buffer, 0, read);
      total += read;
      if (watched == Watched.YES) {
        context.progress().advance(read);
      }
    }
    out.flush();
    return new Copied(content.orElse(FileKind.UNKNOWN), total);
  }
}
