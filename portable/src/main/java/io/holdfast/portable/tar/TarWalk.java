package io.holdfast.portable.tar;

import io.holdfast.base.Quoted;
import io.holdfast.portable.ByteSource;
import io.holdfast.portable.PortableFileException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/// Walks from header to header without reading contents. Between two calls of [#next] the structure
/// up to there is as the format says; after it answered empty, that of the whole file is.
/// *Confined*.
public final class TarWalk {
  private final ByteSource source;
  private final long end;
  private final byte[] block = new byte[TarHeader.BLOCK_BYTES];
  private long at;
  private long entries;

  public TarWalk(ByteSource source) throws IOException {
    this.source = source;
    this.end = source.size();
  }

  /// The next entry; empty behind the last one, which is the end of the file.
  public Optional<TarEntry> next() throws IOException {
    readBlock();
    if (TarHeader.isZero(block, 0, block.length)) {
      requireEnd();
      return Optional.empty();
    }
    requireHeader();
    entries++;
    if (TarHeader.type(block) == TarHeader.PAX) {
      return Optional.of(extended());
    }
    return Optional.of(entry(text(TarHeader.name(block)), TarHeader.size(block)));
  }

  private TarEntry extended() throws IOException {
    long size = TarHeader.size(block);
    String name = text(TarHeader.name(block));
    if (size == 0 || size > TarHeader.PAX_BYTES_MAX || !name.equals(TarHeader.PAX_NAME)) {
      throw damaged("has a pax header " + Quoted.of(name) + " of " + size + " bytes");
    }
    byte[] records = new byte[(int) size];
    if (source.stream(at, size).readNBytes(records, 0, records.length) < size) {
      throw cutOff();
    }
    requireZeros(at + size, padded(size) - size);
    at += padded(size);
    PaxRecords pax = PaxRecords.parse(records).orElseThrow(() -> damaged("has a bad pax header"));
    readBlock();
    requireHeader();
    if (TarHeader.type(block) != TarHeader.FILE) {
      throw damaged("has a pax header without its entry");
    }
    byte[] shortName = TarHeader.name(block);
    boolean agrees =
        pax.path().map(path -> Arrays.equals(shortName, TarWriter.shortened(path))).orElse(true)
            && (pax.size().isEmpty() || TarHeader.size(block) == 0);
    if (!agrees) {
      throw damaged("has a pax header that contradicts its entry");
    }
    return entry(text(pax.path().orElse(shortName)), pax.size().orElse(TarHeader.size(block)));
  }

  private TarEntry entry(String name, long size) throws IOException {
    if (size > end - at) {
      throw PortableFileException.damaged(
          "its entry "
              + Quoted.of(name)
              + " has "
              + size
              + " bytes, and only "
              + (end - at)
              + " follow: it was cut off");
    }
    TarEntry entry = new TarEntry(name, at, size);
    requireZeros(at + size, padded(size) - size);
    at += padded(size);
    return entry;
  }

  private static long padded(long size) {
    return Math.ceilDiv(size, TarHeader.BLOCK_BYTES) * TarHeader.BLOCK_BYTES;
  }

  private void readBlock() throws IOException {
    if (source.stream(at, block.length).readNBytes(block, 0, block.length) < block.length) {
      throw cutOff();
    }
    at += block.length;
  }

  private void requireHeader() {
    String problem = TarHeader.problem(block);
    if (!problem.isEmpty()) {
      String name = new String(TarHeader.name(block), StandardCharsets.UTF_8);
      throw PortableFileException.damaged(
          "header " + (entries + 1) + " of its tar " + problem + " (" + Quoted.of(name) + ")");
    }
  }

  private void requireZeros(long position, long length) throws IOException {
    byte[] zeros = new byte[(int) length];
    if (source.stream(position, length).readNBytes(zeros, 0, zeros.length) < length) {
      throw cutOff();
    }
    if (!TarHeader.isZero(zeros, 0, zeros.length)) {
      throw damaged("has something else than zeros behind its content");
    }
  }

  private void requireEnd() throws IOException {
    readBlock();
    if (!TarHeader.isZero(block, 0, block.length)) {
      throw PortableFileException.damaged("a single block of zeros stands between its entries");
    }
    if (at != end) {
      throw PortableFileException.damaged(
          (end - at) + " bytes were appended behind the end of its tar");
    }
  }

  private PortableFileException damaged(String what) {
    return PortableFileException.damaged("entry " + entries + " of its tar " + what);
  }

  private static PortableFileException cutOff() {
    return PortableFileException.damaged("its tar was cut off");
  }

  private String text(byte[] name) {
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(name)).toString();
    } catch (CharacterCodingException _) {
      throw damaged("has a name that is not UTF-8");
    }
  }
}
