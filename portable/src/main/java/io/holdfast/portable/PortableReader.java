package io.holdfast.portable;

import io.holdfast.base.BackupException;
import io.holdfast.base.ErrorCode;
import io.holdfast.portable.seal.SealKey;
import io.holdfast.portable.seal.SealedOutputStream;
import io.holdfast.portable.seal.SealedSource;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/// A portable file that was verified from its first to its last byte before there was a reader.
/// Contents are read a second time when they are asked for, and compared again: so a file that
/// changes meanwhile is noticed, though only behind the last row of a table. *Confined*.
public final class PortableReader implements AutoCloseable {
  private static final int BUFFER_BYTES = 1 << 16;

  /// Takes rows, one after the other.
  @FunctionalInterface
  public interface RowConsumer {
    void accept(Row row) throws IOException;
  }

  private final FileChannel file;
  private final Contents contents;
  private final PortableReading reading;

  private PortableReader(FileChannel file, Contents contents, PortableReading reading) {
    this.file = file;
    this.contents = contents;
    this.reading = reading;
  }

  /// Opens and verifies a file. With a key it must be a sealed one: else somebody who cannot make a
  /// sealed file could put a plain one in its place.
  ///
  /// @param key null if the file is not sealed
  /// @throws PortableFileException if anything about the file is not as it must be
  public static PortableReader open(Path path, @Nullable SealKey key, PortableReading reading)
      throws IOException {
    FileChannel file = FileChannel.open(path, StandardOpenOption.READ);
    try {
      ByteSource source = plain(ByteSource.of(file), key);
      Contents contents = new Verification(source, reading).verify();
      return new PortableReader(file, contents, reading);
    } catch (PortableFileException e) {
      file.close();
      throw e.in(path.toString());
    } catch (IOException | RuntimeException | Error e) {
      file.close();
      throw e;
    }
  }

  private static ByteSource plain(ByteSource file, @Nullable SealKey key) throws IOException {
    int length = SealedOutputStream.MAGIC.length;
    byte[] first = file.stream(0, length).readNBytes(length);
    if (!Arrays.equals(first, SealedOutputStream.MAGIC)) {
      if (key != null) {
        throw PortableFileException.unknownKind(
            "a key was given, and the file is not encrypted",
            "If that is right, open it without a key: but then nobody vouches for it.");
      }
      return file;
    }
    if (key == null) {
      throw new BackupException(
          ErrorCode.KEY_MISSING,
          "the file is encrypted, and no key or passphrase was given",
          "Give the key or passphrase that it was encrypted with.");
    }
    return new SealedSource(file, key);
  }

  public Manifest manifest() {
    return contents.manifest();
  }

  /// Hands out all rows of a table in the order of the file.
  public void readTable(ExportedTable table, RowConsumer consumer) throws IOException {
    MessageDigest sha256 = Sha256.create();
    InputStream in = new DigestInputStream(contents.open(table.file()), sha256);
    RowText text = new RowText(table.columns(), table.file());
    RowLines lines = new RowLines(in, table.file(), reading.limits().rowBytes());
    while (lines.next()) {
      reading.cancellation().throwIfRequested();
      consumer.accept(text.decode(lines.buffer(), lines.begin(), lines.length()));
    }
    requireUnchanged(table.file(), table.sha256(), sha256);
  }

  /// Copies the content of an asset.
  public void copyAsset(ExportedAsset asset, OutputStream target) throws IOException {
    MessageDigest sha256 = Sha256.create();
    InputStream in = new DigestInputStream(contents.open(asset.file()), sha256);
    byte[] buffer = new byte[BUFFER_BYTES];
    for (int read = in.read(buffer); read >= 0; read = in.read(buffer)) {
      reading.cancellation().throwIfRequested();
      target.write(buffer, 0, read);
    }
    requireUnchanged(asset.file(), asset.sha256(), sha256);
  }

  private static void requireUnchanged(String entry, String expected, MessageDigest actual) {
    if (!Sha256.hex(actual).equals(expected)) {
      throw PortableFileException.damaged(entry + " changed while the file was read");
    }
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
